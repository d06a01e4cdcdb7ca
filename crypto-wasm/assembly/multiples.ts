// The odd multiples 1P, 3P, 5P, ... of a point, all brought to one Z without an inversion: on the
// curve y^2 = x^3 + 7 Z^6 they are affine, and the formulas of point.ts never use the 7.
// ("Effective affine", as in libsecp256k1.) What is summed up there has to take that Z as a factor
// of its own in the end.
import { carry, copy, FE, mul, one, sqr } from "./field"
import { addDistinct, AFFINE, double, fromAffine, JACOBIAN, RATIO, Y, Z } from "./point"
import { wipe } from "./memory"

/** The longest table that is made. */
const LONGEST = 64

const TWICE = memory.data(JACOBIAN, 16)
const SUM = memory.data(JACOBIAN, 16)
/** By what factor Z grew from each multiple to the next. */
const RATIOS = memory.data(LONGEST * FE, 16)
const FACTOR = memory.data(FE, 16)
const SQUARE = memory.data(FE, 16)
const CUBE = memory.data(FE, 16)

/**
 * Writes `size` affine points, the multiple 2i + 1 at place i, and the Z that they share. Constant
 * time: the multiple 2i - 1 and 2P never have the same x, since 2i - 1 ± 2 is not a multiple of n.
 */
export function oddMultiples(table: usize, size: i32, sharedZ: usize, p: usize): void {
  // On the curve where 2P is affine, P is (x d^2, y d^3), where d is the Z of 2P.
  fromAffine(SUM, p)
  double(TWICE, SUM)
  const d = TWICE + Z
  carry(TWICE, TWICE)
  carry(TWICE + Y, TWICE + Y)
  sqr(SQUARE, d)
  mul(CUBE, SQUARE, d)
  mul(SUM, p, SQUARE)
  mul(SUM + Y, p + Y, CUBE)
  let entry = table
  copy(entry, SUM)
  copy(entry + Y, SUM + Y)
  for (let i = 1; i < size; i++) {
    entry += AFFINE
    addDistinct(SUM, SUM, TWICE)
    copy(RATIOS + i * FE, RATIO)
    copy(entry, SUM)
    carry(entry + Y, SUM + Y)
  }
  mul(sharedZ, SUM + Z, d)
  // Each entry still has the Z it was made with: scale it by the ratio to the last one.
  one(FACTOR)
  for (let i = size - 1; i > 0; i--) {
    mul(FACTOR, FACTOR, RATIOS + i * FE)
    sqr(SQUARE, FACTOR)
    mul(CUBE, SQUARE, FACTOR)
    entry -= AFFINE
    mul(entry, entry, SQUARE)
    mul(entry + Y, entry + Y, CUBE)
  }
}

export function wipeMultiples(): void {
  wipe(TWICE, JACOBIAN)
  wipe(SUM, JACOBIAN)
  wipe(RATIOS, LONGEST * FE)
  wipe(FACTOR, FE)
  wipe(SQUARE, FE)
  wipe(CUBE, FE)
}
