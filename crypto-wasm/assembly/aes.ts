// AES-256 in counter mode (FIPS 197, SP 800-38A §6.5), bitsliced: a group of eight blocks at a time, in
// eight vectors. In plane j, bit b of byte i is bit j of byte i of block b. So the S-box is a circuit
// of and and xor over whole planes, and no secret is ever an address.
import { ROUND_KEY, ROUND_KEYS, ROUNDS, wipeKey } from "./keyexpansion"
import { and, lookup, xor } from "./vector"
import { wipe } from "./memory"

export { setKey } from "./keyexpansion"

const LAST_ROUND_KEY = ROUND_KEYS + ROUNDS * ROUND_KEY
/** The bytes of a group. */
export const GROUP: usize = 8 * 16
/** The most groups that `keystream` writes. */
export const GROUPS: u32 = 8
/** What `keystream` writes; the planes, on the way there. */
export const KEYSTREAM = memory.data(8 * 8 * 16, 16)
/** The nonce, with four bytes to spare. */
const NONCE = memory.data(16, 16)

// Byte 4c + r of a block is row r, column c of the state (FIPS 197 §3.4). Each row says from which
// byte the byte at its place comes.
const SHIFT_ROWS = memory.data<u8>([0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11], 16)
/** ShiftRows, then each column up by one row. */
const SHIFT_ROWS_UP = memory.data<u8>([5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12], 16)
/** Each column up by two rows. */
const UP_TWO = memory.data<u8>([2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13], 16)
/** Bits 0, 1 and 2 of the counter in eight blocks whose counters start at a multiple of eight. */
const COUNT = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xaa,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xcc,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0,
], 16)

/** Takes the 12-byte nonce, the first three words of every counter block (SP 800-38D §7.1). */
export function setNonce(nonce: usize): void {
  v128.store(NONCE, v128.load(nonce))
}

export function wipeAes(): void {
  wipeKey()
  wipe(KEYSTREAM, GROUPS * GROUP)
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
  const end = KEYSTREAM + groups * GROUP
  for (let group = KEYSTREAM; group < end; group += GROUP) {
    begin(group, counter)
    counter += 8
  }
  for (let key = ROUND_KEYS + ROUND_KEY; key < LAST_ROUND_KEY; key += ROUND_KEY) {
    for (let group = KEYSTREAM; group < end; group += GROUP) round(group, key)
  }
  for (let group = KEYSTREAM; group < end; group += GROUP) {
    round(group, LAST_ROUND_KEY)
    unslice(group)
  }
}

/** The planes of eight counter blocks, with the first round key. */
function begin(group: usize, counter: u32): void {
  const block = i32x4.replace_lane(v128.load(NONCE), 3, bswap(counter))
  const used = i8x16.splat(counter == 0 ? <i8>0xfe : <i8>0xff)
  let mask = i8x16.splat(1)
  for (let offset: usize = 0; offset < GROUP; offset += 16) {
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

  // SubBytes: the circuit of depth 16 by Boyar and Peralta (eprint 2011/332), 128 gates, in their names.
  // Their U0 and S0, the high bits, are x7 and s7; the inversions of S1, S2, S6 and S7 are left out.
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
