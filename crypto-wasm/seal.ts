import { checkAtLeast, checkBytes } from "./argument.ts"
import { CryptoError } from "./error.ts"
import { release, reserve, wholeBlocks } from "./symmetric.ts"

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** What the module needs behind the data, see assembly/gcm.ts. */
const ROOM_BEHIND = 32
const NOTHING = new Uint8Array(0)

/**
 * Encrypts with AES-256-GCM under the key that HKDF-SHA-256 makes of a secret and a salt (with no info),
 * both of any length: the ciphertext and its 16-byte tag. Take a fresh salt and a fresh 12-byte nonce
 * for each call.
 *
 * @throws {CryptoError} "invalid-argument" if an argument is no Uint8Array or the nonce has another
 * length.
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
  aad?: Uint8Array,
): Uint8Array {
  checkBytes("plaintext", plaintext)
  return run("seal", secret, salt, nonce, plaintext, plaintext.length, aad)
}

/**
 * Decrypts what `seal` made: 16 bytes less than `payload`.
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
  aad?: Uint8Array,
): Uint8Array {
  checkAtLeast("payload", payload, TAG_BYTES)
  return run("open", secret, salt, nonce, payload, payload.length - TAG_BYTES, aad)
}

/**
 * As `seal`, into a buffer of the caller, which has the length of the result and may lie over the
 * plaintext. To allocate a result is a good part of the time that a short message takes.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(plaintext.length + 16)
 * sealInto(out, secret, salt, nonce, plaintext, header)
 * ```
 */
export function sealInto(
  out: Uint8Array,
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array,
): void {
  checkBytes("plaintext", plaintext)
  checkBytes("out", out, plaintext.length + TAG_BYTES)
  run("seal", secret, salt, nonce, plaintext, plaintext.length, aad, out)
}

/**
 * As `open`, into a buffer of the caller, which has the length of the result and stays as it is on an
 * error.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(payload.length - 16)
 * openInto(out, secret, salt, nonce, payload, header)
 * ```
 */
export function openInto(
  out: Uint8Array,
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  payload: Uint8Array,
  aad?: Uint8Array,
): void {
  checkAtLeast("payload", payload, TAG_BYTES)
  checkBytes("out", out, payload.length - TAG_BYTES)
  run("open", secret, salt, nonce, payload, out.length, aad, out)
}

/** `length` is that of the plaintext, either way. The result goes into `out`, or into an array of its own. */
function run(
  kernel: "seal" | "open",
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  input: Uint8Array,
  length: number,
  aad: Uint8Array = NOTHING,
  out?: Uint8Array,
): Uint8Array {
  checkBytes("secret", secret)
  checkBytes("salt", salt)
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkBytes("aad", aad)
  const saltAt = wholeBlocks(secret.length)
  const nonceAt = saltAt + wholeBlocks(salt.length)
  const aadAt = nonceAt + wholeBlocks(NONCE_BYTES)
  const dataAt = aadAt + wholeBlocks(aad.length)
  const size = dataAt + wholeBlocks(length) + ROOM_BEHIND
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    bytes.set(secret, start)
    bytes.set(salt, start + saltAt)
    bytes.set(nonce, start + nonceAt)
    bytes.set(aad, start + aadAt)
    bytes.set(input, start + dataAt)
    const authentic = wasm[kernel](
      start,
      secret.length,
      start + saltAt,
      salt.length,
      start + nonceAt,
      start + aadAt,
      aad.length,
      length,
    )
    if (kernel === "open" && !authentic) {
      throw new CryptoError(
        "authentication-failed",
        "the payload is not of this secret, salt, nonce and aad",
      )
    }
    const resultAt = start + dataAt
    const resultEnd = resultAt + length + (kernel === "seal" ? TAG_BYTES : 0)
    if (out === undefined) return bytes.slice(resultAt, resultEnd)
    out.set(bytes.subarray(resultAt, resultEnd))
    return out
  } finally {
    release(workspace, size)
  }
}
