// The odd multiples of P, 2^16 P, 2^32 P and so on, affine: with all of them a sum of multiples of P
// needs only sixteen doublings.
import { carry, FE, mul, sqr } from "./field"
import { invertAll } from "./inverses"
import { oddMultiples } from "./multiples"
import { oddMultiples2 } from "./pair-multiples"
import { lowHigh, mul2, PAIR, sqr2 } from "./pair"
import { double2, fromAffine2, fromElements, toElement, XYZZ, ZZ } from "./pair-point"
import { AFFINE, double, fromAffine, JACOBIAN, Y, Z } from "./point"
import { wipe } from "./memory"

/** Bytes of an affine point in a table: two elements, or a pair. */
export const ENTRY = ASC_FEATURE_RELAXED_SIMD ? PAIR : AFFINE
/** Every block has the multiples of 2^16 times the point of the block before. */
export const BLOCK_BITS = 16
/** The most blocks. */
const MOST = 16

/** 2^(span * k) P, and the same with Z = 1 where that is no matter. */
const RUNNER = memory.data(JACOBIAN, 16)
const POINT = memory.data(AFFINE, 16)
/** The Z that each block's multiples share, or ZZZ. */
const SHARED = memory.data(MOST * FE, 16)
const SQUARE = memory.data(FE, 16)
const CUBE = memory.data(FE, 16)
// The same as pairs.
const RUNNER2 = memory.data(XYZZ, 16)
const SHARED_ZZ = memory.data(MOST * PAIR, 16)
const SCALE = memory.data(PAIR, 16)
const INVERSE_ZZZ = memory.data(PAIR, 16)

/**
 * Writes one block for every `span` bits of scalars that have `bits`, each of `size` odd multiples.
 * p is affine. Constant time.
 */
export function shiftedMultiples(table: usize, bits: i32, span: i32, size: i32, p: usize): void {
  const blocks = bits / span
  const stride = span / BLOCK_BITS * size * ENTRY
  if (ASC_FEATURE_RELAXED_SIMD) shiftedMultiples2(table, blocks, stride, span, size, p)
  else {
    fromAffine(RUNNER, p)
    for (let k = 0; k < blocks; k++) {
      // Where the runner is affine, its multiples share a Z, on which its own comes.
      const z = SHARED + k * FE
      carry(POINT, RUNNER)
      carry(POINT + Y, RUNNER + Y)
      oddMultiples(table + k * stride, size, z, POINT)
      mul(z, z, RUNNER + Z)
      for (let i = 0; i < span; i++) double(RUNNER, RUNNER)
    }
    invertAll(SHARED, blocks, FE)
    for (let k = 0; k < blocks; k++) {
      sqr(SQUARE, SHARED + k * FE)
      mul(CUBE, SQUARE, SHARED + k * FE)
      for (let i = 0; i < size; i++) {
        const entry = table + k * stride + i * ENTRY
        mul(entry, entry, SQUARE)
        mul(entry + Y, entry + Y, CUBE)
      }
    }
  }
}

/** The same with pairs. */
function shiftedMultiples2(
  table: usize,
  blocks: i32,
  stride: i32,
  span: i32,
  size: i32,
  p: usize,
): void {
  fromElements(RUNNER2, p, p + Y)
  fromAffine2(RUNNER2, RUNNER2)
  for (let k = 0; k < blocks; k++) {
    const zz = SHARED_ZZ + k * PAIR
    oddMultiples2(table + k * stride, size, zz, RUNNER2)
    mul2(zz, zz, RUNNER2 + ZZ)
    toElement(SHARED + k * FE, zz, 8)
    for (let i = 0; i < span; i++) double2(RUNNER2)
  }
  invertAll(SHARED, blocks, FE)
  for (let k = 0; k < blocks; k++) {
    // 1 / ZZ = (ZZ / ZZZ)^2
    fromElements(INVERSE_ZZZ, SHARED + k * FE, SHARED + k * FE)
    mul2(SCALE, SHARED_ZZ + k * PAIR, INVERSE_ZZZ)
    sqr2(SCALE, SCALE)
    lowHigh(SCALE, SCALE, INVERSE_ZZZ)
    for (let i = 0; i < size; i++) {
      const entry = table + k * stride + i * ENTRY
      mul2(entry, entry, SCALE)
    }
  }
}

export function wipeShifted(): void {
  wipe(RUNNER, JACOBIAN)
  wipe(POINT, AFFINE)
  wipe(SHARED, MOST * FE)
  wipe(SQUARE, FE)
  wipe(CUBE, FE)
  if (ASC_FEATURE_RELAXED_SIMD) {
    wipe(RUNNER2, XYZZ)
    wipe(SHARED_ZZ, MOST * PAIR)
    wipe(SCALE, PAIR)
    wipe(INVERSE_ZZZ, PAIR)
  }
}
