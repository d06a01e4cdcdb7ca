import { checkBytes, checkCount } from "./argument.ts"
import { release, reserve, wholeBlocks } from "./symmetric.ts"

const DIGEST_BYTES = 32

/**
 * SHA-256 (FIPS 180-4) of any bytes: 32 bytes.
 *
 * @throws {CryptoError} "invalid-argument" if `data` is no Uint8Array.
 * @example
 * ```ts
 * const digest = sha256(new TextEncoder().encode("abc"))
 * ```
 */
export function sha256(data: Uint8Array): Uint8Array {
  checkBytes("data", data)
  const size = wholeBlocks(data.length) + DIGEST_BYTES
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    const digest = start + size - DIGEST_BYTES
    bytes.set(data, start)
    wasm.sha256(start, data.length, digest)
    return bytes.slice(digest, digest + DIGEST_BYTES)
  } finally {
    release(workspace, size)
  }
}

/**
 * HMAC-SHA-256 (RFC 2104) of any bytes under a key of any length: 32 bytes.
 *
 * @throws {CryptoError} "invalid-argument" if an argument is no Uint8Array.
 * @example
 * ```ts
 * const code = hmacSha256(crypto.getRandomValues(new Uint8Array(32)), new Uint8Array([1, 2, 3]))
 * ```
 */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  checkBytes("key", key)
  checkBytes("data", data)
  const keyRoom = wholeBlocks(key.length)
  const size = keyRoom + wholeBlocks(data.length) + DIGEST_BYTES
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    const at = start + keyRoom
    const code = start + size - DIGEST_BYTES
    bytes.set(key, start)
    bytes.set(data, at)
    wasm.hmacSha256(start, key.length, at, data.length, code)
    return bytes.slice(code, code + DIGEST_BYTES)
  } finally {
    release(workspace, size)
  }
}

/**
 * HKDF-SHA-256 (RFC 5869): `length` bytes of key, from 0 to 8160. An empty salt counts as 32 zero bytes.
 *
 * @throws {CryptoError} "invalid-argument" if an argument is no Uint8Array or `length` is out of range.
 * @example
 * ```ts
 * const key = hkdfSha256(secret, salt, new TextEncoder().encode("label"), 32)
 * ```
 */
export function hkdfSha256(
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  checkBytes("ikm", ikm)
  checkBytes("salt", salt)
  checkBytes("info", info)
  checkCount("length", length, 255 * DIGEST_BYTES)
  const ikmRoom = wholeBlocks(ikm.length)
  const saltRoom = wholeBlocks(salt.length)
  // The module puts HMAC's message together around the info: a digest before it, a byte behind it.
  const infoRoom = DIGEST_BYTES + wholeBlocks(info.length + 1)
  const size = ikmRoom + saltRoom + infoRoom + length
  const workspace = reserve(size)
  const { wasm, bytes, start } = workspace
  try {
    const saltAt = start + ikmRoom
    const infoAt = saltAt + saltRoom + DIGEST_BYTES
    const okm = start + size - length
    bytes.set(ikm, start)
    bytes.set(salt, saltAt)
    bytes.set(info, infoAt)
    wasm.hkdfSha256(start, ikm.length, saltAt, salt.length, infoAt, info.length, okm, length)
    return bytes.slice(okm, okm + length)
  } finally {
    release(workspace, size)
  }
}
