// The odd multiples of multiples.ts, with two multiplications at a time.
import { mul2, PAIR } from "./pair"
import { addDistinct2, double2, fromAffine2, RATIO2, XYZZ, ZZ } from "./pair-point"
import { wipe } from "./memory"

/** The longest table that is made. */
const LONGEST = 64

const TWICE = memory.data(XYZZ, 16)
const SUM = memory.data(XYZZ, 16)
/** By what factors (ZZ, ZZZ) grew from each multiple to the next, and from there to the last. */
const RATIOS = memory.data(LONGEST * PAIR, 16)
const FACTORS = memory.data(PAIR, 16)

/** (BETA, 1), limb by limb. */
export const BETA_ONE = memory.data<f64>([
  -1851403876892178, 1,
  -192211184952300, 0,
  114803724640403, 0,
  497097787959211, 0,
  1081143417580512, 0,
], 16)

/**
 * Writes `size` affine points, the multiple 2i + 1 of p at place i, and the (ZZ, ZZZ) that all of
 * them share. p is an affine pair. Constant time, and without an exception for the reason that
 * multiples.ts gives.
 */
export function oddMultiples2(table: usize, size: i32, sharedZZ: usize, p: usize): void {
  fromAffine2(TWICE, p)
  double2(TWICE)
  // On the curve where 2P is affine, P is (x ZZ, y ZZZ) with those of 2P.
  mul2(SUM, p, TWICE + ZZ)
  fromAffine2(SUM, SUM)
  memory.copy(table, SUM, PAIR)
  for (let i = 1; i < size; i++) {
    addDistinct2(SUM, TWICE)
    memory.copy(RATIOS + i * PAIR, RATIO2, PAIR)
    memory.copy(table + i * PAIR, SUM, PAIR)
  }
  mul2(sharedZZ, SUM + ZZ, TWICE + ZZ)
  // Each entry still has the Z it was made with: scale it by the ratio to the last one.
  memory.copy(FACTORS, RATIOS + (size - 1) * PAIR, PAIR)
  for (let i = size - 2; i >= 0; i--) {
    const entry = table + i * PAIR
    mul2(entry, entry, FACTORS)
    if (i > 0) mul2(FACTORS, FACTORS, RATIOS + i * PAIR)
  }
}

export function wipePairMultiples(): void {
  wipe(TWICE, XYZZ)
  wipe(SUM, XYZZ)
  wipe(RATIOS, LONGEST * PAIR)
  wipe(FACTORS, PAIR)
}
