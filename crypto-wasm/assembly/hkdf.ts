// HKDF-SHA-256 (RFC 5869).
import { hmac, setHmacKey } from "./hmac"
import { wipe } from "./memory"

const PRK = memory.data(32, 16)
/** T(n), as a vector's store may run past what was asked for. */
const T = memory.data(32, 16)

/**
 * Writes `length` bytes of key, at most 255 * 32. `info` must have 32 bytes before it and one behind it
 * that are free to write: HMAC's message T(n-1) | info | n is put together around it (§2.3).
 */
export function hkdf(
  ikm: usize,
  ikmLength: usize,
  salt: usize,
  saltLength: usize,
  info: usize,
  infoLength: usize,
  okm: usize,
  length: usize,
): void {
  setHmacKey(salt, saltLength)
  hmac(ikm, ikmLength, PRK)
  setHmacKey(PRK, 32)
  let before: usize = 0
  for (let n: u8 = 1; length > 0; n++) {
    store<u8>(info + infoLength, n)
    hmac(info - before, before + infoLength + 1, T)
    const taken = min<usize>(length, 32)
    memory.copy(okm, T, taken)
    memory.copy(info - 32, T, 32)
    before = 32
    okm += taken
    length -= taken
  }
}

export function wipeHkdf(): void {
  wipe(PRK, 32)
  wipe(T, 32)
}
