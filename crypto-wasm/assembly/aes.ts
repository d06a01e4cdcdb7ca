// AES-256 in counter mode (FIPS 197, SP 800-38A §6.5), bitsliced: eight blocks at a time, in eight vectors.
// In plane j, bit b of byte i is bit j of byte i of block b. So the S-box is a circuit of
// and and xor over whole planes, and no secret is ever an address.
import { and, lookup, xor } from "./vector"
import { wipe } from "./memory"

const ROUNDS = 14
/** One round key: eight planes. */
const ROUND_KEY = 8 * 16

const ROUND_KEYS = memory.data((ROUNDS + 1) * ROUND_KEY, 16)
const LAST_ROUND_KEY = ROUND_KEYS + ROUNDS * ROUND_KEY
/** The most groups of eight blocks that `keystream` writes. */
export const GROUPS: u32 = 8
/** What `keystream` writes; the planes, on the way there. */
export const KEYSTREAM = memory.data(8 * 8 * 16, 16)
/** The nonce, with four bytes to spare. */
const NONCE = memory.data(16, 16)

// FIPS 197 §5.1.1, figure 7. Only the key schedule reads it, and reads all of it for each word.
const SBOX = memory.data<u8>([
  0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
  0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
  0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
  0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
  0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
  0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
  0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
  0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
  0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
  0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
  0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
  0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
  0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
  0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
  0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
  0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
], 16)

// Byte 4c + r of a block is row r, column c of the state (FIPS 197 §3.4). Each row says from which
// byte the byte at its place comes.
const SHIFT_ROWS = memory.data<u8>([0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11], 16)
/** ShiftRows, then each column up by one row. */
const SHIFT_ROWS_UP = memory.data<u8>([5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12], 16)
/** Each column up by two rows. */
const UP_TWO = memory.data<u8>([2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13], 16)
/** The last word of a key half in all four columns, as it is and after RotWord. */
const LAST_WORD = memory.data<u8>([12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15], 16)
const LAST_WORD_ROTATED = memory.data<u8>([13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12], 16)
/** One word, two words later; zeros come in. */
const LATER_BY_1 = memory.data<u8>([128, 128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 16)
const LATER_BY_2 = memory.data<u8>([128, 128, 128, 128, 128, 128, 128, 128, 0, 1, 2, 3, 4, 5, 6, 7], 16)
/** Bits 0, 1 and 2 of the counter in eight blocks whose counters start at a multiple of eight. */
const COUNT = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xaa,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xcc,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0,
], 16)

/**
 * SubWord of all columns: looks the bytes up in each sixteenth of the S-box, of which only their own
 * answers. Four sums run side by side, as one would wait for itself.
 */
function subWord(word: v128): v128 {
  const row = i8x16.splat(16)
  const quarter = i8x16.splat(64)
  let word0 = word
  let word1 = i8x16.sub(word0, quarter)
  let word2 = i8x16.sub(word1, quarter)
  let word3 = i8x16.sub(word2, quarter)
  let sum0 = i8x16.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0
  for (let at = SBOX; at < SBOX + 64; at += 16) {
    // Not `lookup`: bytes of another sixteenth are indices from 16 to 255, which must give 0.
    sum0 = xor(sum0, i8x16.swizzle(v128.load(at, 0), word0))
    sum1 = xor(sum1, i8x16.swizzle(v128.load(at, 64), word1))
    sum2 = xor(sum2, i8x16.swizzle(v128.load(at, 128), word2))
    sum3 = xor(sum3, i8x16.swizzle(v128.load(at, 192), word3))
    word0 = i8x16.sub(word0, row)
    word1 = i8x16.sub(word1, row)
    word2 = i8x16.sub(word2, row)
    word3 = i8x16.sub(word3, row)
  }
  return xor(xor(sum0, sum1), xor(sum2, sum3))
}

/** Each word xored with all words before it. */
function prefix(words: v128): v128 {
  words = xor(words, lookup(words, v128.load(LATER_BY_1)))
  return xor(words, lookup(words, v128.load(LATER_BY_2)))
}

/** Stores a round key, or any block, as the planes of eight equal blocks. */
function slice(block: v128, at: usize): void {
  let mask = i8x16.splat(1)
  for (let end = at + ROUND_KEY; at < end; at += 16) {
    v128.store(at, i8x16.eq(and(block, mask), mask))
    mask = i8x16.add(mask, mask)
  }
}

/**
 * Expands the 32-byte key (FIPS 197 §5.2). The S-box circuit below leaves out its four inversions, the
 * constant 0x63; as that passes through ShiftRows and MixColumns unchanged, the round keys make it good.
 */
export function setKey(key: usize): void {
  const constant = i8x16.splat(0x63)
  let a = v128.load(key)
  let b = v128.load(key, 16)
  slice(a, ROUND_KEYS)
  slice(xor(b, constant), ROUND_KEYS + ROUND_KEY)
  let at = ROUND_KEYS + 2 * ROUND_KEY
  for (let round = 1; round < 128; round <<= 1) {
    const g = subWord(lookup(b, v128.load(LAST_WORD_ROTATED)))
    a = xor(prefix(a), xor(g, i32x4.splat(round)))
    slice(xor(a, constant), at)
    if (round == 64) break
    b = xor(prefix(b), subWord(lookup(a, v128.load(LAST_WORD))))
    slice(xor(b, constant), at + ROUND_KEY)
    at += 2 * ROUND_KEY
  }
}

/** Takes the 12-byte nonce, the first three words of every counter block (SP 800-38D §7.1). */
export function setNonce(nonce: usize): void {
  v128.store(NONCE, v128.load(nonce))
}

export function wipeAes(): void {
  wipe(ROUND_KEYS, (ROUNDS + 1) * ROUND_KEY)
  wipe(KEYSTREAM, 8 * 8 * 16)
  wipe(NONCE, 16)
}

/**
 * Writes E(nonce || counter) and the blocks of the counters that follow, eight for each group, to
 * KEYSTREAM; `counter` is a multiple of 8. As GCM has no use for counter 0, its block is E(0), the
 * hash key: with J0 = counter 1 the first group gives all that a short message needs.
 *
 * The rounds go over all groups before the next: each waits for itself only, so an engine's
 * processor has the next group to work on while it waits.
 */
export function keystream(counter: u32, groups: u32): void {
  const end = KEYSTREAM + (groups << 7)
  for (let group = KEYSTREAM; group < end; group += 128) {
    begin(group, counter)
    counter += 8
  }
  for (let key = ROUND_KEYS + ROUND_KEY; key < LAST_ROUND_KEY; key += ROUND_KEY) {
    for (let group = KEYSTREAM; group < end; group += 128) round(group, key)
  }
  for (let group = KEYSTREAM; group < end; group += 128) {
    round(group, LAST_ROUND_KEY)
    unslice(group)
  }
}

/** The planes of eight counter blocks, with the first round key. */
function begin(group: usize, counter: u32): void {
  const block = i32x4.replace_lane(v128.load(NONCE), 3, bswap(counter))
  const used = i8x16.splat(counter == 0 ? <i8>0xfe : <i8>0xff)
  let mask = i8x16.splat(1)
  for (let offset: usize = 0; offset < 128; offset += 16) {
    const plane = and(i8x16.eq(and(block, mask), mask), used)
    v128.store(group + offset, xor(plane, v128.load(ROUND_KEYS + offset)))
    mask = i8x16.add(mask, mask)
  }
  v128.store(group, xor(v128.load(group, 0), v128.load(COUNT, 0)), 0)
  v128.store(group, xor(v128.load(group, 16), v128.load(COUNT, 16)), 16)
  v128.store(group, xor(v128.load(group, 32), v128.load(COUNT, 32)), 32)
}

/** One round of eight blocks (FIPS 197 §5.1). */
function round(group: usize, key: usize): void {
  const x0 = v128.load(group, 0)
  const x1 = v128.load(group, 16)
  const x2 = v128.load(group, 32)
  const x3 = v128.load(group, 48)
  const x4 = v128.load(group, 64)
  const x5 = v128.load(group, 80)
  const x6 = v128.load(group, 96)
  const x7 = v128.load(group, 112)

  // SubBytes
  const t1 = xor(x7, x4)
  const t2 = xor(x7, x2)
  const t3 = xor(x7, x1)
  const t4 = xor(x4, x2)
  const t5 = xor(x3, x1)
  const t6 = xor(t1, t5)
  const t7 = xor(x6, x5)
  const t8 = xor(x0, t6)
  const t9 = xor(x0, t7)
  const t10 = xor(t6, t7)
  const t11 = xor(x6, x2)
  const t12 = xor(x5, x2)
  const t13 = xor(t3, t4)
  const t14 = xor(t6, t11)
  const t15 = xor(t5, t11)
  const t16 = xor(t5, t12)
  const t17 = xor(t9, t16)
  const t18 = xor(x4, x0)
  const t19 = xor(t7, t18)
  const t20 = xor(t1, t19)
  const t21 = xor(x1, x0)
  const t22 = xor(t7, t21)
  const t23 = xor(t2, t22)
  const t24 = xor(t2, t10)
  const t25 = xor(t20, t17)
  const t26 = xor(t3, t16)
  const t27 = xor(t1, t12)
  const m1 = and(t13, t6)
  const m2 = and(t23, t8)
  const m3 = xor(t14, m1)
  const m4 = and(t19, x0)
  const m5 = xor(m4, m1)
  const m6 = and(t3, t16)
  const m7 = and(t22, t9)
  const m8 = xor(t26, m6)
  const m9 = and(t20, t17)
  const m10 = xor(m9, m6)
  const m11 = and(t1, t15)
  const m12 = and(t4, t27)
  const m13 = xor(m12, m11)
  const m14 = and(t2, t10)
  const m15 = xor(m14, m11)
  const m16 = xor(m3, m2)
  const m17 = xor(m5, t24)
  const m18 = xor(m8, m7)
  const m19 = xor(m10, m15)
  const m20 = xor(m16, m13)
  const m21 = xor(m17, m15)
  const m22 = xor(m18, m13)
  const m23 = xor(m19, t25)
  const m24 = xor(m22, m23)
  const m25 = and(m22, m20)
  const m26 = xor(m21, m25)
  const m27 = xor(m20, m21)
  const m28 = xor(m23, m25)
  const m29 = and(m28, m27)
  const m30 = and(m26, m24)
  const m31 = and(m20, m23)
  const m32 = and(m27, m31)
  const m33 = xor(m27, m25)
  const m34 = and(m21, m22)
  const m35 = and(m24, m34)
  const m36 = xor(m24, m25)
  const m37 = xor(m21, m29)
  const m38 = xor(m32, m33)
  const m39 = xor(m23, m30)
  const m40 = xor(m35, m36)
  const m41 = xor(m38, m40)
  const m42 = xor(m37, m39)
  const m43 = xor(m37, m38)
  const m44 = xor(m39, m40)
  const m45 = xor(m42, m41)
  const m46 = and(m44, t6)
  const m47 = and(m40, t8)
  const m48 = and(m39, x0)
  const m49 = and(m43, t16)
  const m50 = and(m38, t9)
  const m51 = and(m37, t17)
  const m52 = and(m42, t15)
  const m53 = and(m45, t27)
  const m54 = and(m41, t10)
  const m55 = and(m44, t13)
  const m56 = and(m40, t23)
  const m57 = and(m39, t19)
  const m58 = and(m43, t3)
  const m59 = and(m38, t22)
  const m60 = and(m37, t20)
  const m61 = and(m42, t1)
  const m62 = and(m45, t4)
  const m63 = and(m41, t2)
  const l0 = xor(m61, m62)
  const l1 = xor(m50, m56)
  const l2 = xor(m46, m48)
  const l3 = xor(m47, m55)
  const l4 = xor(m54, m58)
  const l5 = xor(m49, m61)
  const l6 = xor(m62, l5)
  const l7 = xor(m46, l3)
  const l8 = xor(m51, m59)
  const l9 = xor(m52, m53)
  const l10 = xor(m53, l4)
  const l11 = xor(m60, l2)
  const l12 = xor(m48, m51)
  const l13 = xor(m50, l0)
  const l14 = xor(m52, m61)
  const l15 = xor(m55, l1)
  const l16 = xor(m56, l0)
  const l17 = xor(m57, l1)
  const l18 = xor(m58, l8)
  const l19 = xor(m63, l4)
  const l20 = xor(l0, l1)
  const l21 = xor(l1, l7)
  const l22 = xor(l3, l12)
  const l23 = xor(l18, l2)
  const l24 = xor(l15, l9)
  const l25 = xor(l6, l10)
  const l26 = xor(l7, l9)
  const l27 = xor(l8, l10)
  const l28 = xor(l11, l14)
  const l29 = xor(l11, l17)
  const s7 = xor(l6, l24)
  const s6 = xor(l16, l26)
  const s5 = xor(l19, l28)
  const s4 = xor(l6, l21)
  const s3 = xor(l20, l22)
  const s2 = xor(l25, l29)
  const s1 = xor(l13, l27)
  const s0 = xor(l6, l23)

  const rows = v128.load(SHIFT_ROWS)
  if (key == LAST_ROUND_KEY) {
    v128.store(group, xor(lookup(s0, rows), v128.load(key, 0)), 0)
    v128.store(group, xor(lookup(s1, rows), v128.load(key, 16)), 16)
    v128.store(group, xor(lookup(s2, rows), v128.load(key, 32)), 32)
    v128.store(group, xor(lookup(s3, rows), v128.load(key, 48)), 48)
    v128.store(group, xor(lookup(s4, rows), v128.load(key, 64)), 64)
    v128.store(group, xor(lookup(s5, rows), v128.load(key, 80)), 80)
    v128.store(group, xor(lookup(s6, rows), v128.load(key, 96)), 96)
    v128.store(group, xor(lookup(s7, rows), v128.load(key, 112)), 112)
    return
  }

  // ShiftRows and MixColumns: with b the row below a and d = a + b, a becomes 2d + b + (d two rows
  // below). Doubling moves each plane up by one and folds plane 7 into 0, 1, 3 and 4 (x^8 = x^4+x^3+x+1).
  const rowsUp = v128.load(SHIFT_ROWS_UP)
  const upTwo = v128.load(UP_TWO)
  const b0 = lookup(s0, rowsUp)
  const b1 = lookup(s1, rowsUp)
  const b2 = lookup(s2, rowsUp)
  const b3 = lookup(s3, rowsUp)
  const b4 = lookup(s4, rowsUp)
  const b5 = lookup(s5, rowsUp)
  const b6 = lookup(s6, rowsUp)
  const b7 = lookup(s7, rowsUp)
  const d0 = xor(lookup(s0, rows), b0)
  const d1 = xor(lookup(s1, rows), b1)
  const d2 = xor(lookup(s2, rows), b2)
  const d3 = xor(lookup(s3, rows), b3)
  const d4 = xor(lookup(s4, rows), b4)
  const d5 = xor(lookup(s5, rows), b5)
  const d6 = xor(lookup(s6, rows), b6)
  const d7 = xor(lookup(s7, rows), b7)
  v128.store(group, xor(xor(xor(b0, v128.load(key, 0)), d7), lookup(d0, upTwo)), 0)
  v128.store(group, xor(xor(xor(b1, v128.load(key, 16)), xor(d0, d7)), lookup(d1, upTwo)), 16)
  v128.store(group, xor(xor(xor(b2, v128.load(key, 32)), d1), lookup(d2, upTwo)), 32)
  v128.store(group, xor(xor(xor(b3, v128.load(key, 48)), xor(d2, d7)), lookup(d3, upTwo)), 48)
  v128.store(group, xor(xor(xor(b4, v128.load(key, 64)), xor(d3, d7)), lookup(d4, upTwo)), 64)
  v128.store(group, xor(xor(xor(b5, v128.load(key, 80)), d4), lookup(d5, upTwo)), 80)
  v128.store(group, xor(xor(xor(b6, v128.load(key, 96)), d5), lookup(d6, upTwo)), 96)
  v128.store(group, xor(xor(xor(b7, v128.load(key, 112)), d6), lookup(d7, upTwo)), 112)
}

/**
 * Back from planes to blocks: transposes the 8x8 bits at each byte, in three steps that exchange
 * bits of 1, 2 and 4 between vectors as far apart.
 */
function unslice(group: usize): void {
  let x0 = v128.load(group, 0)
  let x1 = v128.load(group, 16)
  let x2 = v128.load(group, 32)
  let x3 = v128.load(group, 48)
  let x4 = v128.load(group, 64)
  let x5 = v128.load(group, 80)
  let x6 = v128.load(group, 96)
  let x7 = v128.load(group, 112)
  let m = i8x16.splat(0x55)
  let t: v128
  t = swap(x0, x1, m, 1); x0 = xor(x0, i64x2.shl(t, 1)); x1 = xor(x1, t)
  t = swap(x2, x3, m, 1); x2 = xor(x2, i64x2.shl(t, 1)); x3 = xor(x3, t)
  t = swap(x4, x5, m, 1); x4 = xor(x4, i64x2.shl(t, 1)); x5 = xor(x5, t)
  t = swap(x6, x7, m, 1); x6 = xor(x6, i64x2.shl(t, 1)); x7 = xor(x7, t)
  m = i8x16.splat(0x33)
  t = swap(x0, x2, m, 2); x0 = xor(x0, i64x2.shl(t, 2)); x2 = xor(x2, t)
  t = swap(x1, x3, m, 2); x1 = xor(x1, i64x2.shl(t, 2)); x3 = xor(x3, t)
  t = swap(x4, x6, m, 2); x4 = xor(x4, i64x2.shl(t, 2)); x6 = xor(x6, t)
  t = swap(x5, x7, m, 2); x5 = xor(x5, i64x2.shl(t, 2)); x7 = xor(x7, t)
  m = i8x16.splat(0x0f)
  t = swap(x0, x4, m, 4)
  v128.store(group, xor(x0, i64x2.shl(t, 4)), 0)
  v128.store(group, xor(x4, t), 64)
  t = swap(x1, x5, m, 4)
  v128.store(group, xor(x1, i64x2.shl(t, 4)), 16)
  v128.store(group, xor(x5, t), 80)
  t = swap(x2, x6, m, 4)
  v128.store(group, xor(x2, i64x2.shl(t, 4)), 32)
  v128.store(group, xor(x6, t), 96)
  t = swap(x3, x7, m, 4)
  v128.store(group, xor(x3, i64x2.shl(t, 4)), 48)
  v128.store(group, xor(x7, t), 112)
}

/** The bits, at their place in b, in which a and b must trade: those of a are n higher. */
// @ts-ignore: decorator
@inline
function swap(a: v128, b: v128, mask: v128, n: i32): v128 {
  return and(xor(i64x2.shr_u(a, n), b), mask)
}
