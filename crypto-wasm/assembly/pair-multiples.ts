// The odd multiples of multiples.ts, with two multiplications at a time.
import { highs, lows, mul2, PAIR, sqr2 } from "./pair"
import { addDistinct2, double2, JACOBIAN2, one2, RATIO2, Z2 } from "./pair-point"
import { wipe } from "./memory"

/** The longest table that is made. */
const LONGEST = 64

const TWICE = memory.data(JACOBIAN2, 16)
const SUM = memory.data(JACOBIAN2, 16)
/** (factor by which Z grew from each multiple to the next, 0). */
const RATIOS = memory.data(LONGEST * PAIR, 16)
const FACTOR = memory.data(PAIR, 16)
const SQUARE = memory.data(PAIR, 16)
const CUBE = memory.data(PAIR, 16)

/** (BETA, 1), limb by limb. */
export const BETA_ONE = memory.data<f64>([
  -1851403876892178, 1,
  -192211184952300, 0,
  114803724640403, 0,
  497097787959211, 0,
  1081143417580512, 0,
], 16)

/**
 * Writes `size` affine points, the multiple 2i + 1 of p at place i, and the Z that all of them
 * share, in both lanes. p is an affine pair. Constant time, and without an exception for the reason
 * that multiples.ts gives.
 */
export function oddMultiples2(table: usize, size: i32, sharedZ: usize, p: usize): void {
  memory.copy(SUM, p, PAIR)
  one2(SUM + Z2)
  memory.copy(TWICE, SUM, PAIR)
  memory.copy(TWICE + Z2, SUM + Z2, PAIR)
  double2(TWICE)
  // On the curve where 2P is affine, P is (x d^2, y d^3), where d is the Z of 2P.
  const d = TWICE + Z2
  sqr2(SQUARE, d)
  mul2(CUBE, SQUARE, d)
  highs(FACTOR, SQUARE, CUBE)
  mul2(SUM, SUM, FACTOR)
  memory.copy(table, SUM, PAIR)
  for (let i = 1; i < size; i++) {
    addDistinct2(SUM, TWICE)
    memory.copy(RATIOS + i * PAIR, RATIO2, PAIR)
    memory.copy(table + i * PAIR, SUM, PAIR)
  }
  mul2(sharedZ, SUM + Z2, d)
  highs(sharedZ, sharedZ, sharedZ)
  // Each entry still has the Z it was made with: scale it by the ratio to the last one.
  memory.copy(FACTOR, RATIOS + (size - 1) * PAIR, PAIR)
  for (let i = size - 2; i >= 0; i--) {
    const entry = table + i * PAIR
    sqr2(SQUARE, FACTOR)
    mul2(CUBE, SQUARE, FACTOR)
    lows(SQUARE, SQUARE, CUBE)
    mul2(entry, entry, SQUARE)
    if (i > 0) mul2(FACTOR, FACTOR, RATIOS + i * PAIR)
  }
}

export function wipePairMultiples(): void {
  wipe(TWICE, JACOBIAN2)
  wipe(SUM, JACOBIAN2)
  wipe(RATIOS, LONGEST * PAIR)
  wipe(FACTOR, PAIR)
  wipe(SQUARE, PAIR)
  wipe(CUBE, PAIR)
}
