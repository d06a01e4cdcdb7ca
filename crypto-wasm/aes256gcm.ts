import { checkAtLeast, checkBytes } from "./argument.ts"
import { CryptoError } from "./error.ts"
import { release, reserve, wholeBlocks } from "./symmetric.ts"

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const NOTHING = new Uint8Array(0)

/**
 * AES-256-GCM (SP 800-38D) with a 32-byte key, a 12-byte nonce and a 16-byte tag behind the ciphertext.
 *
 * @example
 * ```ts
 * const key = crypto.getRandomValues(new Uint8Array(32))
 * const nonce = crypto.getRandomValues(new Uint8Array(12))
 * const ciphertext = aes256gcm.encrypt(key, nonce, new TextEncoder().encode("gm"))
 * const plaintext = aes256gcm.decrypt(key, nonce, ciphertext)
 * ```
 */
export const aes256gcm: {
  /**
   * The ciphertext and its tag: 16 bytes more than the plaintext. Never encrypt twice with one key and nonce.
   *
   * @throws {CryptoError} "invalid-argument" if a length is wrong.
   */
  encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Uint8Array
  /**
   * The plaintext, 16 bytes less than `ciphertext`, which ends with the tag.
   *
   * @throws {CryptoError} "authentication-failed" if key, nonce, ciphertext and aad do not belong together,
   * and "invalid-argument" if a length is wrong. No plaintext is made before the tag is checked.
   */
  decrypt(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad?: Uint8Array): Uint8Array
} = { encrypt, decrypt }

function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = NOTHING,
): Uint8Array {
  checkBytes("key", key, KEY_BYTES)
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkBytes("plaintext", plaintext)
  checkBytes("aad", aad)
  const aadRoom = wholeBlocks(aad.length)
  const size = KEY_BYTES + 16 + aadRoom + wholeBlocks(plaintext.length) + 32
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    const nonceAt = start + KEY_BYTES
    const aadAt = nonceAt + 16
    const data = aadAt + aadRoom
    bytes.set(key, start)
    bytes.set(nonce, nonceAt)
    bytes.set(aad, aadAt)
    bytes.set(plaintext, data)
    wasm.encrypt(start, nonceAt, aadAt, aad.length, plaintext.length)
    return bytes.slice(data, data + plaintext.length + TAG_BYTES)
  } finally {
    release(workspace, size)
  }
}

function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array = NOTHING,
): Uint8Array {
  checkBytes("key", key, KEY_BYTES)
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkAtLeast("ciphertext", ciphertext, TAG_BYTES)
  checkBytes("aad", aad)
  const length = ciphertext.length - TAG_BYTES
  const aadRoom = wholeBlocks(aad.length)
  const size = KEY_BYTES + 16 + aadRoom + wholeBlocks(length) + 32
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    const nonceAt = start + KEY_BYTES
    const aadAt = nonceAt + 16
    const data = aadAt + aadRoom
    bytes.set(key, start)
    bytes.set(nonce, nonceAt)
    bytes.set(aad, aadAt)
    bytes.set(ciphertext, data)
    if (!wasm.decrypt(start, nonceAt, aadAt, aad.length, length)) {
      throw new CryptoError(
        "authentication-failed",
        "the tag does not fit key, nonce, data and aad",
      )
    }
    return bytes.slice(data, data + length)
  } finally {
    release(workspace, size)
  }
}
