import { checkBytes, checkCount } from "./argument.ts"
import {
  BAD_PUBLIC_KEY,
  BAD_SECRET_KEY,
  type Curve,
  DONE,
  enter,
  PLACE,
  PLACES,
  type Workspace,
} from "./curve.ts"
import { CryptoError } from "./error.ts"

const SECRET_KEY_BYTES = 32
const PUBLIC_KEY_BYTES = 65
const DIGEST_BYTES = 32
const SIGNATURE_BYTES = 64

/**
 * What `sign` makes: r | s, 64 bytes, and the id, 0 to 3, that tells `recover` which point made r.
 */
export interface RecoverableSignature {
  /** r and s, 64 bytes. */
  readonly signature: Uint8Array
  /** Which of the up to four keys that could have made it did: 0 to 3. */
  readonly recovery: number
}

/** Whether a signature holds for one public key. Throws as `secp256k1.verify` does. */
export type Verifier = (signature: Uint8Array, digest: Uint8Array) => boolean

/**
 * Keys, shared points and signatures on the curve secp256k1 (SEC 2 §2.4.1).
 *
 * Secret keys are 32 bytes, big-endian, in [1, n). Public keys are 65 bytes, 04 | x | y: the
 * compressed forms are not taken. Digests are the 32 bytes of a hash, never the message itself.
 *
 * @example
 * ```ts
 * const secretKey = crypto.getRandomValues(new Uint8Array(32))
 * const publicKey = secp256k1.getPublicKey(secretKey)
 * const digest = sha256(new TextEncoder().encode("gm"))
 * const { signature, recovery } = secp256k1.sign(digest, secretKey)
 * secp256k1.verify(signature, digest, publicKey) // true
 * secp256k1.recover(signature, recovery, digest) // publicKey
 * ```
 */
export const secp256k1: {
  /**
   * The 65 bytes of secretKey * G.
   *
   * @throws {CryptoError} "invalid-secret-key" if the key is zero or n or more, "invalid-argument"
   * if its length is wrong.
   */
  getPublicKey(secretKey: Uint8Array): Uint8Array
  /**
   * The 65 bytes of secretKey * publicKey: the whole point, neither cut to x nor hashed.
   *
   * @throws {CryptoError} "invalid-secret-key", "invalid-public-key" if that is no point of the
   * curve, and "invalid-argument" if a length is wrong.
   */
  sharedPoint(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array
  /**
   * An ECDSA signature with the nonce of RFC 6979 and the lower of the two possible s.
   *
   * @throws {CryptoError} "invalid-secret-key", and "invalid-argument" if a length is wrong.
   */
  sign(digest: Uint8Array, secretKey: Uint8Array): RecoverableSignature
  /**
   * Whether the signature holds. A signature whose s is above n / 2, or with r or s zero or n or
   * more, does not.
   *
   * @throws {CryptoError} "invalid-public-key" if that is no point of the curve, and
   * "invalid-argument" if a length is wrong.
   */
  verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
  /**
   * `verify` for one public key that signed much: each call takes half the time. To make it takes
   * that of two verifications, and it keeps about 10 KB.
   *
   * @throws {CryptoError} "invalid-public-key" and "invalid-argument", as `verify`.
   */
  verifier(publicKey: Uint8Array): Verifier
  /**
   * The 65 bytes of the public key that signed. Takes a high s too.
   *
   * @throws {CryptoError} "invalid-signature" if there is no such key, and "invalid-argument" if a
   * length is wrong or `recovery` is not 0, 1, 2 or 3.
   */
  recover(signature: Uint8Array, recovery: number, digest: Uint8Array): Uint8Array
  /** Whether this is 32 bytes in [1, n). Never throws. */
  isValidSecretKey(secretKey: unknown): boolean
  /** Whether this is 65 bytes, 04 | x | y, of a point of the curve. Never throws. */
  isValidPublicKey(publicKey: unknown): boolean
} = {
  getPublicKey,
  sharedPoint,
  sign,
  verify,
  verifier,
  recover,
  isValidSecretKey,
  isValidPublicKey,
}

/**
 * Hands arguments to a function of the module at three places, reads the result, and wipes all of
 * it.
 */
function call<Result>(
  args: readonly Uint8Array[],
  run: (wasm: Curve, result: number, a: number, b: number, c: number) => number,
  read: (status: number, result: (length: number) => Uint8Array) => Result,
  { wasm, bytes, start }: Workspace = enter(),
): Result {
  try {
    args.forEach((arg, i) => bytes.set(arg, start + PLACE * (i + 1)))
    const status = run(wasm, start, start + PLACE, start + 2 * PLACE, start + 3 * PLACE)
    return read(status, (length) => bytes.slice(start, start + length))
  } finally {
    bytes.fill(0, start, start + PLACE * PLACES)
  }
}

function getPublicKey(secretKey: Uint8Array): Uint8Array {
  checkBytes("secretKey", secretKey, SECRET_KEY_BYTES)
  return call(
    [secretKey],
    (wasm, result, key) => wasm.getPublicKey(result, key),
    (status, result) => {
      check(status)
      return result(PUBLIC_KEY_BYTES)
    },
  )
}

function sharedPoint(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  checkBytes("secretKey", secretKey, SECRET_KEY_BYTES)
  checkBytes("publicKey", publicKey, PUBLIC_KEY_BYTES)
  return call(
    [secretKey, publicKey],
    (wasm, result, key, peer) => wasm.sharedPoint(result, key, peer),
    (status, result) => {
      check(status)
      return result(PUBLIC_KEY_BYTES)
    },
  )
}

function sign(digest: Uint8Array, secretKey: Uint8Array): RecoverableSignature {
  checkBytes("digest", digest, DIGEST_BYTES)
  checkBytes("secretKey", secretKey, SECRET_KEY_BYTES)
  return call(
    [digest, secretKey],
    (wasm, result, hash, key) => wasm.sign(result, hash, key),
    (recovery, result) => {
      check(recovery < 0 ? BAD_SECRET_KEY : DONE)
      return { signature: result(SIGNATURE_BYTES), recovery }
    },
  )
}

function verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  checkBytes("signature", signature, SIGNATURE_BYTES)
  checkBytes("digest", digest, DIGEST_BYTES)
  checkBytes("publicKey", publicKey, PUBLIC_KEY_BYTES)
  return call(
    [signature, digest, publicKey],
    (wasm, _result, signed, hash, key) => wasm.verify(signed, hash, key),
    (status) => {
      if (status === BAD_PUBLIC_KEY) check(status)
      return status === DONE
    },
  )
}

function verifier(publicKey: Uint8Array): Verifier {
  checkBytes("publicKey", publicKey, PUBLIC_KEY_BYTES)
  // The builds have each their own form of it.
  const workspace = enter()
  const { wasm, bytes, start } = workspace
  const at = start + PLACE * PLACES
  const end = at + wasm.preparedBytes()
  const prepared = call(
    [publicKey],
    (_, _result, key) => wasm.prepare(at, key),
    (status) => {
      check(status)
      return bytes.slice(at, end)
    },
    workspace,
  )
  bytes.fill(0, at, end)

  return (signature, digest) => {
    checkBytes("signature", signature, SIGNATURE_BYTES)
    checkBytes("digest", digest, DIGEST_BYTES)
    bytes.set(prepared, at)
    const holds = call(
      [signature, digest],
      (_, _result, signed, hash) => wasm.verifyPrepared(signed, hash, at),
      (status) => status === DONE,
      workspace,
    )
    bytes.fill(0, at, end)
    return holds
  }
}

function recover(signature: Uint8Array, recovery: number, digest: Uint8Array): Uint8Array {
  checkBytes("signature", signature, SIGNATURE_BYTES)
  checkCount("recovery", recovery, 3)
  checkBytes("digest", digest, DIGEST_BYTES)
  return call(
    [signature, digest],
    (wasm, result, signed, hash) => wasm.recover(result, signed, recovery, hash),
    (status, result) => {
      check(status)
      return result(PUBLIC_KEY_BYTES)
    },
  )
}

function isValidSecretKey(secretKey: unknown): boolean {
  if (!(secretKey instanceof Uint8Array) || secretKey.length !== SECRET_KEY_BYTES) return false
  return call([secretKey], (wasm, _result, key) => wasm.isSecretKey(key), (valid) => valid === 1)
}

function isValidPublicKey(publicKey: unknown): boolean {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== PUBLIC_KEY_BYTES) return false
  return call([publicKey], (wasm, _result, key) => wasm.isPublicKey(key), (valid) => valid === 1)
}

function check(status: number): void {
  switch (status) {
    case DONE:
      return
    case BAD_SECRET_KEY:
      throw new CryptoError(
        "invalid-secret-key",
        `"secretKey" is zero, or not below the group's order`,
      )
    case BAD_PUBLIC_KEY:
      throw new CryptoError(
        "invalid-public-key",
        `"publicKey" is not 04 | x | y of a point of secp256k1`,
      )
    default:
      throw new CryptoError("invalid-signature", "no public key made this signature of this digest")
  }
}
