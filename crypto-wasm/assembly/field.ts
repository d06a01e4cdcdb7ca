// The field of secp256k1: integers modulo p = 2^256 - 2^32 - 977 (SEC 2 §2.4.1).
//
// An element is nine signed limbs, l0 + l1 * 2^29 + ... + l8 * 2^232, each in an i32, in a place of
// 48 bytes (the last twelve stay zero, so that three vectors hold it). Many limb lists mean the
// same element.
//
// An element of magnitude m has |l0..l7| <= m * (2^28 + 2^21) and |l8| <= m * 2^24.
//   mul, sqr      take magnitudes whose product is at most 13, and give magnitude 1
//   mulLess...    takes two pairs whose products add up to at most 13, and gives magnitude 1
//   add, sub      add the magnitudes, which must not pass 7, or a limb would leave its i32
//   carry         takes any magnitude up to 7, and gives magnitude 1
// tests/bounds/field-formulas.test.ts walks every formula that calls this file and checks these
// rules.
//
// No function branches on a limb or has an address that depends on one.
import * as words from "./words"
import { invert as invertWords } from "./inverse"
import { wipe } from "./memory"

export { mul, mulLessMul, mulLessSqr, sqr } from "./product"

/** Bytes of an element. */
export const FE = 48

/** p in limbs of 30 bits, and its inverse modulo 2^30. */
const P30 = memory.data<i32>([-977, -4, 0, 0, 0, 0, 0, 0, 65536], 16)
const P30_INVERSE: i32 = 0x2ddacacf
const P = memory.data<u32>([
  0xfffffc2f, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
], 16)

const LIMBS = memory.data(48, 16)
const WORDS = memory.data(32, 16)
/** The integer in [0, p) of the element at hand. */
const CANONICAL = memory.data(32, 16)

/** r = a + b. */
export function add(r: usize, a: usize, b: usize): void {
  store<i32>(r, load<i32>(a, 0) + load<i32>(b, 0), 0)
  store<i32>(r, load<i32>(a, 4) + load<i32>(b, 4), 4)
  store<i32>(r, load<i32>(a, 8) + load<i32>(b, 8), 8)
  store<i32>(r, load<i32>(a, 12) + load<i32>(b, 12), 12)
  store<i32>(r, load<i32>(a, 16) + load<i32>(b, 16), 16)
  store<i32>(r, load<i32>(a, 20) + load<i32>(b, 20), 20)
  store<i32>(r, load<i32>(a, 24) + load<i32>(b, 24), 24)
  store<i32>(r, load<i32>(a, 28) + load<i32>(b, 28), 28)
  store<i32>(r, load<i32>(a, 32) + load<i32>(b, 32), 32)
}

/** r = a - b. */
export function sub(r: usize, a: usize, b: usize): void {
  store<i32>(r, load<i32>(a, 0) - load<i32>(b, 0), 0)
  store<i32>(r, load<i32>(a, 4) - load<i32>(b, 4), 4)
  store<i32>(r, load<i32>(a, 8) - load<i32>(b, 8), 8)
  store<i32>(r, load<i32>(a, 12) - load<i32>(b, 12), 12)
  store<i32>(r, load<i32>(a, 16) - load<i32>(b, 16), 16)
  store<i32>(r, load<i32>(a, 20) - load<i32>(b, 20), 20)
  store<i32>(r, load<i32>(a, 24) - load<i32>(b, 24), 24)
  store<i32>(r, load<i32>(a, 28) - load<i32>(b, 28), 28)
  store<i32>(r, load<i32>(a, 32) - load<i32>(b, 32), 32)
}

/** r = a - 2b. */
export function subTwice(r: usize, a: usize, b: usize): void {
  store<i32>(r, load<i32>(a, 0) - (load<i32>(b, 0) << 1), 0)
  store<i32>(r, load<i32>(a, 4) - (load<i32>(b, 4) << 1), 4)
  store<i32>(r, load<i32>(a, 8) - (load<i32>(b, 8) << 1), 8)
  store<i32>(r, load<i32>(a, 12) - (load<i32>(b, 12) << 1), 12)
  store<i32>(r, load<i32>(a, 16) - (load<i32>(b, 16) << 1), 16)
  store<i32>(r, load<i32>(a, 20) - (load<i32>(b, 20) << 1), 20)
  store<i32>(r, load<i32>(a, 24) - (load<i32>(b, 24) << 1), 24)
  store<i32>(r, load<i32>(a, 28) - (load<i32>(b, 28) << 1), 28)
  store<i32>(r, load<i32>(a, 32) - (load<i32>(b, 32) << 1), 32)
}

/** r = a / 2. Halves the magnitude and adds 1. */
export function half(r: usize, a: usize): void {
  halfOf(r, a, 1)
}

/** r = 3a / 2, of magnitude 3m / 2 + 1. */
export function threeHalves(r: usize, a: usize): void {
  halfOf(r, a, 3)
}

/** r = k * a / 2: p, whose limbs are -977, -8, 0, ..., 2^24, makes an odd number even. */
// @ts-ignore: decorator
@inline
function halfOf(r: usize, a: usize, k: i32): void {
  const odd = 0 - ((load<i32>(a, 0) * k) & 1)
  const a0 = load<i32>(a, 0) * k - (odd & 977)
  const a1 = load<i32>(a, 4) * k - (odd & 8)
  const a2 = load<i32>(a, 8) * k
  const a3 = load<i32>(a, 12) * k
  const a4 = load<i32>(a, 16) * k
  const a5 = load<i32>(a, 20) * k
  const a6 = load<i32>(a, 24) * k
  const a7 = load<i32>(a, 28) * k
  const a8 = load<i32>(a, 32) * k + (odd & (1 << 24))
  store<i32>(r, (a0 >> 1) + ((a1 & 1) << 28), 0)
  store<i32>(r, (a1 >> 1) + ((a2 & 1) << 28), 4)
  store<i32>(r, (a2 >> 1) + ((a3 & 1) << 28), 8)
  store<i32>(r, (a3 >> 1) + ((a4 & 1) << 28), 12)
  store<i32>(r, (a4 >> 1) + ((a5 & 1) << 28), 16)
  store<i32>(r, (a5 >> 1) + ((a6 & 1) << 28), 20)
  store<i32>(r, (a6 >> 1) + ((a7 & 1) << 28), 24)
  store<i32>(r, (a7 >> 1) + ((a8 & 1) << 28), 28)
  store<i32>(r, a8 >> 1, 32)
}

/** r = a, with magnitude 1. */
export function carry(r: usize, a: usize): void {
  const a0 = load<i32>(a, 0)
  const a1 = load<i32>(a, 4)
  const a2 = load<i32>(a, 8)
  const a3 = load<i32>(a, 12)
  const a4 = load<i32>(a, 16)
  const a5 = load<i32>(a, 20)
  const a6 = load<i32>(a, 24)
  const a7 = load<i32>(a, 28)
  const a8 = load<i32>(a, 32)
  const c0 = (a0 + (1 << 28)) >> 29
  const c1 = (a1 + (1 << 28)) >> 29
  const c2 = (a2 + (1 << 28)) >> 29
  const c3 = (a3 + (1 << 28)) >> 29
  const c4 = (a4 + (1 << 28)) >> 29
  const c5 = (a5 + (1 << 28)) >> 29
  const c6 = (a6 + (1 << 28)) >> 29
  const c7 = (a7 + (1 << 28)) >> 29
  const c8 = (a8 + (1 << 23)) >> 24
  store<i32>(r, a0 - (c0 << 29) + c8 * 977, 0)
  store<i32>(r, a1 - (c1 << 29) + c0 + (c8 << 3), 4)
  store<i32>(r, a2 - (c2 << 29) + c1, 8)
  store<i32>(r, a3 - (c3 << 29) + c2, 12)
  store<i32>(r, a4 - (c4 << 29) + c3, 16)
  store<i32>(r, a5 - (c5 << 29) + c4, 20)
  store<i32>(r, a6 - (c6 << 29) + c5, 24)
  store<i32>(r, a7 - (c7 << 29) + c6, 28)
  store<i32>(r, a8 - (c8 << 24) + c7, 32)
}

/** r = -a. */
export function negate(r: usize, a: usize): void {
  const zero = i32x4.splat(0)
  v128.store(r, i32x4.sub(zero, v128.load(a)))
  v128.store(r, i32x4.sub(zero, v128.load(a, 16)), 16)
  v128.store(r, i32x4.sub(zero, v128.load(a, 32)), 32)
}

export function copy(r: usize, a: usize): void {
  v128.store(r, v128.load(a))
  v128.store(r, v128.load(a, 16), 16)
  v128.store(r, v128.load(a, 32), 32)
}

/** r = a where the mask has ones and b where it has zeros: the mask is all ones or all zeros. */
export function select(r: usize, a: usize, b: usize, mask: i32): void {
  const m = i32x4.splat(mask)
  v128.store(r, v128.bitselect(v128.load(a), v128.load(b), m))
  v128.store(r, v128.bitselect(v128.load(a, 16), v128.load(b, 16), m), 16)
  v128.store(r, v128.bitselect(v128.load(a, 32), v128.load(b, 32), m), 32)
}

/** r = 1. */
export function one(r: usize): void {
  memory.fill(r, 0, FE)
  store<i32>(r, 1)
}

/** 1 when a = 0 mod p, else 0; a of any magnitude up to 7. */
export function isZero(a: usize): u32 {
  // Of the multiples of p, only 0 and p are left after two folds.
  fold(LIMBS, a)
  fold(LIMBS, LIMBS)
  let zero: u32 = 0
  let modulus: u32 = (load<u32>(LIMBS) ^ 0x1ffffc2f) | (load<u32>(LIMBS, 4) ^ 0x1ffffff7) |
    (load<u32>(LIMBS, 32) ^ 0xffffff)
  for (let i: usize = 0; i < 36; i += 4) zero |= load<u32>(LIMBS + i)
  for (let i: usize = 8; i < 32; i += 4) modulus |= load<u32>(LIMBS + i) ^ 0x1fffffff
  return (((zero | (0 - zero)) & (modulus | (0 - modulus))) >> 31) ^ 1
}

/**
 * Folds what l8 has above 2^256 onto the lowest limbs, then carries from limb to limb. The first
 * fold of an element leaves it between -2^236 and 2^256 + 2^236, a second one in [0, 2^256): then
 * l0..l7 are in [0, 2^29), l8 is in [0, 2^24), and only the step from that integer to one below p
 * is left.
 */
function fold(r: usize, a: usize): void {
  const top = load<i32>(a, 32) >> 24
  let t = load<i32>(a) + top * 977
  store<i32>(r, t & 0x1fffffff)
  t = (t >> 29) + load<i32>(a, 4) + (top << 3)
  store<i32>(r, t & 0x1fffffff, 4)
  for (let i: usize = 8; i < 32; i += 4) {
    t = (t >> 29) + load<i32>(a + i)
    store<i32>(r + i, t & 0x1fffffff)
  }
  store<i32>(r, (t >> 29) + (load<i32>(a, 32) & 0xffffff), 32)
}

/** The one integer in [0, p) that the element means, in words. */
export function toWords(r: usize, a: usize): void {
  fold(LIMBS, a)
  fold(LIMBS, LIMBS)
  words.pack(r, LIMBS, 29)
  const below = words.minus(WORDS, r, P)
  words.select(r, r, WORDS, 0 - below)
}

/** The element of an integer below 2^256, of magnitude 1. */
export function fromWords(r: usize, a: usize): void {
  words.unpack(r, a, 29)
  carry(r, r)
}

/** Reads 32 bytes and returns 1 when they are below p, else 0. */
export function fromBytes(r: usize, bytes: usize): u32 {
  words.fromBytes(WORDS, bytes)
  fromWords(r, WORDS)
  return words.less(WORDS, P)
}

export function toBytes(bytes: usize, a: usize): void {
  toWords(CANONICAL, a)
  words.toBytes(bytes, CANONICAL)
}

/** r = 1 / a, and 0 for 0. */
export function invert(r: usize, a: usize): void {
  toWords(CANONICAL, a)
  invertWords(CANONICAL, CANONICAL, P30, P30_INVERSE)
  fromWords(r, CANONICAL)
}

export function wipeField(): void {
  wipe(LIMBS, 48)
  wipe(WORDS, 32)
  wipe(CANONICAL, 32)
}
