// Secret multiples of the generator G, in constant time: a comb of signed bits (Hedabou, Pinel and
// Bénéteau 2005), with the sizes BLOCKS * TEETH * SPACING = 260 bits as in libsecp256k1's
// ecmult_gen.
import { add as addScalar, half } from "./scalar"
import { copy, mul, negate, one, sqr } from "./field"
import { invertAll } from "./inverses"
import {
  addDistinct2,
  double2,
  fromAffine2,
  fromElements,
  lookup2,
  toJacobian,
  XYZZ,
} from "./pair-point"
import {
  add_var,
  addDistinct,
  AFFINE,
  curveEquation,
  double,
  fromAffine,
  JACOBIAN,
  lookup,
  Y,
  Z,
} from "./point"
import { ENTRY } from "./shifted"
import { squareRoot } from "./squareroot"
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

const TABLE = memory.data(BLOCKS * ENTRIES * ENTRY, 16)
/**
 * Where the sum starts: a point S of which nobody knows what multiple of G it is, for it is the one
 * with x = 1. Behind it, to be added in the end, what has become of it by then: -8 S.
 */
const START = memory.data(ENTRY, 16)
const END = memory.data(ENTRY, 16)
let tableIsBuilt = false

/** Nine words: the comb reaches four bits beyond 256. */
const V = memory.data(48, 16)
const CHOSEN = memory.data(ENTRY, 16)
const SUM = memory.data(XYZZ, 16)

// Of the building of the table, which is public.
const RUNNER = memory.data(JACOBIAN, 16)
const POWERS = memory.data((TEETH + ENTRIES) * JACOBIAN, 16)
const POINTS = memory.data(ENTRIES * AFFINE, 16)
const MINUS = memory.data(AFFINE, 16)

/**
 * r = k * G, k in [1, n).
 *
 * Why `addDistinct` will do. The sum is 2^i * S + a * G for some integer a, and the addend b * G:
 * if they had the same x, S would be (±b - a) / 2^i * G, and whoever chose k would know the
 * logarithm of S. In the end 8 S + k * G and -8 S have the same x when k * G is -16 S, or nothing.
 */
export function multiplyGenerator(r: usize, k: usize): void {
  if (!tableIsBuilt) buildTable()
  addScalar(V, k, OFFSET)
  half(V, V)
  if (ASC_FEATURE_RELAXED_SIMD) sum2(r)
  else sum(r)
}

function sum(r: usize): void {
  fromAffine(r, START)
  for (let offset = SPACING - 1; offset >= 0; offset--) {
    if (offset < SPACING - 1) double(r, r)
    for (let block = 0; block < BLOCKS; block++) {
      choose(block, offset)
      addDistinct(r, r, CHOSEN)
    }
  }
  addDistinct(r, r, END)
}

/** The same sum with pairs. */
function sum2(r: usize): void {
  fromAffine2(SUM, START)
  for (let offset = SPACING - 1; offset >= 0; offset--) {
    if (offset < SPACING - 1) double2(SUM)
    for (let block = 0; block < BLOCKS; block++) {
      choose(block, offset)
      addDistinct2(SUM, CHOSEN)
    }
  }
  addDistinct2(SUM, END)
  toJacobian(r, SUM)
}

/** CHOSEN = what the teeth of a block make at an offset. */
function choose(block: i32, offset: i32): void {
  let index: i32 = 0
  for (let tooth = 0; tooth < TEETH; tooth++) {
    const at = (TEETH * block + tooth) * SPACING + offset
    index |= ((load<u32>(V + (at >> 5 << 2)) >> (at & 31)) & 1) << tooth
  }
  const negative = (index >> 4) - 1
  const table = TABLE + block * (ENTRIES * ENTRY)
  if (ASC_FEATURE_RELAXED_SIMD) {
    lookup2(CHOSEN, table, ENTRIES, (index ^ negative) & 15, negative)
  } else lookup(CHOSEN, table, ENTRIES, (index ^ negative) & 15, negative)
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
    toAffineAll(POINTS, POWERS, 2 * TEETH)

    // Point 0 has the four lower teeth negative; each other one has one tooth more turned round.
    fromAffine(POWERS, POINTS + 2 * (TEETH - 1) * AFFINE)
    for (let tooth = 0; tooth < TEETH - 1; tooth++) {
      const at = POINTS + 2 * tooth * AFFINE
      copy(MINUS, at)
      negate(MINUS + Y, at + Y)
      add_var(POWERS, POWERS, MINUS, POWERS + Z)
    }
    for (let i = 1; i < ENTRIES; i++) {
      const from = POWERS + (i & (i - 1)) * JACOBIAN
      add_var(POWERS + i * JACOBIAN, from, POINTS + (2 * ctz(i) + 1) * AFFINE, from + Z)
    }
    toAffineAll(POINTS, POWERS, ENTRIES)
    for (let i = 0; i < ENTRIES; i++) keep(TABLE + (block * ENTRIES + i) * ENTRY, POINTS + i * AFFINE)
  }
  one(POINTS)
  curveEquation(MINUS, POINTS)
  squareRoot(POINTS + Y, MINUS)
  keep(START, POINTS)
  fromAffine(POWERS, POINTS)
  for (let i = 1; i < SPACING; i++) double(POWERS, POWERS)
  toAffineAll(POINTS, POWERS, 1)
  negate(POINTS + Y, POINTS + Y)
  keep(END, POINTS)
  tableIsBuilt = true
}

function keep(entry: usize, affine: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fromElements(entry, affine, affine + Y)
  else {
    copy(entry, affine)
    copy(entry + Y, affine + Y)
  }
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
  wipe(CHOSEN, ENTRY)
  if (ASC_FEATURE_RELAXED_SIMD) wipe(SUM, XYZZ)
}
