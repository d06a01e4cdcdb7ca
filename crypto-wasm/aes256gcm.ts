import { checkAtLeast, checkBytes } from "./argument.ts"
import { CryptoError } from "./error.ts"
import { release, reserve, wholeBlocks } from "./symmetric.ts"

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** What the module needs behind the data, see assembly/gcm.ts. */
const ROOM_BEHIND = 32
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
   * The ciphertext and its tag: 16 bytes more than the plaintext. Never encrypt twice with one key and
   * nonce.
   *
   * @throws {CryptoError} "invalid-argument" if a length is wrong.
   */
  encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Uint8Array
  /**
   * The plaintext, 16 bytes less than `ciphertext`, which ends with the tag. None is made before the
   * tag has been checked.
   *
   * @throws {CryptoError} "authentication-failed" if key, nonce, ciphertext and aad do not belong
   * together, and "invalid-argument" if a length is wrong.
   */
  decrypt(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad?: Uint8Array): Uint8Array
  /** As `encrypt`, into `out`, which has the length of the result. It may lie over the plaintext. */
  encryptInto(
    out: Uint8Array,
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    aad?: Uint8Array,
  ): void
  /** As `decrypt`, into `out`, which has the length of the result and stays as it is on an error. */
  decryptInto(
    out: Uint8Array,
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    aad?: Uint8Array,
  ): void
} = { encrypt, decrypt, encryptInto, decryptInto }

function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array,
): Uint8Array {
  checkBytes("plaintext", plaintext)
  return run("encrypt", key, nonce, plaintext, plaintext.length, aad)
}

function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad?: Uint8Array,
): Uint8Array {
  checkAtLeast("ciphertext", ciphertext, TAG_BYTES)
  return run("decrypt", key, nonce, ciphertext, ciphertext.length - TAG_BYTES, aad)
}

function encryptInto(
  out: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array,
): void {
  checkBytes("plaintext", plaintext)
  checkBytes("out", out, plaintext.length + TAG_BYTES)
  run("encrypt", key, nonce, plaintext, plaintext.length, aad, out)
}

function decryptInto(
  out: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad?: Uint8Array,
): void {
  checkAtLeast("ciphertext", ciphertext, TAG_BYTES)
  checkBytes("out", out, ciphertext.length - TAG_BYTES)
  run("decrypt", key, nonce, ciphertext, out.length, aad, out)
}

/** `length` is that of the plaintext, either way. The result goes into `out`, or into an array of its own. */
function run(
  kernel: "encrypt" | "decrypt",
  key: Uint8Array,
  nonce: Uint8Array,
  input: Uint8Array,
  length: number,
  aad: Uint8Array = NOTHING,
  out?: Uint8Array,
): Uint8Array {
  checkBytes("key", key, KEY_BYTES)
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkBytes("aad", aad)
  const nonceAt = KEY_BYTES
  const aadAt = nonceAt + wholeBlocks(NONCE_BYTES)
  const dataAt = aadAt + wholeBlocks(aad.length)
  const size = dataAt + wholeBlocks(length) + ROOM_BEHIND
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    bytes.set(key, start)
    bytes.set(nonce, start + nonceAt)
    bytes.set(aad, start + aadAt)
    bytes.set(input, start + dataAt)
    const authentic = wasm[kernel](start, start + nonceAt, start + aadAt, aad.length, length)
    if (kernel === "decrypt" && !authentic) {
      throw new CryptoError(
        "authentication-failed",
        "the ciphertext is not of this key, nonce and aad",
      )
    }
    const resultAt = start + dataAt
    const resultEnd = resultAt + length + (kernel === "encrypt" ? TAG_BYTES : 0)
    if (out === undefined) return bytes.slice(resultAt, resultEnd)
    out.set(bytes.subarray(resultAt, resultEnd))
    return out
  } finally {
    release(workspace, size)
  }
}
