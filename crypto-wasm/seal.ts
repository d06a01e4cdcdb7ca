import { checkAtLeast, checkBytes } from "./argument.ts"
import { CryptoError } from "./error.ts"
import { release, reserve, wholeBlocks } from "./symmetric.ts"

const NONCE_BYTES = 12
const TAG_BYTES = 16
const NOTHING = new Uint8Array(0)

/**
 * Encrypts with AES-256-GCM under the key that HKDF-SHA-256 makes of a secret and a salt (with no info),
 * both of any length: the ciphertext and its 16-byte tag. Take a fresh salt and a fresh 12-byte nonce for
 * each call.
 *
 * @throws {CryptoError} "invalid-argument" if an argument is no Uint8Array or the nonce has another length.
 * @example
 * ```ts
 * const salt = crypto.getRandomValues(new Uint8Array(32))
 * const nonce = crypto.getRandomValues(new Uint8Array(12))
 * const payload = seal(secret, salt, nonce, new TextEncoder().encode("gm"), header)
 * ```
 */
export function seal(
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = NOTHING,
): Uint8Array {
  checkBytes("secret", secret)
  checkBytes("salt", salt)
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkBytes("plaintext", plaintext)
  checkBytes("aad", aad)
  const { length } = plaintext
  const saltAt = wholeBlocks(secret.length)
  const nonceAt = saltAt + wholeBlocks(salt.length)
  const aadAt = nonceAt + 16
  const dataAt = aadAt + wholeBlocks(aad.length)
  const size = dataAt + wholeBlocks(length) + 32
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    bytes.set(secret, start)
    bytes.set(salt, start + saltAt)
    bytes.set(nonce, start + nonceAt)
    bytes.set(aad, start + aadAt)
    bytes.set(plaintext, start + dataAt)
    wasm.seal(
      start,
      secret.length,
      start + saltAt,
      salt.length,
      start + nonceAt,
      start + aadAt,
      aad.length,
      length,
    )
    return bytes.slice(start + dataAt, start + dataAt + length + TAG_BYTES)
  } finally {
    release(workspace, size)
  }
}

/**
 * Decrypts what `seal` made.
 *
 * @throws {CryptoError} "authentication-failed" if the payload was not made with this secret, salt, nonce
 * and aad; "invalid-argument" as `seal`, or if the payload is shorter than a tag.
 * @example
 * ```ts
 * const plaintext = open(secret, salt, nonce, payload, header)
 * ```
 */
export function open(
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  payload: Uint8Array,
  aad: Uint8Array = NOTHING,
): Uint8Array {
  checkBytes("secret", secret)
  checkBytes("salt", salt)
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkAtLeast("payload", payload, TAG_BYTES)
  checkBytes("aad", aad)
  const length = payload.length - TAG_BYTES
  const saltAt = wholeBlocks(secret.length)
  const nonceAt = saltAt + wholeBlocks(salt.length)
  const aadAt = nonceAt + 16
  const dataAt = aadAt + wholeBlocks(aad.length)
  const size = dataAt + wholeBlocks(length) + 32
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    bytes.set(secret, start)
    bytes.set(salt, start + saltAt)
    bytes.set(nonce, start + nonceAt)
    bytes.set(aad, start + aadAt)
    bytes.set(payload, start + dataAt)
    const authentic = wasm.open(
      start,
      secret.length,
      start + saltAt,
      salt.length,
      start + nonceAt,
      start + aadAt,
      aad.length,
      length,
    )
    if (!authentic) throw new CryptoError("authentication-failed", "the payload does not open")
    return bytes.slice(start + dataAt, start + dataAt + length)
  } finally {
    release(workspace, size)
  }
}
