// AES-256 in counter mode (FIPS 197, SP 800-38A §6.5), bitsliced: eight blocks at a time, in eight vectors.
// In plane j, bit b of byte i is bit j of byte i of block b. So the S-box is a circuit of
// and and xor over whole planes, and no secret is ever an address.
import { and, lookup, xor } from "./vector"
import { wipe } from "./memory"

const ROUNDS = 14
/** One round key: eight planes. */
const ROUND_KEY = 8 * 16

const ROUND_KEYS = memory.data((ROUNDS + 1) * ROUND_KEY, 16)
/** What `keystream` writes: eight blocks. */
export const KEYSTREAM = memory.data(8 * 16, 16)
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
const COUNT_0 = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xaa], 16)
const COUNT_1 = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xcc], 16)
const COUNT_2 = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0], 16)

/** SubWord of all columns: looks the byte up in each sixteenth of the S-box, and only its own answers. */
function subWord(word: v128): v128 {
  const sixteen = i8x16.splat(16)
  let out = i8x16.splat(0)
  for (let row = SBOX; row < SBOX + 256; row += 16) {
    // Not `lookup`: bytes of another sixteenth are indices from 16 to 255, which must give 0.
    out = xor(out, i8x16.swizzle(v128.load(row), word))
    word = i8x16.sub(word, sixteen)
  }
  return out
}

/** Each word xored with all words before it. */
function prefix(words: v128): v128 {
  words = xor(words, lookup(words, v128.load(LATER_BY_1)))
  return xor(words, lookup(words, v128.load(LATER_BY_2)))
}

// @ts-ignore: decorator
@inline
function plane(block: v128, bit: i32): v128 {
  const mask = i8x16.splat(<i8>(<i32>1 << bit))
  return i8x16.eq(and(block, mask), mask)
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
  wipe(KEYSTREAM, 8 * 16)
  wipe(NONCE, 16)
}

/**
 * Writes E(nonce || counter) … E(nonce || counter + 7) to KEYSTREAM; `counter` is a multiple of 8.
 * As GCM has no use for counter 0, the first block is then E(0), the hash key: with J0 = counter 1
 * one batch gives all that a short message needs.
 */
export function keystream(counter: u32): void {
  const block = i32x4.replace_lane(v128.load(NONCE), 3, bswap(counter))
  const used = i8x16.splat(counter == 0 ? <i8>0xfe : <i8>0xff)
  let k: usize = ROUND_KEYS
  let q0 = xor(xor(and(plane(block, 0), used), v128.load(COUNT_0)), v128.load(k, 0))
  let q1 = xor(xor(and(plane(block, 1), used), v128.load(COUNT_1)), v128.load(k, 16))
  let q2 = xor(xor(and(plane(block, 2), used), v128.load(COUNT_2)), v128.load(k, 32))
  let q3 = xor(and(plane(block, 3), used), v128.load(k, 48))
  let q4 = xor(and(plane(block, 4), used), v128.load(k, 64))
  let q5 = xor(and(plane(block, 5), used), v128.load(k, 80))
  let q6 = xor(and(plane(block, 6), used), v128.load(k, 96))
  let q7 = xor(and(plane(block, 7), used), v128.load(k, 112))

  while (true) {
    k += ROUND_KEY

    // SubBytes: Boyar and Peralta's circuit (eprint 2009/191, 115 gates), in their names. U0 is the high bit.
    const y14 = xor(q4, q2)
    const y13 = xor(q7, q1)
    const y9 = xor(q7, q4)
    const y8 = xor(q7, q2)
    const t0 = xor(q6, q5)
    const y1 = xor(t0, q0)
    const y4 = xor(y1, q4)
    const y12 = xor(y13, y14)
    const y2 = xor(y1, q7)
    const y5 = xor(y1, q1)
    const y3 = xor(y5, y8)
    const t1 = xor(q3, y12)
    const y15 = xor(t1, q2)
    const y20 = xor(t1, q6)
    const y6 = xor(y15, q0)
    const y10 = xor(y15, t0)
    const y11 = xor(y20, y9)
    const y7 = xor(q0, y11)
    const y17 = xor(y10, y11)
    const y19 = xor(y10, y8)
    const y16 = xor(t0, y11)
    const y21 = xor(y13, y16)
    const y18 = xor(q7, y16)

    const t2 = and(y12, y15)
    const t3 = and(y3, y6)
    const t4 = xor(t3, t2)
    const t5 = and(y4, q0)
    const t6 = xor(t5, t2)
    const t7 = and(y13, y16)
    const t8 = and(y5, y1)
    const t9 = xor(t8, t7)
    const t10 = and(y2, y7)
    const t11 = xor(t10, t7)
    const t12 = and(y9, y11)
    const t13 = and(y14, y17)
    const t14 = xor(t13, t12)
    const t15 = and(y8, y10)
    const t16 = xor(t15, t12)
    const t17 = xor(t4, t14)
    const t18 = xor(t6, t16)
    const t19 = xor(t9, t14)
    const t20 = xor(t11, t16)
    const t21 = xor(t17, y20)
    const t22 = xor(t18, y19)
    const t23 = xor(t19, y21)
    const t24 = xor(t20, y18)

    const t25 = xor(t21, t22)
    const t26 = and(t21, t23)
    const t27 = xor(t24, t26)
    const t28 = and(t25, t27)
    const t29 = xor(t28, t22)
    const t30 = xor(t23, t24)
    const t31 = xor(t22, t26)
    const t32 = and(t31, t30)
    const t33 = xor(t32, t24)
    const t34 = xor(t23, t33)
    const t35 = xor(t27, t33)
    const t36 = and(t24, t35)
    const t37 = xor(t36, t34)
    const t38 = xor(t27, t36)
    const t39 = and(t29, t38)
    const t40 = xor(t25, t39)
    const t41 = xor(t40, t37)
    const t42 = xor(t29, t33)
    const t43 = xor(t29, t40)
    const t44 = xor(t33, t37)
    const t45 = xor(t42, t41)

    const z0 = and(t44, y15)
    const z1 = and(t37, y6)
    const z2 = and(t33, q0)
    const z3 = and(t43, y16)
    const z4 = and(t40, y1)
    const z5 = and(t29, y7)
    const z6 = and(t42, y11)
    const z7 = and(t45, y17)
    const z8 = and(t41, y10)
    const z9 = and(t44, y12)
    const z10 = and(t37, y3)
    const z11 = and(t33, y4)
    const z12 = and(t43, y13)
    const z13 = and(t40, y5)
    const z14 = and(t29, y2)
    const z15 = and(t42, y9)
    const z16 = and(t45, y14)
    const z17 = and(t41, y8)

    const t46 = xor(z15, z16)
    const t47 = xor(z10, z11)
    const t48 = xor(z5, z13)
    const t49 = xor(z9, z10)
    const t50 = xor(z2, z12)
    const t51 = xor(z2, z5)
    const t52 = xor(z7, z8)
    const t53 = xor(z0, z3)
    const t54 = xor(z6, z7)
    const t55 = xor(z16, z17)
    const t56 = xor(z12, t48)
    const t57 = xor(t50, t53)
    const t58 = xor(z4, t46)
    const t59 = xor(z3, t54)
    const t60 = xor(t46, t57)
    const t61 = xor(z14, t57)
    const t62 = xor(t52, t58)
    const t63 = xor(t49, t58)
    const t64 = xor(z4, t59)
    const t65 = xor(t61, t62)
    const t66 = xor(z1, t63)
    const t67 = xor(t64, t65)
    const s7 = xor(t59, t63)
    const s1 = xor(t56, t62)
    const s0 = xor(t48, t60)
    const s4 = xor(t53, t66)
    const s3 = xor(t51, t66)
    const s2 = xor(t47, t65)
    const s6 = xor(t64, s4)
    const s5 = xor(t55, t67)

    const rows = v128.load(SHIFT_ROWS)
    if (k == ROUND_KEYS + ROUNDS * ROUND_KEY) {
      q0 = xor(lookup(s0, rows), v128.load(k, 0))
      q1 = xor(lookup(s1, rows), v128.load(k, 16))
      q2 = xor(lookup(s2, rows), v128.load(k, 32))
      q3 = xor(lookup(s3, rows), v128.load(k, 48))
      q4 = xor(lookup(s4, rows), v128.load(k, 64))
      q5 = xor(lookup(s5, rows), v128.load(k, 80))
      q6 = xor(lookup(s6, rows), v128.load(k, 96))
      q7 = xor(lookup(s7, rows), v128.load(k, 112))
      break
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
    q0 = xor(xor(xor(b0, lookup(d0, upTwo)), d7), v128.load(k, 0))
    q1 = xor(xor(xor(b1, lookup(d1, upTwo)), xor(d0, d7)), v128.load(k, 16))
    q2 = xor(xor(xor(b2, lookup(d2, upTwo)), d1), v128.load(k, 32))
    q3 = xor(xor(xor(b3, lookup(d3, upTwo)), xor(d2, d7)), v128.load(k, 48))
    q4 = xor(xor(xor(b4, lookup(d4, upTwo)), xor(d3, d7)), v128.load(k, 64))
    q5 = xor(xor(xor(b5, lookup(d5, upTwo)), d4), v128.load(k, 80))
    q6 = xor(xor(xor(b6, lookup(d6, upTwo)), d5), v128.load(k, 96))
    q7 = xor(xor(xor(b7, lookup(d7, upTwo)), d6), v128.load(k, 112))
  }

  // Back from planes to blocks: transpose the 8x8 bits at each byte, in three steps that exchange
  // bits of 1, 2 and 4 between vectors as far apart.
  let m = i8x16.splat(0x55)
  let x: v128
  x = swap(q0, q1, m, 1); q0 = xor(q0, i64x2.shl(x, 1)); q1 = xor(q1, x)
  x = swap(q2, q3, m, 1); q2 = xor(q2, i64x2.shl(x, 1)); q3 = xor(q3, x)
  x = swap(q4, q5, m, 1); q4 = xor(q4, i64x2.shl(x, 1)); q5 = xor(q5, x)
  x = swap(q6, q7, m, 1); q6 = xor(q6, i64x2.shl(x, 1)); q7 = xor(q7, x)
  m = i8x16.splat(0x33)
  x = swap(q0, q2, m, 2); q0 = xor(q0, i64x2.shl(x, 2)); q2 = xor(q2, x)
  x = swap(q1, q3, m, 2); q1 = xor(q1, i64x2.shl(x, 2)); q3 = xor(q3, x)
  x = swap(q4, q6, m, 2); q4 = xor(q4, i64x2.shl(x, 2)); q6 = xor(q6, x)
  x = swap(q5, q7, m, 2); q5 = xor(q5, i64x2.shl(x, 2)); q7 = xor(q7, x)
  m = i8x16.splat(0x0f)
  x = swap(q0, q4, m, 4)
  v128.store(KEYSTREAM, xor(q0, i64x2.shl(x, 4)), 0)
  v128.store(KEYSTREAM, xor(q4, x), 64)
  x = swap(q1, q5, m, 4)
  v128.store(KEYSTREAM, xor(q1, i64x2.shl(x, 4)), 16)
  v128.store(KEYSTREAM, xor(q5, x), 80)
  x = swap(q2, q6, m, 4)
  v128.store(KEYSTREAM, xor(q2, i64x2.shl(x, 4)), 32)
  v128.store(KEYSTREAM, xor(q6, x), 96)
  x = swap(q3, q7, m, 4)
  v128.store(KEYSTREAM, xor(q3, i64x2.shl(x, 4)), 48)
  v128.store(KEYSTREAM, xor(q7, x), 112)
}

/** The bits, at their place in b, in which a and b must trade: those of a are n higher. */
// @ts-ignore: decorator
@inline
function swap(a: v128, b: v128, mask: v128, n: i32): v128 {
  return and(xor(i64x2.shr_u(a, n), b), mask)
}
