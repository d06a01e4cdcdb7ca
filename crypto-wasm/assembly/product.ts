// Products of field elements: columns of limbs, and their reduction. The form of an element and the
// rules of magnitudes stand in field.ts.
import { wipe } from "./memory"

const M: i64 = 0x1fffffff
const M24: i64 = 0xffffff
const HALF: i64 = 1 << 28
const HALF24: i64 = 1 << 23
/**
 * 2^261 = FOLD + 2^37 mod p: weight 2^(261+k) counts FOLD times at 2^k and 2^8 times at 2^(29+k).
 */
const FOLD: i64 = 977 << 5

/** The 17 columns of two products. */
const MINUEND = memory.data(17 * 8, 16)
const SUBTRAHEND = memory.data(17 * 8, 16)

/** r = a * b. */
export function mul(r: usize, a: usize, b: usize): void {
  multiply(r, a, b, true)
}

/** r = a^2. */
export function sqr(r: usize, a: usize): void {
  square(r, a, true)
}

/** r = a * b - c * d with one reduction: the products of the magnitudes add up to at most 13. */
export function mulLessMul(r: usize, a: usize, b: usize, c: usize, d: usize): void {
  multiply(MINUEND, a, b, false)
  multiply(SUBTRAHEND, c, d, false)
  reduceDifference(r)
}

/** r = a * b - c^2, likewise. */
export function mulLessSqr(r: usize, a: usize, b: usize, c: usize): void {
  multiply(MINUEND, a, b, false)
  square(SUBTRAHEND, c, false)
  reduceDifference(r)
}

function reduceDifference(r: usize): void {
  settle(
    r,
    true,
    load<i64>(MINUEND, 0) - load<i64>(SUBTRAHEND, 0),
    load<i64>(MINUEND, 8) - load<i64>(SUBTRAHEND, 8),
    load<i64>(MINUEND, 16) - load<i64>(SUBTRAHEND, 16),
    load<i64>(MINUEND, 24) - load<i64>(SUBTRAHEND, 24),
    load<i64>(MINUEND, 32) - load<i64>(SUBTRAHEND, 32),
    load<i64>(MINUEND, 40) - load<i64>(SUBTRAHEND, 40),
    load<i64>(MINUEND, 48) - load<i64>(SUBTRAHEND, 48),
    load<i64>(MINUEND, 56) - load<i64>(SUBTRAHEND, 56),
    load<i64>(MINUEND, 64) - load<i64>(SUBTRAHEND, 64),
    load<i64>(MINUEND, 72) - load<i64>(SUBTRAHEND, 72),
    load<i64>(MINUEND, 80) - load<i64>(SUBTRAHEND, 80),
    load<i64>(MINUEND, 88) - load<i64>(SUBTRAHEND, 88),
    load<i64>(MINUEND, 96) - load<i64>(SUBTRAHEND, 96),
    load<i64>(MINUEND, 104) - load<i64>(SUBTRAHEND, 104),
    load<i64>(MINUEND, 112) - load<i64>(SUBTRAHEND, 112),
    load<i64>(MINUEND, 120) - load<i64>(SUBTRAHEND, 120),
    load<i64>(MINUEND, 128) - load<i64>(SUBTRAHEND, 128),
  )
}

/**
 * The columns of a * b, reduced to the element `r` or kept at `r` as they are.
 *
 * Three blocks of three limbs, a = A0 + A1 X + A2 X^2 with X = 2^87, and Karatsuba between the
 * blocks: Ai Bj + Aj Bi = Ai Bi + Aj Bj - (Ai - Aj) (Bi - Bj). So 54 products do what 81 would.
 *
 *   column  0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16
 *          p0 p1 p2 p3 p4                                     p = A0 B0
 *                   [p + q - x    ]                           A0 B1 + A1 B0
 *                            [p + q + s - y]                  A0 B2 + A1 B1 + A2 B0
 *                                     [q + s - z    ]         A1 B2 + A2 B1
 *                                              s0 s1 s2 s3 s4 s = A2 B2
 *
 * Single terms may wrap modulo 2^64. The columns that they make cannot:
 * 9 * 13 * (2^28 + 2^21)^2 < 2^62.9.
 */
// @ts-ignore: decorator
@inline
function multiply(r: usize, a: usize, b: usize, whole: bool): void {
  const a0 = load<i32>(a, 0) as i64
  const a1 = load<i32>(a, 4) as i64
  const a2 = load<i32>(a, 8) as i64
  const a3 = load<i32>(a, 12) as i64
  const a4 = load<i32>(a, 16) as i64
  const a5 = load<i32>(a, 20) as i64
  const a6 = load<i32>(a, 24) as i64
  const a7 = load<i32>(a, 28) as i64
  const a8 = load<i32>(a, 32) as i64
  const b0 = load<i32>(b, 0) as i64
  const b1 = load<i32>(b, 4) as i64
  const b2 = load<i32>(b, 8) as i64
  const b3 = load<i32>(b, 12) as i64
  const b4 = load<i32>(b, 16) as i64
  const b5 = load<i32>(b, 20) as i64
  const b6 = load<i32>(b, 24) as i64
  const b7 = load<i32>(b, 28) as i64
  const b8 = load<i32>(b, 32) as i64
  const p0 = a0 * b0
  const p1 = a0 * b1 + a1 * b0
  const p2 = a0 * b2 + a1 * b1 + a2 * b0
  const p3 = a1 * b2 + a2 * b1
  const p4 = a2 * b2
  const q0 = a3 * b3
  const q1 = a3 * b4 + a4 * b3
  const q2 = a3 * b5 + a4 * b4 + a5 * b3
  const q3 = a4 * b5 + a5 * b4
  const q4 = a5 * b5
  const s0 = a6 * b6
  const s1 = a6 * b7 + a7 * b6
  const s2 = a6 * b8 + a7 * b7 + a8 * b6
  const s3 = a7 * b8 + a8 * b7
  const s4 = a8 * b8
  const xa0 = a0 - a3
  const xa1 = a1 - a4
  const xa2 = a2 - a5
  const xb0 = b0 - b3
  const xb1 = b1 - b4
  const xb2 = b2 - b5
  const x0 = xa0 * xb0
  const x1 = xa0 * xb1 + xa1 * xb0
  const x2 = xa0 * xb2 + xa1 * xb1 + xa2 * xb0
  const x3 = xa1 * xb2 + xa2 * xb1
  const x4 = xa2 * xb2
  const ya0 = a0 - a6
  const ya1 = a1 - a7
  const ya2 = a2 - a8
  const yb0 = b0 - b6
  const yb1 = b1 - b7
  const yb2 = b2 - b8
  const y0 = ya0 * yb0
  const y1 = ya0 * yb1 + ya1 * yb0
  const y2 = ya0 * yb2 + ya1 * yb1 + ya2 * yb0
  const y3 = ya1 * yb2 + ya2 * yb1
  const y4 = ya2 * yb2
  const za0 = a3 - a6
  const za1 = a4 - a7
  const za2 = a5 - a8
  const zb0 = b3 - b6
  const zb1 = b4 - b7
  const zb2 = b5 - b8
  const z0 = za0 * zb0
  const z1 = za0 * zb1 + za1 * zb0
  const z2 = za0 * zb2 + za1 * zb1 + za2 * zb0
  const z3 = za1 * zb2 + za2 * zb1
  const z4 = za2 * zb2
  const pq0 = p0 + q0
  const pq1 = p1 + q1
  const pq2 = p2 + q2
  const pq3 = p3 + q3
  const pq4 = p4 + q4
  settle(
    r,
    whole,
    p0,
    p1,
    p2,
    p3 + pq0 - x0,
    p4 + pq1 - x1,
    pq2 - x2,
    pq3 - x3 + pq0 + s0 - y0,
    pq4 - x4 + pq1 + s1 - y1,
    pq2 + s2 - y2,
    pq3 + s3 - y3 + q0 + s0 - z0,
    pq4 + s4 - y4 + q1 + s1 - z1,
    q2 + s2 - z2,
    q3 + s3 - z3 + s0,
    q4 + s4 - z4 + s1,
    s2,
    s3,
    s4,
  )
}

/** The columns of a^2, likewise. */
// @ts-ignore: decorator
@inline
function square(r: usize, a: usize, whole: bool): void {
  const a0 = load<i32>(a, 0) as i64
  const a1 = load<i32>(a, 4) as i64
  const a2 = load<i32>(a, 8) as i64
  const a3 = load<i32>(a, 12) as i64
  const a4 = load<i32>(a, 16) as i64
  const a5 = load<i32>(a, 20) as i64
  const a6 = load<i32>(a, 24) as i64
  const a7 = load<i32>(a, 28) as i64
  const a8 = load<i32>(a, 32) as i64
  const d0 = a0 << 1
  const d1 = a1 << 1
  const d2 = a2 << 1
  const d3 = a3 << 1
  const d4 = a4 << 1
  const d5 = a5 << 1
  const d6 = a6 << 1
  const d7 = a7 << 1
  settle(
    r,
    whole,
    a0 * a0,
    d0 * a1,
    d0 * a2 + a1 * a1,
    d0 * a3 + d1 * a2,
    d0 * a4 + d1 * a3 + a2 * a2,
    d0 * a5 + d1 * a4 + d2 * a3,
    d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3,
    d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4,
    d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4,
    d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5,
    d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5,
    d3 * a8 + d4 * a7 + d5 * a6,
    d4 * a8 + d5 * a7 + a6 * a6,
    d5 * a8 + d6 * a7,
    d6 * a8 + a7 * a7,
    d7 * a8,
    a8 * a8,
  )
}

/**
 * Keeps the 17 columns of a product, column k of weight 2^(29k), or brings them to nine limbs of
 * magnitude 1. Carries move by one place, all at once: a chain from limb to limb would take longer
 * than the products.
 *
 *   columns 0..8  < 2^63   columns 9..17 have one carry (h < 2^35) and are folded onto 0..8 (l)
 *   l0..l8        < 2^63   one carry brings them under 2^35, but limbs 0 and 1, onto which the
 *                          excess of l8 over 2^256 is folded (t < 2^39), under 2^50 (m)
 *   m0..m8                 a second carry leaves limbs of 29 bits; the excess of m8 is u < 2^11
 *
 * HALF is added before the last carry and taken off after it, which centres the limbs around zero.
 * tests/bounds/field-lines.test.ts follows these lines with intervals.
 */
// @ts-ignore: decorator
@inline
function settle(
  r: usize,
  whole: bool,
  c0: i64, c1: i64, c2: i64, c3: i64, c4: i64, c5: i64,
  c6: i64, c7: i64, c8: i64, c9: i64, c10: i64, c11: i64,
  c12: i64, c13: i64, c14: i64, c15: i64, c16: i64,
): void {
  if (!whole) {
    store<i64>(r, c0, 0)
    store<i64>(r, c1, 8)
    store<i64>(r, c2, 16)
    store<i64>(r, c3, 24)
    store<i64>(r, c4, 32)
    store<i64>(r, c5, 40)
    store<i64>(r, c6, 48)
    store<i64>(r, c7, 56)
    store<i64>(r, c8, 64)
    store<i64>(r, c9, 72)
    store<i64>(r, c10, 80)
    store<i64>(r, c11, 88)
    store<i64>(r, c12, 96)
    store<i64>(r, c13, 104)
    store<i64>(r, c14, 112)
    store<i64>(r, c15, 120)
    store<i64>(r, c16, 128)
    return
  }
  const h9 = c9 & M
  const h10 = (c10 & M) + (c9 >> 29)
  const h11 = (c11 & M) + (c10 >> 29)
  const h12 = (c12 & M) + (c11 >> 29)
  const h13 = (c13 & M) + (c12 >> 29)
  const h14 = (c14 & M) + (c13 >> 29)
  const h15 = (c15 & M) + (c14 >> 29)
  const h16 = (c16 & M) + (c15 >> 29)
  const h17 = c16 >> 29

  const l0 = c0 + h9 * FOLD + h17 * (FOLD << 8)
  const l1 = c1 + h10 * FOLD + (h9 << 8) + (h17 << 16)
  const l2 = c2 + h11 * FOLD + (h10 << 8)
  const l3 = c3 + h12 * FOLD + (h11 << 8)
  const l4 = c4 + h13 * FOLD + (h12 << 8)
  const l5 = c5 + h14 * FOLD + (h13 << 8)
  const l6 = c6 + h15 * FOLD + (h14 << 8)
  const l7 = c7 + h16 * FOLD + (h15 << 8)
  const l8 = c8 + h17 * FOLD + (h16 << 8)

  const t = l8 >> 24
  const m0 = (l0 & M) + t * 977 + HALF
  const m1 = (l1 & M) + (l0 >> 29) + (t << 3) + HALF
  const m2 = (l2 & M) + (l1 >> 29) + HALF
  const m3 = (l3 & M) + (l2 >> 29) + HALF
  const m4 = (l4 & M) + (l3 >> 29) + HALF
  const m5 = (l5 & M) + (l4 >> 29) + HALF
  const m6 = (l6 & M) + (l5 >> 29) + HALF
  const m7 = (l7 & M) + (l6 >> 29) + HALF
  const m8 = (l8 & M24) + (l7 >> 29) + HALF24
  const u = m8 >> 24

  store<i32>(r, ((m0 & M) - HALF + u * 977) as i32, 0)
  store<i32>(r, ((m1 & M) - HALF + (m0 >> 29) + (u << 3)) as i32, 4)
  store<i32>(r, ((m2 & M) - HALF + (m1 >> 29)) as i32, 8)
  store<i32>(r, ((m3 & M) - HALF + (m2 >> 29)) as i32, 12)
  store<i32>(r, ((m4 & M) - HALF + (m3 >> 29)) as i32, 16)
  store<i32>(r, ((m5 & M) - HALF + (m4 >> 29)) as i32, 20)
  store<i32>(r, ((m6 & M) - HALF + (m5 >> 29)) as i32, 24)
  store<i32>(r, ((m7 & M) - HALF + (m6 >> 29)) as i32, 28)
  store<i32>(r, ((m8 & M24) - HALF24 + (m7 >> 29)) as i32, 32)
}

export function wipeProduct(): void {
  wipe(MINUEND, 17 * 8)
  wipe(SUBTRAHEND, 17 * 8)
}
