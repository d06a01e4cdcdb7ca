// HMAC-SHA-256 (FIPS 198-1 §4, RFC 2104).
import { compress, finish, start } from "./sha256"
import { wipe } from "./memory"

/** The key padded to a block, and xored with ipad or opad. */
const BLOCK = memory.data(64, 16)
/** The state after the block of ipad, and after that of opad: all that is kept of the key. */
const INNER = memory.data(32, 16)
const OUTER = memory.data(32, 16)
/** The state of the hash under way, then the inner digest. */
const STATE = memory.data(32, 16)

/** Sets the key of the calls of `hmac` that follow. */
export function setHmacKey(key: usize, length: usize): void {
  memory.fill(BLOCK, 0, 64)
  if (length <= 64) memory.copy(BLOCK, key, length)
  else {
    start(STATE)
    finish(STATE, 0, key, length, BLOCK)
  }
  pad(0x36, INNER)
  pad(0x36 ^ 0x5c, OUTER)
}

function pad(byte: i8, state: usize): void {
  const mask = i8x16.splat(byte)
  for (let at = BLOCK; at < BLOCK + 64; at += 16) v128.store(at, v128.xor(v128.load(at), mask))
  start(state)
  compress(state, BLOCK)
}

/** Writes the 32-byte code of a message; it may lie over the message. */
export function hmac(data: usize, length: usize, code: usize): void {
  memory.copy(STATE, INNER, 32)
  finish(STATE, 64, data, length, STATE)
  memory.copy(BLOCK, STATE, 32)
  memory.copy(STATE, OUTER, 32)
  finish(STATE, 64, BLOCK, 32, code)
}

export function wipeHmac(): void {
  wipe(BLOCK, 64)
  wipe(INNER, 32)
  wipe(OUTER, 32)
  wipe(STATE, 32)
}
