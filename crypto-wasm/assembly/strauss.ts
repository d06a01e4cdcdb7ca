// u * G + v * Q for public scalars and points, in variable time: Strauss's interleaving of four
// half-length products, u1 * G + u2 * LAMBDA * G + v1 * Q + v2 * LAMBDA * Q, with digits in
// non-adjacent form.
import { BETA, split } from "./endomorphism"
import { copy, FE, invert, mul, negate, sqr } from "./field"
import { G } from "./generator"
import { oddMultiples } from "./multiples"
import { oddMultiples2 } from "./pair-multiples"
import { add_var, AFFINE, double, fromAffine, INFINITY, Y, Z } from "./point"
import { lowHigh, mul2, PAIR, sqr2 } from "./pair"
import {
  add2_var,
  double2,
  fromElements,
  JACOBIAN2,
  lookup2,
  one2,
  toElement,
  Z2,
} from "./pair-point"
import { isHigh, negate as negateScalar, SCALAR } from "./scalar"
import { wipe } from "./memory"

/** Widths of the windows, and the sizes of the tables of odd multiples that go with them. */
const WIDTH_G = 8
const SIZE_G = 64
const WIDTH_Q = 5
const SIZE_Q = 8
/** The halves of a scalar are below 2^128; their form can be one digit longer. */
const DIGITS = 129

const TABLE_G = memory.data(SIZE_G * AFFINE, 16)
const TABLE_LAMBDA_G = memory.data(SIZE_G * AFFINE, 16)
let tablesAreBuilt = false

const TABLE_Q = memory.data(SIZE_Q * AFFINE, 16)
const TABLE_LAMBDA_Q = memory.data(SIZE_Q * AFFINE, 16)
/** The Z that the multiples of Q share, and its product with the sum's. */
const SHARED_Z = memory.data(FE, 16)
const BOTH_Z = memory.data(FE, 16)
const ENTRY = memory.data(AFFINE, 16)
// The same as pairs.
const PAIRS_G = memory.data(SIZE_G * PAIR, 16)
const PAIRS_LAMBDA_G = memory.data(SIZE_G * PAIR, 16)
const PAIRS_Q = memory.data(SIZE_Q * PAIR, 16)
const PAIRS_LAMBDA_Q = memory.data(SIZE_Q * PAIR, 16)
const PAIR_SHARED_Z = memory.data(PAIR, 16)
const PAIR_Z = memory.data(PAIR, 16)
const PAIR_ENTRY = memory.data(PAIR, 16)
const SUM = memory.data(JACOBIAN2, 16)
let sumIsInfinity = true
const HALF1 = memory.data(SCALAR, 16)
const HALF2 = memory.data(SCALAR, 16)
/** One signed byte a digit. */
const FORM_U1 = memory.data(136, 8)
const FORM_U2 = memory.data(136, 8)
const FORM_V1 = memory.data(136, 8)
const FORM_V2 = memory.data(136, 8)

/** r = u * G + v * q; infinity is told in the point's word. */
export function doubleMultiply_var(r: usize, u: usize, v: usize, q: usize): void {
  if (!tablesAreBuilt) buildTables()
  split(HALF1, HALF2, u)
  nonAdjacentForm_var(FORM_U1, HALF1, WIDTH_G)
  nonAdjacentForm_var(FORM_U2, HALF2, WIDTH_G)
  split(HALF1, HALF2, v)
  nonAdjacentForm_var(FORM_V1, HALF1, WIDTH_Q)
  nonAdjacentForm_var(FORM_V2, HALF2, WIDTH_Q)

  if (ASC_FEATURE_RELAXED_SIMD) sum2_var(r, q)
  else sum_var(r, q)
}

/** r = what the digits of the four forms add up to. */
function sum_var(r: usize, q: usize): void {
  oddMultiples(TABLE_Q, SIZE_Q, SHARED_Z, q)
  timesLambda(TABLE_LAMBDA_Q, TABLE_Q, SIZE_Q)
  store<i32>(r, -1, INFINITY)
  for (let i = DIGITS - 1; i >= 0; i--) {
    if (!load<i32>(r, INFINITY)) double(r, r)
    addDigit_var(r, TABLE_Q, load<i8>(FORM_V1 + i))
    addDigit_var(r, TABLE_LAMBDA_Q, load<i8>(FORM_V2 + i))
    addGeneratorDigit_var(r, TABLE_G, load<i8>(FORM_U1 + i))
    addGeneratorDigit_var(r, TABLE_LAMBDA_G, load<i8>(FORM_U2 + i))
  }
  if (!load<i32>(r, INFINITY)) mul(r + Z, r + Z, SHARED_Z)
}

/** The sum lives on the curve where the multiples of Q are affine (multiples.ts). */
function addDigit_var(r: usize, table: usize, digit: i32): void {
  if (digit == 0) return
  entry_var(table, digit)
  if (load<i32>(r, INFINITY)) fromAffine(r, ENTRY)
  else add_var(r, r, ENTRY, r + Z)
}

/** Multiples of G are affine on the curve itself: there the sum's Z has one factor more. */
function addGeneratorDigit_var(r: usize, table: usize, digit: i32): void {
  if (digit == 0) return
  entry_var(table, digit)
  if (load<i32>(r, INFINITY)) {
    fromAffine(r, ENTRY)
    sqr(BOTH_Z, SHARED_Z)
    mul(r, r, BOTH_Z)
    mul(BOTH_Z, BOTH_Z, SHARED_Z)
    mul(r + Y, r + Y, BOTH_Z)
  } else {
    mul(BOTH_Z, r + Z, SHARED_Z)
    add_var(r, r, ENTRY, BOTH_Z)
  }
}

/** The same sum with pairs. */
function sum2_var(r: usize, q: usize): void {
  oddMultiples2(PAIRS_Q, PAIRS_LAMBDA_Q, SIZE_Q, PAIR_SHARED_Z, q)
  sumIsInfinity = true
  for (let i = DIGITS - 1; i >= 0; i--) {
    if (!sumIsInfinity) double2(SUM)
    addDigit2_var(PAIRS_Q, load<i8>(FORM_V1 + i), false)
    addDigit2_var(PAIRS_LAMBDA_Q, load<i8>(FORM_V2 + i), false)
    addDigit2_var(PAIRS_G, load<i8>(FORM_U1 + i), true)
    addDigit2_var(PAIRS_LAMBDA_G, load<i8>(FORM_U2 + i), true)
  }
  store<i32>(r, sumIsInfinity ? -1 : 0, INFINITY)
  if (sumIsInfinity) return
  mul2(SUM + Z2, SUM + Z2, PAIR_SHARED_Z)
  toElement(r, SUM, 0)
  toElement(r + Y, SUM, 8)
  toElement(r + Z, SUM + Z2, 8)
}

function addDigit2_var(table: usize, digit: i32, ofGenerator: bool): void {
  if (digit == 0) return
  const entry = table + (abs(digit) >> 1) * PAIR
  lookup2(PAIR_ENTRY, entry, 1, 0, digit >> 31)
  if (sumIsInfinity) {
    memory.copy(SUM, PAIR_ENTRY, PAIR)
    // On the curve of the multiples of Q, a multiple of G has the Z of 1 / SHARED_Z: scaled, it has
    // 1.
    if (ofGenerator) {
      sqr2(PAIR_Z, PAIR_SHARED_Z)
      mul2(SUM, SUM, PAIR_Z)
      mul2(PAIR_Z, PAIR_Z, PAIR_SHARED_Z)
      mul2(PAIR_Z, PAIR_ENTRY, PAIR_Z)
      lowHigh(SUM, SUM, PAIR_Z)
    }
    one2(SUM + Z2)
    sumIsInfinity = false
    return
  }
  if (ofGenerator) mul2(PAIR_Z, SUM + Z2, PAIR_SHARED_Z)
  sumIsInfinity = add2_var(SUM, PAIR_ENTRY, ofGenerator ? PAIR_Z : SUM + Z2)
}

function toPairs(pairs: usize, table: usize, size: i32): void {
  for (let i = 0; i < size; i++) {
    fromElements(pairs, table, table + Y)
    pairs += PAIR
    table += AFFINE
  }
}

function entry_var(table: usize, digit: i32): void {
  const from = table + (abs(digit) >> 1) * AFFINE
  copy(ENTRY, from)
  copy(ENTRY + Y, from + Y)
  if (digit < 0) negate(ENTRY + Y, ENTRY + Y)
}

/**
 * Digits that are zero or odd, at most 2^(width-1) in size, of which two that are not zero are at
 * least `width` places apart. The scalar is below 2^128, or above n - 2^128 and then taken for
 * negative.
 */
function nonAdjacentForm_var(form: usize, scalar: usize, width: i32): void {
  memory.fill(form, 0, DIGITS)
  const negative = isHigh(scalar)
  if (negative) negateScalar(scalar, scalar)
  let carry: u32 = 0
  for (let at = 0; at < DIGITS; ) {
    const bits = (load<u64>(scalar + (at >> 5 << 2)) >> (at & 31)) as u32
    if ((bits & 1) == carry) {
      at++
      continue
    }
    const window = (bits & ((1 << width) - 1)) + carry
    carry = (window >> (width - 1)) & 1
    const digit = <i32>window - <i32>(carry << width)
    store<i8>(form + at, negative ? -digit : digit)
    at += width
  }
}

function timesLambda(r: usize, table: usize, size: i32): void {
  for (let i = 0; i < size; i++) {
    mul(r, table, BETA)
    copy(r + Y, table + Y)
    r += AFFINE
    table += AFFINE
  }
}

function buildTables(): void {
  oddMultiples(TABLE_G, SIZE_G, SHARED_Z, G)
  invert(SHARED_Z, SHARED_Z)
  sqr(BOTH_Z, SHARED_Z)
  mul(SHARED_Z, BOTH_Z, SHARED_Z)
  for (let at = TABLE_G; at < TABLE_G + SIZE_G * AFFINE; at += AFFINE) {
    mul(at, at, BOTH_Z)
    mul(at + Y, at + Y, SHARED_Z)
  }
  timesLambda(TABLE_LAMBDA_G, TABLE_G, SIZE_G)
  if (ASC_FEATURE_RELAXED_SIMD) {
    toPairs(PAIRS_G, TABLE_G, SIZE_G)
    toPairs(PAIRS_LAMBDA_G, TABLE_LAMBDA_G, SIZE_G)
  }
  tablesAreBuilt = true
}

/** The multiples of G stay. */
export function wipeStrauss(): void {
  wipe(TABLE_Q, SIZE_Q * AFFINE)
  wipe(TABLE_LAMBDA_Q, SIZE_Q * AFFINE)
  wipe(SHARED_Z, FE)
  wipe(BOTH_Z, FE)
  wipe(ENTRY, AFFINE)
  wipe(HALF1, SCALAR)
  wipe(HALF2, SCALAR)
  wipe(FORM_U1, 136)
  wipe(FORM_U2, 136)
  wipe(FORM_V1, 136)
  wipe(FORM_V2, 136)
  if (ASC_FEATURE_RELAXED_SIMD) {
    wipe(PAIRS_Q, SIZE_Q * PAIR)
    wipe(PAIRS_LAMBDA_Q, SIZE_Q * PAIR)
    wipe(PAIR_SHARED_Z, PAIR)
    wipe(PAIR_Z, PAIR)
    wipe(PAIR_ENTRY, PAIR)
    wipe(SUM, JACOBIAN2)
  }
}
