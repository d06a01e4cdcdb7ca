// GHASH (SP 800-38D §6.4), by lookups of nibbles in registers, so that no secret is ever an address.
//
// A byte holds eight coefficients, the lowest power of z in its high bit, and byte i of a block stands
// for z^8i. For a nibble n let n*H be its product with H, were it the high nibble of byte 0. Table k
// holds byte k of all sixteen n*H, so one `lookup` gives byte k of the products of all sixteen bytes
// of a block at once, each i bytes short of its place; and
//
//   X*H  =  sum over k of z^8k * (lookup(table k, high nibbles) + z^4 * lookup(table k, low nibbles))
//
// which Horner's rule sums over k: 16 steps that shift by a byte. With the tables of H^4 … H the sums
// of four blocks are one before they are shifted, multiplied by z^4 and reduced.
import { and, highNibbles, lookup, lowNibbles, xor } from "./vector"
import { wipe } from "./memory"

/** Sixteen tables of sixteen bytes. */
const TABLE = 16 * 16
/** Those of H, H^2, H^3 and H^4. */
const TABLES = memory.data(4 * TABLE, 16)
/** H, z*H, z^2*H and z^3*H, last byte first. */
const BASIS = memory.data(4 * 16, 16)
/** Four blocks, the first of which are zero. */
const FIRST = memory.data(4 * 16, 16)

/** Below this many blocks the tables of H alone are made. */
const FEW: usize = 8

const REVERSE = memory.data<u8>([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 16)
/** In lane n: whether n has its bit 3, 2, 1 or 0. */
const HAS_BIT = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255,
  0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255,
  0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255,
], 16)

/** Makes the tables of one power. */
function tabulate(power: v128, at: usize): void {
  const reversed = lookup(power, v128.load(REVERSE))
  let low = i64x2.extract_lane(reversed, 0)
  let high = i64x2.extract_lane(reversed, 1)
  for (let basis = BASIS; basis < BASIS + 64; basis += 16) {
    store<u64>(basis, low, 0)
    store<u64>(basis, high, 8)
    // Times z: to the next lower bit, and z^128 is 1 + z + z^2 + z^7.
    const carry = (0 - (low & 1)) & 0xe100000000000000
    low = (low >>> 1) | (high << 63)
    high = (high >>> 1) ^ carry
  }
  const bit3 = v128.load(HAS_BIT, 0)
  const bit2 = v128.load(HAS_BIT, 16)
  const bit1 = v128.load(HAS_BIT, 32)
  const bit0 = v128.load(HAS_BIT, 48)
  for (let byte = BASIS + 15; byte >= BASIS; byte--) {
    const even = xor(and(v128.load8_splat(byte, 0), bit3), and(v128.load8_splat(byte, 16), bit2))
    const odd = xor(and(v128.load8_splat(byte, 32), bit1), and(v128.load8_splat(byte, 48), bit0))
    v128.store(at, xor(even, odd))
    at += 16
  }
}

/** x one byte on, with the last byte of `before` as its first. */
// @ts-ignore: decorator
@inline
function nextByte(before: v128, x: v128): v128 {
  return v128.shuffle<u8>(before, x, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
}

/** x two bytes on, with the last two of `before` as its first. */
// @ts-ignore: decorator
@inline
function nextTwoBytes(before: v128, x: v128): v128 {
  return v128.shuffle<u8>(before, x, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
}

/** z^4 * x within 16 bytes, with what comes in from the bytes `before`. */
// @ts-ignore: decorator
@inline
function nextNibble(before: v128, x: v128): v128 {
  return xor(highNibbles(x), i16x8.shl(lowNibbles(nextByte(before, x)), 4))
}

/** The sums of high and of low nibbles, 32 bytes in two halves each, together and mod the field's polynomial. */
function reduce(high0: v128, high1: v128, low0: v128, low1: v128): v128 {
  const whole0 = xor(high0, nextNibble(i8x16.splat(0), low0))
  const whole1 = xor(high1, nextNibble(low0, low1))
  // whole1 * z^128 = whole1 * (1 + z + z^2 + z^7). What those shifts push out at the end is first
  // put back in at the start of whole1, where it belongs.
  const zero = i64x2.splat(0)
  let x = lookup(whole1, v128.load(REVERSE))
  x = xor(x, v128.shuffle<u64>(zero, pushedOut(x), 0, 2))
  const shifted = xor(xor(i64x2.shr_u(x, 1), i64x2.shr_u(x, 2)), i64x2.shr_u(x, 7))
  x = xor(xor(x, shifted), v128.shuffle<u64>(pushedOut(x), zero, 1, 2))
  return xor(whole0, lookup(x, v128.load(REVERSE)))
}

/** What shifts by 1, 2 and 7 push out of each 64-bit lane, where it comes in at the top of the next. */
// @ts-ignore: decorator
@inline
function pushedOut(x: v128): v128 {
  return xor(xor(i64x2.shl(x, 63), i64x2.shl(x, 62)), i64x2.shl(x, 57))
}

/** x * H. Tables of even and of odd numbers make two sums, which need not wait for each other. */
function multiply(x: v128): v128 {
  const low = lowNibbles(x)
  const high = highNibbles(x)
  const zero = i8x16.splat(0)
  let h0 = zero, h1 = zero, l0 = zero, l1 = zero
  let oddH0 = zero, oddH1 = zero, oddL0 = zero, oddL1 = zero
  for (let at = TABLES + TABLE - 32; at >= TABLES; at -= 32) {
    const even = v128.load(at)
    const odd = v128.load(at, 16)
    h1 = nextTwoBytes(h0, h1)
    l1 = nextTwoBytes(l0, l1)
    oddH1 = nextTwoBytes(oddH0, oddH1)
    oddL1 = nextTwoBytes(oddL0, oddL1)
    h0 = xor(nextTwoBytes(zero, h0), lookup(even, high))
    l0 = xor(nextTwoBytes(zero, l0), lookup(even, low))
    oddH0 = xor(nextTwoBytes(zero, oddH0), lookup(odd, high))
    oddL0 = xor(nextTwoBytes(zero, oddL0), lookup(odd, low))
  }
  return reduce(
    xor(h0, nextByte(zero, oddH0)),
    xor(h1, nextByte(oddH0, oddH1)),
    xor(l0, nextByte(zero, oddL0)),
    xor(l1, nextByte(oddL0, oddL1)),
  )
}

/** (y + x0) * H^4 + x1 * H^3 + x2 * H^2 + x3 * H, of the four blocks x. */
function multiply4(y: v128, x: usize): v128 {
  const x0 = xor(y, v128.load(x, 0))
  const x1 = v128.load(x, 16)
  const x2 = v128.load(x, 32)
  const x3 = v128.load(x, 48)
  const low0 = lowNibbles(x0), high0 = highNibbles(x0)
  const low1 = lowNibbles(x1), high1 = highNibbles(x1)
  const low2 = lowNibbles(x2), high2 = highNibbles(x2)
  const low3 = lowNibbles(x3), high3 = highNibbles(x3)
  const zero = i8x16.splat(0)
  let h0 = zero, h1 = zero, l0 = zero, l1 = zero
  for (let at = TABLES + TABLE - 16; at >= TABLES; at -= 16) {
    h1 = nextByte(h0, h1)
    l1 = nextByte(l0, l1)
    h0 = nextByte(zero, h0)
    l0 = nextByte(zero, l0)
    let table = v128.load(at, 3 * TABLE)
    let h = lookup(table, high0)
    let l = lookup(table, low0)
    table = v128.load(at, 2 * TABLE)
    h = xor(h, lookup(table, high1))
    l = xor(l, lookup(table, low1))
    table = v128.load(at, TABLE)
    h = xor(h, lookup(table, high2))
    l = xor(l, lookup(table, low2))
    table = v128.load(at)
    h0 = xor(h0, xor(h, lookup(table, high3)))
    l0 = xor(l0, xor(l, lookup(table, low3)))
  }
  return reduce(h0, h1, l0, l1)
}

/** GHASH under `h` of whole blocks. */
export function ghash(h: v128, at: usize, blocks: usize): v128 {
  const end = at + 16 * blocks
  let y = i8x16.splat(0)
  tabulate(h, TABLES)
  if (blocks < FEW) {
    for (; at < end; at += 16) y = multiply(xor(y, v128.load(at)))
    return y
  }
  let power = h
  for (let table = TABLES + TABLE; table < TABLES + 4 * TABLE; table += TABLE) {
    tabulate(power = multiply(power), table)
  }
  // Blocks of zeros in front change nothing, and leave a multiple of four.
  const first = (blocks & 3) << 4
  if (first > 0) {
    memory.fill(FIRST, 0, 64 - first)
    memory.copy(FIRST + 64 - first, at, first)
    y = multiply4(y, FIRST)
  }
  for (at += first; at < end; at += 64) y = multiply4(y, at)
  return y
}

export function wipeGhash(): void {
  wipe(TABLES, 4 * TABLE)
  wipe(BASIS, 64)
  wipe(FIRST, 64)
}
