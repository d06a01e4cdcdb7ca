// The key expansion of AES-256 (FIPS 197 §5.2), with the round keys as aes.ts wants them.
import { OWN_SBOX_CONSTANT, SBOX_CONSTANT, subBytes, toOwnBasis } from "./subbytes"
import { wipe } from "./memory"
import { lookup, xor } from "./vector"

export const ROUNDS: usize = 14
export const ROUND_KEYS = memory.data((14 + 1) * 16, 16)

/** The inverse of ShiftRows, n mod 4 times for round n. */
const UNSHIFT_ROWS = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3,
  0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 5, 14, 7,
  0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11,
], 16)
/** The last word of a key half in all four columns, as it is and after RotWord. */
const LAST_WORD = memory.data<u8>([12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15], 16)
const LAST_WORD_ROTATED = memory.data<u8>([
  13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12,
], 16)
/** One word, two words later; zeros come in. */
const LATER_BY_1 = memory.data<u8>([128, 128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 16)
const LATER_BY_2 = memory.data<u8>([128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7], 16)

/** SubWord of all columns. */
function subWord(word: v128): v128 {
  return xor(subBytes(toOwnBasis(word)), i8x16.splat(SBOX_CONSTANT))
}

/** Each word xored with all words before it. */
function prefix(words: v128): v128 {
  words = xor(words, lookup(words, v128.load(LATER_BY_1)))
  return xor(words, lookup(words, v128.load(LATER_BY_2)))
}

/** The key of a round that is neither the first nor the last. */
function storeRoundKey(round: usize, key: v128): void {
  const own = xor(toOwnBasis(key), i8x16.splat(OWN_SBOX_CONSTANT))
  v128.store(ROUND_KEYS + 16 * round, lookup(own, v128.load(UNSHIFT_ROWS + ((16 * round) & 63))))
}

export function setKey(key: usize): void {
  let a = v128.load(key)
  let b = v128.load(key, 16)
  v128.store(ROUND_KEYS, toOwnBasis(a))
  storeRoundKey(1, b)
  let rcon = 1
  for (let round: usize = 2; round < ROUNDS; round += 2) {
    const g = subWord(lookup(b, v128.load(LAST_WORD_ROTATED)))
    a = xor(prefix(a), xor(g, i32x4.splat(rcon)))
    storeRoundKey(round, a)
    b = xor(prefix(b), subWord(lookup(a, v128.load(LAST_WORD))))
    storeRoundKey(round + 1, b)
    rcon <<= 1
  }
  const g = subWord(lookup(b, v128.load(LAST_WORD_ROTATED)))
  a = xor(xor(prefix(a), xor(g, i32x4.splat(rcon))), i8x16.splat(SBOX_CONSTANT))
  v128.store(ROUND_KEYS + 16 * ROUNDS, lookup(a, v128.load(UNSHIFT_ROWS + ((16 * ROUNDS) & 63))))
}

export function wipeKey(): void {
  wipe(ROUND_KEYS, (ROUNDS + 1) * 16)
}
