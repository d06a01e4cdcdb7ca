// Scalars: integers modulo n, the order of the group (SEC 2 §2.4.1), as eight 32-bit words, the
// least significant first, always in [0, n). Products are schoolbook; 2^256 = C mod n folds them
// back. No function branches on a word or has an address that depends on one.
import { invert as invertWords, invert_var as invertWords_var } from "./inverse"
import { fromBytes as wordsFromBytes, isZero, less, minus, plus, select } from "./words"
import { wipe } from "./memory"

/** Bytes of a scalar. */
export const SCALAR = 32

/** n and n / 2 rounded down. */
const N = memory.data<u32>([
  0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
], 16)
const HALF_N = memory.data<u32>([
  0x681b20a0, 0xdfe92f46, 0x57a4501d, 0x5d576e73, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff,
], 16)
/** C = 2^256 - n, five words, and the same with zeros up to eight. */
const C = memory.data<u32>([0x2fc9bebf, 0x402da173, 0x50b75fc4, 0x45512319, 1, 0, 0, 0], 16)
/** n in limbs of 30 bits, and its inverse modulo 2^30. */
const N30 = memory.data<i32>([
  0x10364141, 0x3f497a33, 0x348a03bb, 0x2bb739ab, -0x146, 0, 0, 0, 65536,
], 16)
const N30_INVERSE: i32 = 0x2a774ec1

/** A product of 16 words, and what is left of it after each fold. */
const PRODUCT = memory.data(64, 16)
const FOLDED = memory.data(64, 16)
const REDUCED = memory.data(32, 16)

/** Reads 32 bytes modulo n; returns 1 when they were below n, else 0. */
export function fromBytes(r: usize, bytes: usize): u32 {
  wordsFromBytes(r, bytes)
  return reduce(r, 0) ^ 1
}

/** Reads 32 bytes and returns 1 when they are a secret key: in [1, n), else 0. */
export function keyFromBytes(r: usize, bytes: usize): u32 {
  return fromBytes(r, bytes) & (isZero(r) ^ 1)
}

/** 1 when a > n / 2, else 0. */
export function isHigh(a: usize): u32 {
  return less(HALF_N, a)
}

/** Brings a + carry * 2^256, below 2n, under n; returns 1 when n was taken off. */
function reduce(a: usize, carry: u32): u32 {
  // a - n = a + C - 2^256
  const over = plus(REDUCED, a, C) | carry
  select(a, REDUCED, a, 0 - over)
  return over
}

/** r = a + b. */
export function add(r: usize, a: usize, b: usize): void {
  reduce(r, plus(r, a, b))
}

/** r = a - b. */
export function sub(r: usize, a: usize, b: usize): void {
  // a + (n - b), where n - b may be n itself.
  minus(REDUCED, N, b)
  reduce(r, plus(r, a, REDUCED))
}

/** r = -a. */
export function negate(r: usize, a: usize): void {
  minus(r, N, a)
  reduce(r, 0)
}

/** r = -a where the mask has ones and a where it has zeros: the mask is all ones or all zeros. */
export function negateIf(r: usize, a: usize, mask: i32): void {
  minus(FOLDED, N, a)
  reduce(FOLDED, 0)
  select(r, FOLDED, a, mask)
}

/** r = a / 2: n makes an odd number even. */
export function half(r: usize, a: usize): void {
  const odd: u32 = 0 - (load<u32>(a) & 1)
  let t: u64 = 0
  let below: u32 = 0
  for (let i: usize = 0; i < 32; i += 4) {
    t += <u64>load<u32>(a + i) + (load<u32>(N + i) & odd)
    if (i > 0) store<u32>(r + i - 4, (below >> 1) | ((t as u32) << 31))
    below = t as u32
    t >>= 32
  }
  store<u32>(r, (below >> 1) | ((t as u32) << 31), 28)
}

/** r = a * b. */
export function mul(r: usize, a: usize, b: usize): void {
  multiply(PRODUCT, a, 8, b, 8)
  // 16 words: below 2^512. 13 words: below 2^256 + 2^256 * 2^129. 9 words: below 2^256 + 2^130 *
  // 2^129.
  fold(FOLDED, PRODUCT, 8)
  fold(PRODUCT, FOLDED, 5)
  fold(FOLDED, PRODUCT, 1)
  memory.copy(r, FOLDED, 32)
  reduce(r, load<u32>(FOLDED, 32))
}

/**
 * r = the 8 low words of a + (the `high` words above them) * C, of high + 5 words, or 9 for one
 * high word.
 */
function fold(r: usize, a: usize, high: i32): void {
  multiply(r, a + 32, high, C, 5)
  const end = max(high + 5, 9)
  for (let i = high + 5; i < end; i++) store<u32>(r + 4 * i, 0)
  let t: u64 = 0
  for (let i = 0; i < end; i++) {
    t += load<u32>(r + 4 * i)
    if (i < 8) t += load<u32>(a + 4 * i)
    store<u32>(r + 4 * i, t as u32)
    t >>= 32
  }
}

/** r = a * b in wordsA + wordsB words, not reduced. */
export function multiply(r: usize, a: usize, wordsA: i32, b: usize, wordsB: i32): void {
  memory.fill(r, 0, 4 * (wordsA + wordsB))
  for (let i = 0; i < wordsA; i++) {
    const ai = <u64>load<u32>(a + 4 * i)
    let t: u64 = 0
    for (let j = 0; j < wordsB; j++) {
      // At most (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1.
      t += ai * load<u32>(b + 4 * j) + load<u32>(r + 4 * (i + j))
      store<u32>(r + 4 * (i + j), t as u32)
      t >>= 32
    }
    store<u32>(r + 4 * (i + wordsB), t as u32)
  }
}

/** r = 1 / a, and 0 for 0. */
export function invert(r: usize, a: usize): void {
  invertWords(r, a, N30, N30_INVERSE)
}

/** The same for public numbers, in a time that depends on them. */
export function invert_var(r: usize, a: usize): void {
  invertWords_var(r, a, N30, N30_INVERSE)
}

export function wipeScalar(): void {
  wipe(PRODUCT, 64)
  wipe(FOLDED, 64)
  wipe(REDUCED, 32)
}
