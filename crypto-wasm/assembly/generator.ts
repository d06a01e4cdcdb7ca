// Secret multiples of the generator G, in constant time: a comb of signed bits (Hedabou, Pinel and
// Bénéteau 2005), with the sizes BLOCKS * TEETH * SPACING = 260 bits as in libsecp256k1's
// ecmult_gen.
import { add as addScalar, half, SCALAR } from "./scalar"
import { copy, mul, negate, sqr } from "./field"
import { invertAll } from "./inverses"
import {
  add_var,
  addComplete,
  AFFINE,
  double,
  fromAffine,
  JACOBIAN,
  lookup,
  Y,
  Z,
} from "./point"
import { wipe } from "./memory"

/** SEC 2 §2.4.1. */
export const G = memory.data<i32>([
  -151513192, 261360345, -209045930, -134629796, -256872406, -246749372,
  246503042, 266288023, 7978598, 0, 0, 0,
  -82783048, 37651584, 22349415, 258511181, -259354671, -33683703,
  -241863020, 249877625, 4733658, 0, 0, 0,
], 16)

// Bit i of v stands for +2^i or -2^i times G. Tooth t of block b is bit (TEETH * b + t) * SPACING,
// and the comb is laid on SPACING times, one bit further each time. The highest tooth gives the
// sign, the four others choose among 16 points.
const BLOCKS = 13
const TEETH = 5
const SPACING = 4
const ENTRIES = 16

/** 2^260 - 1 mod n: with v = (k + 2^260 - 1) / 2 the signed bits of v make 2v - (2^260 - 1) = k. */
const OFFSET = memory.data<u32>([
  0xfc9bebef, 0x02da1732, 0x0b75fc44, 0x55123195, 0x00000014, 0, 0, 0,
], 16)

const TABLE = memory.data(BLOCKS * ENTRIES * AFFINE, 16)
let tableIsBuilt = false

/** Nine words: the comb reaches four bits beyond 256. */
const V = memory.data(48, 16)
const ENTRY = memory.data(AFFINE, 16)

// Of the building of the table, which is public.
const RUNNER = memory.data(JACOBIAN, 16)
const POWERS = memory.data((TEETH + ENTRIES) * JACOBIAN, 16)
const TOOTH = memory.data(2 * TEETH * AFFINE, 16)
const MINUS = memory.data(AFFINE, 16)

/** r = k * G, k in [1, n). */
export function multiplyGenerator(r: usize, k: usize): void {
  if (!tableIsBuilt) buildTable()
  addScalar(V, k, OFFSET)
  half(V, V)
  let first = true
  for (let offset = SPACING - 1; offset >= 0; offset--) {
    if (!first) double(r, r)
    for (let block = 0; block < BLOCKS; block++) {
      choose(block, offset)
      // Sums of a comb can meet any case of the addition: nothing bounds them as in ecdh.ts.
      if (first) fromAffine(r, ENTRY)
      else addComplete(r, r, ENTRY)
      first = false
    }
  }
}

/** ENTRY = what the teeth of a block make at an offset. */
function choose(block: i32, offset: i32): void {
  let index: i32 = 0
  for (let tooth = 0; tooth < TEETH; tooth++) {
    const at = (TEETH * block + tooth) * SPACING + offset
    index |= ((load<u32>(V + (at >> 5 << 2)) >> (at & 31)) & 1) << tooth
  }
  const negative = (index >> 4) - 1
  const table = TABLE + block * (ENTRIES * AFFINE)
  lookup(ENTRY, table, ENTRIES, (index ^ negative) & 15, negative)
}

function buildTable(): void {
  fromAffine(RUNNER, G)
  for (let block = 0; block < BLOCKS; block++) {
    // The five teeth, 2^(4i) * G, and their doubles.
    for (let tooth = 0; tooth < TEETH; tooth++) {
      memory.copy(POWERS + 2 * tooth * JACOBIAN, RUNNER, JACOBIAN)
      double(RUNNER, RUNNER)
      memory.copy(POWERS + (2 * tooth + 1) * JACOBIAN, RUNNER, JACOBIAN)
      for (let i = 1; i < SPACING; i++) double(RUNNER, RUNNER)
    }
    toAffineAll(TOOTH, POWERS, 2 * TEETH)

    // Point 0 has the four lower teeth negative; each other one has one tooth more turned round.
    fromAffine(POWERS, TOOTH + 2 * (TEETH - 1) * AFFINE)
    for (let tooth = 0; tooth < TEETH - 1; tooth++) {
      const at = TOOTH + 2 * tooth * AFFINE
      copy(MINUS, at)
      negate(MINUS + Y, at + Y)
      add_var(POWERS, POWERS, MINUS, POWERS + Z)
    }
    for (let i = 1; i < ENTRIES; i++) {
      const from = POWERS + (i & (i - 1)) * JACOBIAN
      add_var(POWERS + i * JACOBIAN, from, TOOTH + (2 * ctz(i) + 1) * AFFINE, from + Z)
    }
    toAffineAll(TABLE + block * (ENTRIES * AFFINE), POWERS, ENTRIES)
  }
  tableIsBuilt = true
}

/** Affine points from Jacobian ones with one inversion for all; their Z are lost. */
function toAffineAll(affine: usize, jacobian: usize, count: i32): void {
  invertAll(jacobian + Z, count, JACOBIAN)
  for (let i = 0; i < count; i++) {
    const from = jacobian + i * JACOBIAN
    const to = affine + i * AFFINE
    sqr(to, from + Z)
    mul(from + Z, from + Z, to)
    mul(to, to, from)
    mul(to + Y, from + Y, from + Z)
  }
}

/** Nothing secret is in the table, so it stays. */
export function wipeGenerator(): void {
  wipe(V, 48)
  wipe(ENTRY, AFFINE)
}
