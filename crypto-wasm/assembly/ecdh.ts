// The product of a secret scalar and a point, in constant time.
import { add as addScalar, half, SCALAR } from "./scalar"
import { BETA, split } from "./endomorphism"
import { copy, FE, mul } from "./field"
import {
  addComplete,
  addDistinct,
  AFFINE,
  double,
  fromAffine,
  lookup,
  Y,
  Z,
} from "./point"
import { mul2, PAIR } from "./pair"
import {
  addDistinct2,
  double2,
  fromAffine2,
  fromElements,
  XYZZ,
  lookup2,
  toElement,
  toJacobian,
} from "./pair-point"
import { oddMultiples } from "./multiples"
import { BETA_ONE, oddMultiples2 } from "./pair-multiples"
import { wipe } from "./memory"

// Digits are windows of four bits, 33 of them, where a bit b counts as 2b - 1: so each digit is
// odd, between -15 and 15, and none is zero. The 132 bits of v then make 2v - (2^132 - 1), and v =
// s + 2^131 makes 2s + 1.
const WINDOW = 4
const BITS = 132
const SIZE = 8

/** -(1 + LAMBDA) mod n. */
const OFFSET = memory.data<u32>([
  0xb51283ce, 0xe0cfc810, 0x8ec739c2, 0xa880b9fc, 0x77ed9ba4, 0x5ad9e3fd, 0x3fa3cf1f, 0xac9c52b3,
], 16)
/** 2^131. */
const CENTRE = memory.data<u32>([0, 0, 0, 0, 8, 0, 0, 0], 16)

const K = memory.data(SCALAR, 16)
const V1 = memory.data(SCALAR, 16)
const V2 = memory.data(SCALAR, 16)
/** The odd multiples of P, those of LAMBDA * P, and their Z. */
const TABLE = memory.data(SIZE * AFFINE, 16)
const TABLE_LAMBDA = memory.data(SIZE * AFFINE, 16)
const SHARED_Z = memory.data(FE, 16)
const ENTRY = memory.data(AFFINE, 16)
const PAIRS = memory.data(SIZE * PAIR, 16)
const PAIRS_LAMBDA = memory.data(SIZE * PAIR, 16)
const SHARED_ZZ = memory.data(PAIR, 16)
const PAIR_ENTRY = memory.data(PAIR, 16)
const SUM = memory.data(XYZZ, 16)

/**
 * r = k * p, k in [1, n), p affine and on the curve.
 *
 * k = (2 s1 + 1) + (2 s2 + 1) * LAMBDA, where s1 + s2 * LAMBDA is (k - 1 - LAMBDA) / 2, split:
 * |s1|, |s2| < 2^128.
 *
 * Why `addDistinct` will do. Before each addition the sum is u * P + v * LAMBDA * P for two
 * integers that the digits so far make, and the addend is d * P or d * LAMBDA * P, |d| <= 15. These
 * differ in x unless (u ± d, v), or (u, v ± d), lies in the lattice of endomorphism.ts, where every
 * vector but (0, 0) has a coordinate above 2^127. Before the last window |u|, |v| < 2^126, so it
 * would have to be (0, 0). But u and v are odd once their first digit is in, and after the
 * doublings multiples of 16 other than 0, which no d undoes. Only the last two additions can meet
 * anything: they are complete.
 */
export function multiply(r: usize, k: usize, p: usize): void {
  addScalar(K, k, OFFSET)
  half(K, K)
  split(V1, V2, K)
  addScalar(V1, V1, CENTRE)
  addScalar(V2, V2, CENTRE)

  if (ASC_FEATURE_RELAXED_SIMD) {
    upperWindows2(r, p)
    element2(PAIRS, V1)
    addComplete(r, r, ENTRY)
    element2(PAIRS_LAMBDA, V2)
    addComplete(r, r, ENTRY)
    scale2(r)
  } else {
    upperWindows(r, p)
    digit(TABLE, V1, 0)
    addComplete(r, r, ENTRY)
    digit(TABLE_LAMBDA, V2, 0)
    addComplete(r, r, ENTRY)
    mul(r + Z, r + Z, SHARED_Z)
  }
}

/** r = what all windows but the lowest add up to, shifted to make room for that. */
function upperWindows(r: usize, p: usize): void {
  oddMultiples(TABLE, SIZE, SHARED_Z, p)
  for (let i = 0; i < SIZE * AFFINE; i += AFFINE) {
    mul(TABLE_LAMBDA + i, TABLE + i, BETA)
    copy(TABLE_LAMBDA + i + Y, TABLE + i + Y)
  }
  digit(TABLE, V1, BITS - WINDOW)
  fromAffine(r, ENTRY)
  digit(TABLE_LAMBDA, V2, BITS - WINDOW)
  addDistinct(r, r, ENTRY)
  for (let at = BITS - 2 * WINDOW; at > 0; at -= WINDOW) {
    shift(r)
    digit(TABLE, V1, at)
    addDistinct(r, r, ENTRY)
    digit(TABLE_LAMBDA, V2, at)
    addDistinct(r, r, ENTRY)
  }
  shift(r)
}

/** The same with pairs. */
function upperWindows2(r: usize, p: usize): void {
  fromElements(PAIR_ENTRY, p, p + Y)
  oddMultiples2(PAIRS, SIZE, SHARED_ZZ, PAIR_ENTRY)
  for (let i = 0; i < SIZE * PAIR; i += PAIR) mul2(PAIRS_LAMBDA + i, PAIRS + i, BETA_ONE)
  digit2(SUM, PAIRS, V1, BITS - WINDOW)
  fromAffine2(SUM, SUM)
  digit2(PAIR_ENTRY, PAIRS_LAMBDA, V2, BITS - WINDOW)
  addDistinct2(SUM, PAIR_ENTRY)
  for (let at = BITS - 2 * WINDOW; at > 0; at -= WINDOW) {
    shift2()
    digit2(PAIR_ENTRY, PAIRS, V1, at)
    addDistinct2(SUM, PAIR_ENTRY)
    digit2(PAIR_ENTRY, PAIRS_LAMBDA, V2, at)
    addDistinct2(SUM, PAIR_ENTRY)
  }
  shift2()
  toJacobian(r, SUM)
}

function digit2(r: usize, table: usize, v: usize, at: u32): void {
  const window = (load<u32>(v + (at >> 5 << 2)) >> (at & 31)) & 15
  const negative = <i32>(window >> 3) - 1
  lookup2(r, table, SIZE, (window ^ negative) & 7, negative)
}

/**
 * Gives r the Z that the multiples share as a factor, of which there are the square and the cube:
 * (X z^2, Y z^3, Z z^2) is (X, Y, Z z).
 */
function scale2(r: usize): void {
  toElement(SHARED_Z, SHARED_ZZ, 0)
  mul(r, r, SHARED_Z)
  mul(r + Z, r + Z, SHARED_Z)
  toElement(SHARED_Z, SHARED_ZZ, 8)
  mul(r + Y, r + Y, SHARED_Z)
}

/** ENTRY = the multiple that the lowest window of v calls for. */
function element2(table: usize, v: usize): void {
  digit2(PAIR_ENTRY, table, v, 0)
  toElement(ENTRY, PAIR_ENTRY, 0)
  toElement(ENTRY + Y, PAIR_ENTRY, 8)
}

function shift2(): void {
  for (let i = 0; i < WINDOW; i++) double2(SUM)
}

function shift(r: usize): void {
  for (let i = 0; i < WINDOW; i++) double(r, r)
}

/** ENTRY = the multiple that the window of v at a bit calls for. */
function digit(table: usize, v: usize, at: u32): void {
  const window = (load<u32>(v + (at >> 5 << 2)) >> (at & 31)) & 15
  // Windows 8..15 are 1, 3, ..., 15; windows 7..0 are their negatives.
  const negative = <i32>(window >> 3) - 1
  lookup(ENTRY, table, SIZE, (window ^ negative) & 7, negative)
}

export function wipeEcdh(): void {
  wipe(K, SCALAR)
  wipe(V1, SCALAR)
  wipe(V2, SCALAR)
  wipe(TABLE, SIZE * AFFINE)
  wipe(TABLE_LAMBDA, SIZE * AFFINE)
  wipe(SHARED_Z, FE)
  wipe(ENTRY, AFFINE)
  if (ASC_FEATURE_RELAXED_SIMD) {
    wipe(PAIRS, SIZE * PAIR)
    wipe(PAIRS_LAMBDA, SIZE * PAIR)
    wipe(SHARED_ZZ, PAIR)
    wipe(PAIR_ENTRY, PAIR)
    wipe(SUM, XYZZ)
  }
}
