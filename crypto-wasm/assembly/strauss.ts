// u * G + v * Q for public scalars and points, in variable time: Strauss's interleaving of several
// products, u * G + v1 * Q + v2 * LAMBDA * Q, with digits in non-adjacent form. u needs no halves:
// a table of G's multiples that goes on with those of 2^128 * G shares the doublings just as well.
import { BETA, split } from "./endomorphism"
import { copy, FE, mul, negate, sqr } from "./field"
import { G } from "./generator"
import { oddMultiples } from "./multiples"
import { BETA_ONE, oddMultiples2 } from "./pair-multiples"
import { add_var, double, fromAffine, INFINITY, Y, Z } from "./point"
import { mul2, PAIR } from "./pair"
import {
  add2_var,
  double2,
  fromAffine2,
  fromElements,
  lookup2,
  toJacobian,
  XYZZ,
  ZZ,
} from "./pair-point"
import { SCALAR } from "./scalar"
import { BLOCK_BITS, ENTRY, shiftedMultiples } from "./shifted"
import {
  addTerms_var,
  entryOf,
  marksOf,
  NEGATIVE,
  nextTerm,
  termBefore,
  TIMES_LAMBDA,
  UNSCALED,
} from "./terms"
import { wipe } from "./memory"

/** Bits of a scalar, and of the halves that it is split into. */
const BITS = 256
const HALF_BITS = 128
/** Widths of the digits, and the sizes of the tables of odd multiples that go with them. */
const WIDTH_G = 8
const SIZE_G = 1 << (WIDTH_G - 2)
const WIDTH_Q = 5
const SIZE_Q = 1 << (WIDTH_Q - 2)
const WIDTH_PREPARED = 6
const SIZE_PREPARED = 1 << (WIDTH_PREPARED - 2)

/** Blocks for every 16 bits of a scalar. */
const TABLE_G = memory.data(BITS / BLOCK_BITS * SIZE_G * ENTRY, 16)
/** For how many bits each there is a block by now: 128, then 16. */
let spanG = BITS

const TABLE_Q = memory.data(SIZE_Q * ENTRY, 16)
/** The Z that the multiples of Q share, and its product with the sum's. */
const SHARED_Z = memory.data(FE, 16)
const BOTH_Z = memory.data(FE, 16)
const TERM = memory.data(ENTRY, 16)
// The same as pairs.
const SHARED_ZZ = memory.data(PAIR, 16)
const BOTH_ZZ = memory.data(PAIR, 16)
const SUM = memory.data(XYZZ, 16)
let sumIsInfinity = true
const HALF1 = memory.data(SCALAR, 16)
const HALF2 = memory.data(SCALAR, 16)

/** Bytes of what `prepare` makes. */
export const PREPARED = HALF_BITS / BLOCK_BITS * SIZE_PREPARED * ENTRY

/** r = u * G + v * q; infinity is told in the point's word. */
export function doubleMultiply_var(r: usize, u: usize, v: usize, q: usize): void {
  if (spanG > HALF_BITS) makeTableG(HALF_BITS)
  if (ASC_FEATURE_RELAXED_SIMD) {
    fromElements(TERM, q, q + Y)
    oddMultiples2(TABLE_Q, SIZE_Q, SHARED_ZZ, TERM)
  } else oddMultiples(TABLE_Q, SIZE_Q, SHARED_Z, q)
  addTerms_var(u, BITS, WIDTH_G, TABLE_G, HALF_BITS, UNSCALED)
  addHalves_var(v, WIDTH_Q, TABLE_Q, HALF_BITS)
  sumUp_var(r, HALF_BITS, true)
}

/** Writes the multiples of q that `doubleMultiplyPrepared_var` takes. q is affine. */
export function prepare(prepared: usize, q: usize): void {
  shiftedMultiples(prepared, HALF_BITS, BLOCK_BITS, SIZE_PREPARED, q)
}

/** r = u * G + v * q, for a q that was prepared. */
export function doubleMultiplyPrepared_var(r: usize, u: usize, v: usize, prepared: usize): void {
  if (spanG > BLOCK_BITS) makeTableG(BLOCK_BITS)
  addTerms_var(u, BITS, WIDTH_G, TABLE_G, BLOCK_BITS, 0)
  addHalves_var(v, WIDTH_PREPARED, prepared, BLOCK_BITS)
  sumUp_var(r, BLOCK_BITS, false)
}

function makeTableG(span: i32): void {
  shiftedMultiples(TABLE_G, BITS, span, SIZE_G, G)
  spanG = span
}

function addHalves_var(v: usize, width: i32, table: usize, span: i32): void {
  split(HALF1, HALF2, v)
  addTerms_var(HALF1, HALF_BITS, width, table, span, 0)
  addTerms_var(HALF2, HALF_BITS, width, table, span, TIMES_LAMBDA)
}

/** r = what the terms add up to. Whether Q's share a Z that others lack is told by `shared`. */
function sumUp_var(r: usize, doublings: i32, shared: bool): void {
  if (ASC_FEATURE_RELAXED_SIMD) sumUp2_var(r, doublings, shared)
  else {
    store<i32>(r, -1, INFINITY)
    for (let left = doublings; left >= 0; left--) {
      if (!load<i32>(r, INFINITY)) double(r, r)
      for (let term = termBefore(left); term != 0; term = nextTerm(term)) addTerm_var(r, term)
    }
    if (shared && !load<i32>(r, INFINITY)) mul(r + Z, r + Z, SHARED_Z)
  }
}

/** The sum lives on the curve where the multiples of Q are affine (multiples.ts). */
function addTerm_var(r: usize, term: usize): void {
  const entry = entryOf(term)
  const marks = marksOf(term)
  const unscaled = (marks & UNSCALED) != 0
  if (marks & TIMES_LAMBDA) mul(TERM, entry, BETA)
  else copy(TERM, entry)
  if (marks & NEGATIVE) negate(TERM + Y, entry + Y)
  else copy(TERM + Y, entry + Y)
  if (load<i32>(r, INFINITY)) {
    fromAffine(r, TERM)
    // There a multiple of the other curve has the Z of 1 / SHARED_Z: scaled, it has 1.
    if (unscaled) {
      sqr(BOTH_Z, SHARED_Z)
      mul(r, r, BOTH_Z)
      mul(BOTH_Z, BOTH_Z, SHARED_Z)
      mul(r + Y, r + Y, BOTH_Z)
    }
    return
  }
  if (unscaled) mul(BOTH_Z, r + Z, SHARED_Z)
  add_var(r, r, TERM, unscaled ? BOTH_Z : r + Z)
}

/** The same sum with pairs. */
function sumUp2_var(r: usize, doublings: i32, shared: bool): void {
  sumIsInfinity = true
  for (let left = doublings; left >= 0; left--) {
    if (!sumIsInfinity) double2(SUM)
    for (let term = termBefore(left); term != 0; term = nextTerm(term)) addTerm2_var(term)
  }
  if (sumIsInfinity) {
    store<i32>(r, -1, INFINITY)
    return
  }
  if (shared) mul2(SUM + ZZ, SUM + ZZ, SHARED_ZZ)
  toJacobian(r, SUM)
}

function addTerm2_var(term: usize): void {
  const marks = marksOf(term)
  const unscaled = (marks & UNSCALED) != 0
  lookup2(TERM, entryOf(term), 1, 0, 0 - (marks & NEGATIVE))
  if (marks & TIMES_LAMBDA) mul2(TERM, TERM, BETA_ONE)
  if (sumIsInfinity) {
    if (unscaled) mul2(TERM, TERM, SHARED_ZZ)
    fromAffine2(SUM, TERM)
    sumIsInfinity = false
    return
  }
  if (unscaled) mul2(BOTH_ZZ, SUM + ZZ, SHARED_ZZ)
  sumIsInfinity = add2_var(SUM, TERM, unscaled ? BOTH_ZZ : SUM + ZZ)
}

/** The multiples of G stay. */
export function wipeStrauss(): void {
  wipe(TABLE_Q, SIZE_Q * ENTRY)
  wipe(TERM, ENTRY)
  wipe(HALF1, SCALAR)
  wipe(HALF2, SCALAR)
  if (ASC_FEATURE_RELAXED_SIMD) {
    wipe(SHARED_ZZ, PAIR)
    wipe(BOTH_ZZ, PAIR)
    wipe(SUM, XYZZ)
  } else {
    wipe(SHARED_Z, FE)
    wipe(BOTH_Z, FE)
  }
}
