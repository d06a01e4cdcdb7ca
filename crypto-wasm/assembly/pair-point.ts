// Points with two multiplications at a time, as (X, Y, ZZ, ZZZ), which stands for (X / ZZ, Y / ZZZ)
// where ZZ^3 = ZZZ^2 ("XYZZ" in the Explicit-Formulas Database): two pairs, (X, Y) and (ZZ, ZZZ). An
// affine point is the pair (x, y), which an addition so meets in the right lanes. All pairs are weak
// (pair.ts).
import { combine, highLow, highs, lowHigh, lows, mul2, PAIR, sqr2 } from "./pair"
import { carry } from "./field"
import { INFINITY, Y, Z } from "./point"
import { unpack } from "./words"
import { wipe } from "./memory"

/** Where the pair with ZZ and ZZZ is, and the bytes of the two. */
export const ZZ = PAIR
export const XYZZ = 2 * PAIR

const H = memory.data(PAIR, 16)
const S = memory.data(PAIR, 16)
const T = memory.data(PAIR, 16)
const U = memory.data(PAIR, 16)
const V = memory.data(PAIR, 16)
const W = memory.data(PAIR, 16)
const WORDS = memory.data(32, 16)

/** (ZZ, ZZZ) of the last sum, divided by that of its first operand. */
export const RATIO2 = memory.data(PAIR, 16)

// Coefficients of `combine`, (low lane, high lane).
const ONES = memory.data<f64>([1, 1], 16)
const NONE = memory.data<f64>([0, 0], 16)
const MINUS_ONES = memory.data<f64>([-1, -1], 16)
const THREE_FOUR = memory.data<f64>([3, 4], 16)
const ONE_EIGHT = memory.data<f64>([1, 8], 16)
const ONE_TWO = memory.data<f64>([1, 2], 16)
const TWO_NONE = memory.data<f64>([2, 0], 16)
const ONE_NONE = memory.data<f64>([1, 0], 16)
const MINUS_TWO_NONE = memory.data<f64>([-2, 0], 16)
const MINUS_ONE_NONE = memory.data<f64>([-1, 0], 16)
const NONE_MINUS_ONE = memory.data<f64>([0, -1], 16)
/** The sign bit of the high lane. */
const SIGN_OF_Y = memory.data<u64>([0, 0x8000000000000000], 16)

/** r = the affine point b. `r` may be `b`. */
export function fromAffine2(r: usize, b: usize): void {
  memory.copy(r, b, PAIR)
  memory.fill(r + ZZ, 0, PAIR)
  store<f64>(r + ZZ, 1)
  store<f64>(r + ZZ, 1, 8)
}

/**
 * a = 2a: M = 3 X^2, V = 4 Y^2, S = X V, X' = M^2 - 2 S, Y' = M (S - X') - 8 Y^4, ZZ' = V ZZ,
 * ZZZ' = 2 Y V ZZZ.
 */
export function double2(a: usize): void {
  sqr2(S, a) // X^2, Y^2
  combine(H, S, THREE_FOUR, S, NONE) // M, V
  highs(T, H, H)
  mul2(U, a, T) // S, Y V
  lowHigh(T, H, S)
  sqr2(W, T) // M^2, Y^4
  combine(W, W, ONE_EIGHT, U, MINUS_TWO_NONE) // X', 8 Y^4
  combine(T, U, ONE_TWO, W, MINUS_ONE_NONE) // S - X', 2 Y V
  highs(V, H, T)
  mul2(a + ZZ, a + ZZ, V)
  mul2(T, H, T)
  lows(T, W, T) // X', M (S - X')
  combine(a, T, ONES, W, NONE_MINUS_ONE)
}

/** a = a + b where b is affine and the two differ in x: the caller proves it. Constant time. */
export function addDistinct2(a: usize, b: usize): void {
  chord2(a, b, a + ZZ)
  addChord2(a)
}

/**
 * The same in all cases, by branches on the points: for public data only. Returns true for
 * infinity. `zz` is the pair with a's ZZ and ZZZ, or these times others that b lacks.
 */
export function add2_var(a: usize, b: usize, zz: usize): bool {
  chord2(a, b, zz)
  if (!isZero_var(H, 0)) addChord2(a)
  else if (isZero_var(H, 8)) double2(a)
  else return true
  return false
}

/** H = (P, R) = (x2 ZZ - X, y2 ZZZ - Y). */
function chord2(a: usize, b: usize, zz: usize): void {
  mul2(H, b, zz)
  combine(H, H, ONES, a, MINUS_ONES)
}

/** X' = R^2 - P^3 - 2 X P^2, Y' = R (X P^2 - X') - Y P^3, ZZ' = ZZ P^2, ZZZ' = ZZZ P^3. */
function addChord2(a: usize): void {
  sqr2(S, H) // P^2, R^2
  lows(T, H, a)
  lows(U, S, S)
  mul2(U, T, U) // P^3, X P^2
  lows(RATIO2, S, U)
  mul2(a + ZZ, a + ZZ, RATIO2)
  highLow(V, U, U) // X P^2, P^3
  combine(W, U, ONE_NONE, V, TWO_NONE)
  highLow(S, S, S)
  combine(W, S, ONE_NONE, W, MINUS_ONE_NONE) // X'
  combine(V, V, ONES, W, MINUS_ONE_NONE) // X P^2 - X', P^3
  highs(T, H, a)
  mul2(U, T, V) // R (X P^2 - X'), Y P^3
  lows(W, W, U)
  combine(a, W, ONES, U, NONE_MINUS_ONE)
}

/**
 * Whether the element in a lane (0 or 8) of a weak pair is zero: that has no other form than zeros.
 */
function isZero_var(a: usize, lane: usize): bool {
  for (let i = 0; i < PAIR; i += 16) {
    if (load<f64>(a + i + lane) != 0) return false
  }
  return true
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

/** r = the Jacobian point of a, which is not infinity: (X ZZ, Y ZZZ, ZZ). */
export function toJacobian(r: usize, a: usize): void {
  mul2(T, a, a + ZZ)
  toElement(r, T, 0)
  toElement(r + Y, T, 8)
  toElement(r + Z, a + ZZ, 0)
  store<i32>(r, 0, INFINITY)
}

export function wipePairPoint(): void {
  wipe(H, PAIR)
  wipe(S, PAIR)
  wipe(T, PAIR)
  wipe(U, PAIR)
  wipe(V, PAIR)
  wipe(W, PAIR)
  wipe(RATIO2, PAIR)
  wipe(WORDS, 32)
}
