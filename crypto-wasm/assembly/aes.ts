// AES-256 in counter mode (FIPS 197, SP 800-38A §6.5), as many blocks at a time as there are.
//
// The rounds go over all blocks before the next round: the steps of one block wait for each other, so the
// processor has other blocks to work on meanwhile.
import { ROUND_KEYS, ROUNDS, wipeKey } from "./keyexpansion"
import { subBytes, subBytesAndMixColumns, toOwnBasis } from "./subbytes"
import { wipe } from "./memory"
import { lookup, xor } from "./vector"

export { setKey } from "./keyexpansion"

/** The most blocks that `keystream` writes. */
export const MOST_BLOCKS: usize = 64
/** What `keystream` writes; the states, on the way there. */
export const KEYSTREAM = memory.data(64 * 16, 16)
/** The nonce, with four bytes to spare. */
const NONCE = memory.data(16, 16)

const LAST_ROUND_KEY = ROUND_KEYS + ROUNDS * 16

// Byte 4c + r of a block is row r, column c of the state (FIPS 197 §3.4). No round shifts rows: after round n
// the state lacks n times ShiftRows, the round keys are made for it, and the columns are looked for where
// they are. So there are four ways to find the next and the last row of a column, by n mod 4.
const NEXT_ROW = memory.data<u8>([
  1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12,
  5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12, 1, 2, 3, 0,
  9, 10, 11, 8, 13, 14, 15, 12, 1, 2, 3, 0, 5, 6, 7, 4,
  13, 14, 15, 12, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8,
], 16)
const LAST_ROW = memory.data<u8>([
  3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14,
  15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10,
  11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6,
  7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2,
], 16)
/** What the state lacks after round 14. */
const SHIFT_ROWS_TWICE = memory.data<u8>([0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 5, 14, 7], 16)

/** Takes the 12-byte nonce, the first three words of every counter block (SP 800-38D §7.1). */
export function setNonce(nonce: usize): void {
  v128.store(NONCE, v128.load(nonce))
}

export function wipeAes(): void {
  wipeKey()
  wipe(KEYSTREAM, MOST_BLOCKS * 16)
  wipe(NONCE, 16)
}

/**
 * Writes E(nonce || counter) and the blocks of the counters that follow to KEYSTREAM. As GCM has no use for
 * counter 0, its block is E(0), the hash key: with J0 = counter 1, one call gives all that a message needs.
 */
export function keystream(counter: u32, blocks: usize): void {
  const end = KEYSTREAM + 16 * blocks
  const nonce = v128.load(NONCE)
  const firstKey = v128.load(ROUND_KEYS)
  const isFirst = counter == 0
  for (let at = KEYSTREAM; at < end; at += 16) {
    const block = i32x4.replace_lane(nonce, 3, bswap(counter++))
    v128.store(at, xor(toOwnBasis(block), firstKey))
  }
  if (isFirst) v128.store(KEYSTREAM, firstKey)

  let row: usize = 16
  for (let key = ROUND_KEYS + 16; key < LAST_ROUND_KEY; key += 16) {
    const roundKey = v128.load(key)
    const next = v128.load(NEXT_ROW + row)
    const last = v128.load(LAST_ROW + row)
    row = (row + 16) & 63
    for (let at = KEYSTREAM; at < end; at += 16) {
      v128.store(at, xor(subBytesAndMixColumns(v128.load(at), next, last), roundKey))
    }
  }

  const lastKey = v128.load(LAST_ROUND_KEY)
  const shift = v128.load(SHIFT_ROWS_TWICE)
  for (let at = KEYSTREAM; at < end; at += 16) {
    v128.store(at, lookup(xor(subBytes(v128.load(at)), lastKey), shift))
  }
}
