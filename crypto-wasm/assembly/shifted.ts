// The odd multiples of P, 2^16 P, 2^32 P and so on, affine: with them a sum of multiples of P takes
// fifteen doublings, or none for every bit that a table has a block for.
import { carry, FE, mul, sqr } from "./field"
import { invertAll } from "./inverses"
import { oddMultiples } from "./multiples"
import { oddMultiples2 } from "./pair-multiples"
import { mul2, PAIR } from "./pair"
import { double2, fromElements, JACOBIAN2, one2, toElement, Z2 } from "./pair-point"
import { AFFINE, double, fromAffine, JACOBIAN, Y, Z } from "./point"
import { wipe } from "./memory"

/** Bytes of an affine point in a table: two elements, or a pair. */
export const ENTRY = ASC_FEATURE_RELAXED_SIMD ? PAIR : AFFINE
/** Every block has the multiples of 2^16 times the point of the block before. */
export const BLOCK_BITS = 16
/** The most blocks: those of 256 bits. */
const MOST = 16

const RUNNER = memory.data(JACOBIAN, 16)
const POINT = memory.data(AFFINE, 16)
/** The Z that each block's multiples share. */
const ALL_Z = memory.data(MOST * FE, 16)
const SQUARE = memory.data(FE, 16)
const CUBE = memory.data(FE, 16)
// The same as pairs.
const RUNNER2 = memory.data(JACOBIAN2, 16)
const PAIR_Z = memory.data(PAIR, 16)
const SCALE = memory.data(PAIR, 16)

/**
 * Writes every `span / BLOCK_BITS`-th block of a table for scalars of so many bits: `size` odd
 * multiples each. p is affine. Constant time.
 */
export function shiftedMultiples(table: usize, bits: i32, span: i32, size: i32, p: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    fromElements(RUNNER2, p, p + Y)
    one2(RUNNER2 + Z2)
  } else fromAffine(RUNNER, p)
  const blocks = bits / span
  const stride = span / BLOCK_BITS * size * ENTRY
  for (let k = 0; k < blocks; k++) {
    // Where the runner is affine, its multiples have a Z on which its own comes.
    const z = ALL_Z + k * FE
    if (ASC_FEATURE_RELAXED_SIMD) {
      oddMultiples2(table + k * stride, size, PAIR_Z, RUNNER2)
      mul2(PAIR_Z, PAIR_Z, RUNNER2 + Z2)
      toElement(z, PAIR_Z, 8)
      for (let i = 0; i < span; i++) double2(RUNNER2)
    } else {
      carry(POINT, RUNNER)
      carry(POINT + Y, RUNNER + Y)
      oddMultiples(table + k * stride, size, z, POINT)
      mul(z, z, RUNNER + Z)
      for (let i = 0; i < span; i++) double(RUNNER, RUNNER)
    }
  }
  invertAll(ALL_Z, blocks, FE)
  for (let k = 0; k < blocks; k++) {
    const z = ALL_Z + k * FE
    sqr(SQUARE, z)
    mul(CUBE, SQUARE, z)
    if (ASC_FEATURE_RELAXED_SIMD) fromElements(SCALE, SQUARE, CUBE)
    const block = table + k * stride
    for (let entry = block; entry < block + size * ENTRY; entry += ENTRY) {
      if (ASC_FEATURE_RELAXED_SIMD) mul2(entry, entry, SCALE)
      else {
        mul(entry, entry, SQUARE)
        mul(entry + Y, entry + Y, CUBE)
      }
    }
  }
}

export function wipeShifted(): void {
  wipe(RUNNER, JACOBIAN)
  wipe(POINT, AFFINE)
  wipe(ALL_Z, MOST * FE)
  wipe(SQUARE, FE)
  wipe(CUBE, FE)
  if (ASC_FEATURE_RELAXED_SIMD) {
    wipe(RUNNER2, JACOBIAN2)
    wipe(PAIR_Z, PAIR)
    wipe(SCALE, PAIR)
  }
}
