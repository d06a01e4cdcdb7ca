// Pairs of field elements in the two lanes of vectors of doubles, multiplied with fused
// multiply-adds.
//
// An element is five signed limbs at the bits 0, 52, 103, 154 and 205, integers held as f64, so
// that 2^256 lies right behind the last one: the radix 2^51.2 of Bernstein's floating-point curves.
// A pair is five vectors, 80 bytes.
//
// A pair is weak when |l0| <= 2^51 + 2^38 and |l1..l4| <= 2^50 + 2^12.
//   mul2, sqr2   take weak pairs and give weak pairs
//   combine      takes sums that stay within 2^53 in every limb, and gives weak pairs
// tests/bounds/pair-lines.test.ts follows every line of this file with intervals.
//
// The product of two limbs is split exactly: high = fma(a, b, 1.5 * 2^103) rounds it to a multiple
// of 2^51, and low = fma(a, b, -(that multiple)) is what is left, in [-2^50, 2^50]. Both are then
// added up by their bits, as integers: all terms of a kind have the same exponent, and the
// exponents' bits are taken off once for a whole column. That holds only where f64x2.relaxed_madd
// rounds once.

/** Bytes of a pair. */
export const PAIR = 80

// Where constants are, each in both lanes.
/** 1.5 * 2^103: a product plus this is rounded to a multiple of 2^51 */
const SPLIT_51 = 0
/** 1.5 * 2^104, for 2^52 */
const SPLIT_52 = 16
/** SPLIT_51 + LOW */
const SPLIT_51_LOW = 32
/** 1.5 * 2^52: an integer plus this has that integer in its lowest bits */
const LOW = 48
/** 2^52, whose bits go before 52 others */
const UNSIGNED = 64
const MASK_52 = 80
const MASK_51 = 96
/** 2^52 + 2^51: what comes on to a limb of 52 bits before it is a double */
const CENTRE_52 = 112
/** 2^52 + 2^50 + 2^8: the same for 51 bits, with a carry from 52 */
const CENTRE_51_52 = 128
/** 2^52 + 2^50 + 2^9: the same with a carry from 51 */
const CENTRE_51 = 144
/** LOW + 2^9 */
const CENTRE_TOP = 160
/** 2^52 + 2^9 */
const CENTRE_CARRY = 176
/** 2^256 = 2^32 + 977 mod p */
const FOLD = 192
/** FOLD / 2^51 */
const FOLD_51 = 208
/** 2^-51 */
const SCALE_51 = 224
/** 2^-52 */
const SCALE_52 = 240
const CONSTANTS = memory.data<u64>([
  0x4668000000000000, 0x4668000000000000,
  0x4678000000000000, 0x4678000000000000,
  0x4668000000000003, 0x4668000000000003,
  0x4338000000000000, 0x4338000000000000,
  0x4330000000000000, 0x4330000000000000,
  0xfffffffffffff, 0xfffffffffffff,
  0x7ffffffffffff, 0x7ffffffffffff,
  0x4338000000000000, 0x4338000000000000,
  0x4334000000000100, 0x4334000000000100,
  0x4334000000000200, 0x4334000000000200,
  0x4338000000000200, 0x4338000000000200,
  0x4330000000000200, 0x4330000000000200,
  0x41f000003d100000, 0x41f000003d100000,
  0x3ec000003d100000, 0x3ec000003d100000,
  0x3cc0000000000000, 0x3cc0000000000000,
  0x3cb0000000000000, 0x3cb0000000000000,
], 16)

/**
 * What the exponents' bits add up to in each of the ten columns of a product or a square, in the lower
 * five with what FOLD brings there, to be taken off. 2^60 and half a limb come on where a carry
 * follows, so that shifting and masking round to the nearest.
 */
const OFFSETS = memory.data<u64>([
  0x4660000000000000, 0x4660000000000000,
  0x72f4000000000000, 0x72f4000000000000,
  0xecb4000000000000, 0xecb4000000000000,
  0xd974000000000000, 0xd974000000000000,
  0xc634000000000000, 0xc634000000000000,
  0xc308000000000000, 0xc308000000000000,
  0x2cbc000000000000, 0x2cbc000000000000,
  0xb65c000000000000, 0xb65c000000000000,
  0x3ffc000000000000, 0x3ffc000000000000,
  0xb998000000000000, 0xb998000000000000,
], 16)

/** r = a * b in both lanes. */
export function mul2(r: usize, a: usize, b: usize): void {
  const a0 = v128.load(a, 0)
  const a1 = v128.load(a, 16)
  const a2 = v128.load(a, 32)
  const a3 = v128.load(a, 48)
  const a4 = v128.load(a, 64)
  const b0 = v128.load(b, 0)
  const b1 = v128.load(b, 16)
  const b2 = v128.load(b, 32)
  const b3 = v128.load(b, 48)
  const b4 = v128.load(b, 64)
  const h00 = high52(a0, b0)
  const l00 = low52(a0, b0, h00)
  const h01 = high(a0, b1)
  const l01 = low(a0, b1, h01)
  const h10 = high(a1, b0)
  const l10 = low(a1, b0, h10)
  const h02 = high(a0, b2)
  const l02 = low(a0, b2, h02)
  const h11 = high(a1, b1)
  const l11 = low(a1, b1, h11)
  const h20 = high(a2, b0)
  const l20 = low(a2, b0, h20)
  const h03 = high(a0, b3)
  const l03 = low(a0, b3, h03)
  const h12 = high(a1, b2)
  const l12 = low(a1, b2, h12)
  const h21 = high(a2, b1)
  const l21 = low(a2, b1, h21)
  const h30 = high(a3, b0)
  const l30 = low(a3, b0, h30)
  const h04 = high(a0, b4)
  const l04 = low(a0, b4, h04)
  const h13 = high(a1, b3)
  const l13 = low(a1, b3, h13)
  const h22 = high(a2, b2)
  const l22 = low(a2, b2, h22)
  const h31 = high(a3, b1)
  const l31 = low(a3, b1, h31)
  const h40 = high(a4, b0)
  const l40 = low(a4, b0, h40)
  const h14 = high(a1, b4)
  const l14 = low(a1, b4, h14)
  const h23 = high(a2, b3)
  const l23 = low(a2, b3, h23)
  const h32 = high(a3, b2)
  const l32 = low(a3, b2, h32)
  const h41 = high(a4, b1)
  const l41 = low(a4, b1, h41)
  const h24 = high(a2, b4)
  const l24 = low(a2, b4, h24)
  const h33 = high(a3, b3)
  const l33 = low(a3, b3, h33)
  const h42 = high(a4, b2)
  const l42 = low(a4, b2, h42)
  const h34 = high(a3, b4)
  const l34 = low(a3, b4, h34)
  const h43 = high(a4, b3)
  const l43 = low(a4, b3, h43)
  const h44 = high(a4, b4)
  const l44 = low(a4, b4, h44)
  reduce2(
    r,
    l00,
    add(add(h00, l01), l10),
    add(add(add(add(twice(l11), h01), h10), l02), l20),
    add(add(add(add(twice(add(add(h11, l12), l21)), h02), h20), l03), l30),
    add(add(add(add(twice(add(add(add(add(h12, h21), l13), l22), l31)), h03), h30), l04), l40),
    add(add(twice(add(add(add(add(add(add(h13, h22), h31), l14), l23), l32), l41)), h04), h40),
    add(add(add(add(add(add(h14, h23), h32), h41), l24), l33), l42),
    add(add(add(add(h24, h33), h42), l34), l43),
    add(add(h34, h43), l44),
    h44,
  )
}

/** r = a^2 in both lanes. */
export function sqr2(r: usize, a: usize): void {
  const a0 = v128.load(a, 0)
  const a1 = v128.load(a, 16)
  const a2 = v128.load(a, 32)
  const a3 = v128.load(a, 48)
  const a4 = v128.load(a, 64)
  const h00 = high52(a0, a0)
  const l00 = low52(a0, a0, h00)
  const h01 = high(a0, a1)
  const l01 = low(a0, a1, h01)
  const h02 = high(a0, a2)
  const l02 = low(a0, a2, h02)
  const h11 = high(a1, a1)
  const l11 = low(a1, a1, h11)
  const h03 = high(a0, a3)
  const l03 = low(a0, a3, h03)
  const h12 = high(a1, a2)
  const l12 = low(a1, a2, h12)
  const h04 = high(a0, a4)
  const l04 = low(a0, a4, h04)
  const h13 = high(a1, a3)
  const l13 = low(a1, a3, h13)
  const h22 = high(a2, a2)
  const l22 = low(a2, a2, h22)
  const h14 = high(a1, a4)
  const l14 = low(a1, a4, h14)
  const h23 = high(a2, a3)
  const l23 = low(a2, a3, h23)
  const h24 = high(a2, a4)
  const l24 = low(a2, a4, h24)
  const h33 = high(a3, a3)
  const l33 = low(a3, a3, h33)
  const h34 = high(a3, a4)
  const l34 = low(a3, a4, h34)
  const h44 = high(a4, a4)
  const l44 = low(a4, a4, h44)
  reduce2(
    r,
    l00,
    add(twice(l01), h00),
    twice(add(add(h01, l02), l11)),
    twice(add(add(add(twice(l12), h02), h11), l03)),
    twice(add(add(add(twice(add(h12, l13)), h03), l04), l22)),
    twice(add(add(twice(add(add(h13, l14), l23)), h04), h22)),
    add(twice(add(add(h14, h23), l24)), l33),
    add(twice(add(h24, l34)), h33),
    add(twice(h34), l44),
    h44,
  )
}

/**
 * Brings ten columns, at the bits 0, 52, 103, 154, 205 and 256 more, to weak limbs. The upper ones
 * are carried once (d), multiplied by FOLD and added to the lower ones (e), which are carried once
 * too (f).
 */
// @ts-ignore: decorator
@inline
function reduce2(
  r: usize,
  c0: v128, c1: v128, c2: v128, c3: v128, c4: v128,
  c5: v128, c6: v128, c7: v128, c8: v128, c9: v128,
): void {
  const s0 = add(c0, v128.load(OFFSETS, 0))
  const s1 = add(c1, v128.load(OFFSETS, 16))
  const s2 = add(c2, v128.load(OFFSETS, 32))
  const s3 = add(c3, v128.load(OFFSETS, 48))
  const s4 = add(c4, v128.load(OFFSETS, 64))
  const s5 = add(c5, v128.load(OFFSETS, 80))
  const s6 = add(c6, v128.load(OFFSETS, 96))
  const s7 = add(c7, v128.load(OFFSETS, 112))
  const s8 = add(c8, v128.load(OFFSETS, 128))
  const s9 = add(c9, v128.load(OFFSETS, 144))
  const t5 = i64x2.shr_u(s5, 52)
  const t6 = i64x2.shr_u(s6, 51)
  const t7 = i64x2.shr_u(s7, 51)
  const t8 = i64x2.shr_u(s8, 51)
  const d5 = minus(number(and(s5, constant(MASK_52))), constant(CENTRE_52))
  const d6 = minus(number(add(and(s6, constant(MASK_51)), t5)), constant(CENTRE_51_52))
  const d7 = minus(number(add(and(s7, constant(MASK_51)), t6)), constant(CENTRE_51))
  const d8 = minus(number(add(and(s8, constant(MASK_51)), t7)), constant(CENTRE_51))
  const d9 = minus(add(add(s9, t8), constant(LOW)), constant(CENTRE_TOP))

  const p5 = high52(d5, constant(FOLD))
  const q5 = low52(d5, constant(FOLD), p5)
  const p6 = high(d6, constant(FOLD))
  const q6 = low(d6, constant(FOLD), p6)
  const p7 = high(d7, constant(FOLD))
  const q7 = low(d7, constant(FOLD), p7)
  const p8 = high(d8, constant(FOLD))
  const q8 = low(d8, constant(FOLD), p8)
  const p9 = high(d9, constant(FOLD))
  const q9 = low(d9, constant(FOLD), p9)
  const z = minus(p9, constant(SPLIT_51))
  const p10 = high52(z, constant(FOLD_51))
  const q10 = low52(z, constant(FOLD_51), p10)

  const e0 = add(add(s0, q5), q10)
  const e1 = add(add(add(s1, q6), p5), p10)
  const e2 = add(add(s2, q7), p6)
  const e3 = add(add(s3, q8), p7)
  const e4 = add(add(s4, q9), p8)
  const u0 = i64x2.shr_u(e0, 52)
  const u1 = i64x2.shr_u(e1, 51)
  const u2 = i64x2.shr_u(e2, 51)
  const u3 = i64x2.shr_u(e3, 51)
  const u4 = i64x2.shr_u(e4, 51)
  const f0 = minus(number(and(e0, constant(MASK_52))), constant(CENTRE_52))
  const f1 = minus(number(add(and(e1, constant(MASK_51)), u0)), constant(CENTRE_51_52))
  const f2 = minus(number(add(and(e2, constant(MASK_51)), u1)), constant(CENTRE_51))
  const f3 = minus(number(add(and(e3, constant(MASK_51)), u2)), constant(CENTRE_51))
  const f4 = minus(number(add(and(e4, constant(MASK_51)), u3)), constant(CENTRE_51))
  const top = minus(number(u4), constant(CENTRE_CARRY))

  v128.store(r, madd(top, constant(FOLD), f0), 0)
  v128.store(r, f1, 16)
  v128.store(r, f2, 32)
  v128.store(r, f3, 48)
  v128.store(r, f4, 64)
}

/** r = k * a + m * b in both lanes, made weak; k and m point to two small integers each. */
export function combine(r: usize, a: usize, k: usize, b: usize, m: usize): void {
  const ka = v128.load(k)
  const mb = v128.load(m)
  const x0 = madd(v128.load(b, 0), mb, f64x2.mul(v128.load(a, 0), ka))
  const x1 = madd(v128.load(b, 16), mb, f64x2.mul(v128.load(a, 16), ka))
  const x2 = madd(v128.load(b, 32), mb, f64x2.mul(v128.load(a, 32), ka))
  const x3 = madd(v128.load(b, 48), mb, f64x2.mul(v128.load(a, 48), ka))
  const x4 = madd(v128.load(b, 64), mb, f64x2.mul(v128.load(a, 64), ka))
  const c0 = minus(f64x2.add(x0, constant(SPLIT_52)), constant(SPLIT_52))
  const c1 = minus(f64x2.add(x1, constant(SPLIT_51)), constant(SPLIT_51))
  const c2 = minus(f64x2.add(x2, constant(SPLIT_51)), constant(SPLIT_51))
  const c3 = minus(f64x2.add(x3, constant(SPLIT_51)), constant(SPLIT_51))
  const c4 = minus(f64x2.add(x4, constant(SPLIT_51)), constant(SPLIT_51))
  v128.store(r, madd(c4, constant(FOLD_51), minus(x0, c0)), 0)
  v128.store(r, madd(c0, constant(SCALE_52), minus(x1, c1)), 16)
  v128.store(r, madd(c1, constant(SCALE_51), minus(x2, c2)), 32)
  v128.store(r, madd(c2, constant(SCALE_51), minus(x3, c3)), 48)
  v128.store(r, madd(c3, constant(SCALE_51), minus(x4, c4)), 64)
}

/** r = (low lane of a, low lane of b). */
export function lows(r: usize, a: usize, b: usize): void {
  v128.store(r, v128.shuffle<u64>(v128.load(a), v128.load(b), 0, 2))
  v128.store(r, v128.shuffle<u64>(v128.load(a, 16), v128.load(b, 16), 0, 2), 16)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 32), v128.load(b, 32), 0, 2), 32)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 48), v128.load(b, 48), 0, 2), 48)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 64), v128.load(b, 64), 0, 2), 64)
}

/** r = (low lane of a, high lane of b). */
export function lowHigh(r: usize, a: usize, b: usize): void {
  v128.store(r, v128.shuffle<u64>(v128.load(a), v128.load(b), 0, 3))
  v128.store(r, v128.shuffle<u64>(v128.load(a, 16), v128.load(b, 16), 0, 3), 16)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 32), v128.load(b, 32), 0, 3), 32)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 48), v128.load(b, 48), 0, 3), 48)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 64), v128.load(b, 64), 0, 3), 64)
}

/** r = (high lane of a, low lane of b). */
export function highLow(r: usize, a: usize, b: usize): void {
  v128.store(r, v128.shuffle<u64>(v128.load(a), v128.load(b), 1, 2))
  v128.store(r, v128.shuffle<u64>(v128.load(a, 16), v128.load(b, 16), 1, 2), 16)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 32), v128.load(b, 32), 1, 2), 32)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 48), v128.load(b, 48), 1, 2), 48)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 64), v128.load(b, 64), 1, 2), 64)
}

/** r = (high lane of a, high lane of b). */
export function highs(r: usize, a: usize, b: usize): void {
  v128.store(r, v128.shuffle<u64>(v128.load(a), v128.load(b), 1, 3))
  v128.store(r, v128.shuffle<u64>(v128.load(a, 16), v128.load(b, 16), 1, 3), 16)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 32), v128.load(b, 32), 1, 3), 32)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 48), v128.load(b, 48), 1, 3), 48)
  v128.store(r, v128.shuffle<u64>(v128.load(a, 64), v128.load(b, 64), 1, 3), 64)
}

// @ts-ignore: decorator
@inline
function constant(at: usize): v128 {
  return v128.load(CONSTANTS + at)
}

// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f64x2.relaxed_madd(a, b, c)
}

// @ts-ignore: decorator
@inline
function minus(a: v128, b: v128): v128 {
  return f64x2.sub(a, b)
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return madd(a, b, constant(SPLIT_51))
}

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128, high: v128): v128 {
  return madd(a, b, minus(constant(SPLIT_51_LOW), high))
}

// @ts-ignore: decorator
@inline
function high52(a: v128, b: v128): v128 {
  return madd(a, b, constant(SPLIT_52))
}

// @ts-ignore: decorator
@inline
function low52(a: v128, b: v128, high: v128): v128 {
  return madd(a, b, f64x2.add(minus(constant(SPLIT_52), high), constant(LOW)))
}

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i64x2.add(a, b)
}

// @ts-ignore: decorator
@inline
function twice(a: v128): v128 {
  return i64x2.add(a, a)
}

// @ts-ignore: decorator
@inline
function and(a: v128, b: v128): v128 {
  return v128.and(a, b)
}

/** The double of 2^52 plus these bits. */
// @ts-ignore: decorator
@inline
function number(bits: v128): v128 {
  return v128.or(bits, constant(UNSIGNED))
}
