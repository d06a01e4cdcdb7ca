// The doubling and the addition of point.ts with two multiplications at a time. A Jacobian point is
// two pairs, (X, Y) and (anything, Z); an affine one is the pair (x, y). All are weak (pair.ts).
import { combine, highLow, highs, lowHigh, lows, mul2, PAIR, sqr2 } from "./pair"
import { carry } from "./field"
import { unpack } from "./words"
import { wipe } from "./memory"

/** Where the pair with Z is, and the bytes of the two. */
export const Z2 = PAIR
export const JACOBIAN2 = 2 * PAIR

const AS = memory.data(PAIR, 16)
const ES = memory.data(PAIR, 16)
const U = memory.data(PAIR, 16)
const V = memory.data(PAIR, 16)
const W = memory.data(PAIR, 16)
const XC = memory.data(PAIR, 16)
const R = memory.data(PAIR, 16)
const P = memory.data(PAIR, 16)
const Q = memory.data(PAIR, 16)
const WORDS = memory.data(32, 16)

/** (Z of the last sum of `addDistinct2`, divided by Z of its first operand, 0). */
export const RATIO2 = memory.data(PAIR, 16)

// Coefficients of `combine`, (low lane, high lane).
export const ONES = memory.data<f64>([1, 1], 16)
export const NONE = memory.data<f64>([0, 0], 16)
export const THREE_FOUR = memory.data<f64>([3, 4], 16)
export const ONE_EIGHT = memory.data<f64>([1, 8], 16)
export const ONE_TWO = memory.data<f64>([1, 2], 16)
export const TWO_NONE = memory.data<f64>([2, 0], 16)
export const ONE_NONE = memory.data<f64>([1, 0], 16)
const NONE_ONE = memory.data<f64>([0, 1], 16)
export const MINUS_TWO_NONE = memory.data<f64>([-2, 0], 16)
export const MINUS_ONE_NONE = memory.data<f64>([-1, 0], 16)
export const NONE_MINUS_ONE = memory.data<f64>([0, -1], 16)
/** The sign bit of the high lane. */
const SIGN_OF_Y = memory.data<u64>([0, 0x8000000000000000], 16)

/** a = 2a: E = 3 X^2, S = Y^2, X' = E^2 - 8 X S, Y' = E (4 X S - X') - 8 S^2, Z' = 2 Y Z. */
export function double2(a: usize): void {
  const z = a + Z2
  sqr2(AS, a) // X^2, S
  combine(ES, AS, THREE_FOUR, AS, NONE) // E, 4S
  highs(U, ES, z)
  mul2(U, a, U) // 4 X S, Y Z
  lowHigh(V, ES, AS)
  sqr2(W, V) // E^2, S^2
  combine(XC, W, ONE_EIGHT, U, MINUS_TWO_NONE) // X', 8 S^2
  combine(z, U, ONE_TWO, XC, MINUS_ONE_NONE) // 4 X S - X', Z'
  mul2(W, V, z)
  lows(W, XC, W) // X', E (4 X S - X')
  combine(a, W, ONES, XC, NONE_MINUS_ONE)
}

/**
 * a = a + b where b is affine and the two differ in x: the caller proves it. Constant time.
 */
export function addDistinct2(a: usize, b: usize): void {
  chord2(a, b, a + Z2)
  addChord2(a, b)
}

/**
 * The same in all cases, by branches on the points: for public data only. Returns true for
 * infinity. `z` is the pair with a's Z, or that times another one that b lacks.
 */
export function add2_var(a: usize, b: usize, z: usize): bool {
  chord2(a, b, z)
  if (isZero_var(RATIO2, 0)) {
    combineR(a, b)
    if (!isZero_var(R, 8)) return true
    double2(a)
  } else addChord2(a, b)
  return false
}

/** RATIO2 = H = (x2 z^2 - X, 0), and V = (x2 z^2, z^3). */
function chord2(a: usize, b: usize, z: usize): void {
  sqr2(AS, z)
  highs(U, AS, AS)
  lowHigh(V, b, z)
  mul2(V, V, U)
  combine(RATIO2, V, ONE_NONE, a, MINUS_ONE_NONE)
}

/** With H in RATIO2: U = (H^2, y2 z^3), R = (0, y2 z^3 - Y). */
function combineR(a: usize, b: usize): void {
  lowHigh(P, RATIO2, b)
  lowHigh(Q, RATIO2, V)
  mul2(U, P, Q)
  combine(R, U, NONE_ONE, a, NONE_MINUS_ONE)
}

/** X' = R^2 - H^3 - 2 X H^2, Y' = R (X H^2 - X') - Y H^3, Z' = Z H, as in point.ts. */
function addChord2(a: usize, b: usize): void {
  const z = a + Z2
  combineR(a, b)
  lows(P, RATIO2, a)
  lows(Q, U, U)
  mul2(U, P, Q) // H^3, X H^2
  highs(P, R, z)
  highLow(Q, R, RATIO2)
  mul2(z, P, Q) // R^2, Z'
  highLow(V, U, U) // X H^2, H^3
  combine(W, U, ONE_NONE, V, TWO_NONE)
  combine(W, z, ONE_NONE, W, MINUS_ONE_NONE) // X'
  combine(V, V, ONES, W, MINUS_ONE_NONE) // X H^2 - X', H^3
  highs(P, R, a)
  mul2(U, P, V) // R (X H^2 - X'), Y H^3
  lows(W, W, U)
  combine(a, W, ONES, U, NONE_MINUS_ONE)
}

/**
 * Whether the element in a lane (0 or 8) of a weak pair is zero: that has no other form than zeros.
 */
export function isZero_var(a: usize, lane: usize): bool {
  for (let i = 0; i < PAIR; i += 16) {
    if (load<f64>(a + i + lane) != 0) return false
  }
  return true
}

/** (anything, Z) of Z = 1. */
export function one2(z: usize): void {
  memory.fill(z, 0, PAIR)
  store<f64>(z, 1, 8)
}

/**
 * r = the entry `index` of a table of pairs, with y negated where the mask is all ones; reads all.
 */
export function lookup2(r: usize, table: usize, size: i32, index: i32, negative: i32): void {
  const wanted = i32x4.splat(index)
  let e0 = i32x4.splat(0)
  let e1 = e0
  let e2 = e0
  let e3 = e0
  let e4 = e0
  for (let i = 0; i < size; i++) {
    const mask = i32x4.eq(i32x4.splat(i), wanted)
    e0 = v128.or(e0, v128.and(v128.load(table), mask))
    e1 = v128.or(e1, v128.and(v128.load(table, 16), mask))
    e2 = v128.or(e2, v128.and(v128.load(table, 32), mask))
    e3 = v128.or(e3, v128.and(v128.load(table, 48), mask))
    e4 = v128.or(e4, v128.and(v128.load(table, 64), mask))
    table += PAIR
  }
  const sign = v128.and(i32x4.splat(negative), v128.load(SIGN_OF_Y))
  v128.store(r, v128.xor(e0, sign))
  v128.store(r, v128.xor(e1, sign), 16)
  v128.store(r, v128.xor(e2, sign), 32)
  v128.store(r, v128.xor(e3, sign), 48)
  v128.store(r, v128.xor(e4, sign), 64)
}

/** The pair of two elements of field.ts, of magnitude 1. */
export function fromElements(r: usize, a: usize, b: usize): void {
  fromElement(r, a)
  fromElement(r + 8, b)
  combine(r, r, ONES, r, NONE)
}

/** Cuts nine limbs of 29 bits anew: five sums below 2^53, which `combine` will carry. */
function fromElement(r: usize, a: usize): void {
  const l1 = (load<i32>(a) as i64) + ((load<i32>(a, 4) as i64) << 29)
  const l3 = load<i32>(a, 12) as i64
  const l5 = load<i32>(a, 20) as i64
  const l7 = load<i32>(a, 28) as i64
  store<f64>(r, (l1 & ((1 << 52) - 1)) as f64)
  const at52 = (l1 >> 52) + ((load<i32>(a, 8) as i64) << 6) + ((l3 & 0xffff) << 35)
  store<f64>(r, at52 as f64, 16)
  const at103 = (l3 >> 16) + ((load<i32>(a, 16) as i64) << 13) + ((l5 & 0x1ff) << 42)
  store<f64>(r, at103 as f64, 32)
  const at154 = (l5 >> 9) + ((load<i32>(a, 24) as i64) << 20) + ((l7 & 3) << 49)
  store<f64>(r, at154 as f64, 48)
  const at205 = (l7 >> 2) + ((load<i32>(a, 32) as i64) << 27)
  store<f64>(r, at205 as f64, 64)
}

/** The element of field.ts, of magnitude 1, that a lane (0 or 8) of a weak pair holds. */
export function toElement(r: usize, pair: usize, lane: usize): void {
  pair += lane
  const mask: i64 = (1 << 51) - 1
  // p is added, for a weak element lies between -2^255 - 2^206 and 2^255 + 2^206.
  let t = (load<f64>(pair) as i64) + (1 << 52) - 0x1000003d1
  const l0 = t & ((1 << 52) - 1)
  t = (load<f64>(pair, 16) as i64) + mask + (t >> 52)
  const l1 = t & mask
  t = (load<f64>(pair, 32) as i64) + mask + (t >> 51)
  const l2 = t & mask
  t = (load<f64>(pair, 48) as i64) + mask + (t >> 51)
  const l3 = t & mask
  const l4 = (load<f64>(pair, 64) as i64) + mask + (t >> 51)
  store<u64>(WORDS, l0 | (l1 << 52))
  store<u64>(WORDS, (l1 >> 12) | (l2 << 39), 8)
  store<u64>(WORDS, (l2 >> 25) | (l3 << 26), 16)
  store<u64>(WORDS, (l3 >> 38) | (l4 << 13), 24)
  unpack(r, WORDS, 29)
  // Bit 256.
  store<i32>(r, load<i32>(r, 32) + <i32>((l4 >> 51) << 24), 32)
  carry(r, r)
}

export function wipePairPoint(): void {
  wipe(AS, PAIR)
  wipe(ES, PAIR)
  wipe(U, PAIR)
  wipe(V, PAIR)
  wipe(W, PAIR)
  wipe(XC, PAIR)
  wipe(RATIO2, PAIR)
  wipe(R, PAIR)
  wipe(P, PAIR)
  wipe(Q, PAIR)
  wipe(WORDS, 32)
}
