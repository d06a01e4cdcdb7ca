// u * G + v * Q for public scalars and points, in variable time: Strauss's interleaving of four
// half-length products, u1 * G + u2 * LAMBDA * G + v1 * Q + v2 * LAMBDA * Q, with digits in
// non-adjacent form.
import { BETA, split } from "./endomorphism"
import { copy, FE, invert, mul, negate, sqr } from "./field"
import { G } from "./generator"
import { oddMultiples } from "./multiples"
import { add_var, AFFINE, double, fromAffine, INFINITY, Y, Z } from "./point"
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
  oddMultiples(TABLE_Q, SIZE_Q, SHARED_Z, q)
  timesLambda(TABLE_LAMBDA_Q, TABLE_Q, SIZE_Q)
  split(HALF1, HALF2, u)
  nonAdjacentForm_var(FORM_U1, HALF1, WIDTH_G)
  nonAdjacentForm_var(FORM_U2, HALF2, WIDTH_G)
  split(HALF1, HALF2, v)
  nonAdjacentForm_var(FORM_V1, HALF1, WIDTH_Q)
  nonAdjacentForm_var(FORM_V2, HALF2, WIDTH_Q)

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
}
