// SubBytes by lookups in registers, after Mike Hamburg, "Accelerating AES with Vector Permute Instructions"
// (CHES 2009, §4): no secret is ever an address, and sixteen bytes take as long as one.
//
// In a basis of his choice a byte is two nibbles i and k, elements of GF(2^4), and inverses in GF(2^8) come down to
// inverses of nibbles, which are lookups in a table of sixteen: with j = i + k,
//
//   io = j + 1 / (1/i + a/k)      jo = i + 1 / (1/j + a/k)
//
// Each S-box wanted is then linear in what io and jo stand for: two more lookups and a sum. 1/0 is written as
// 0x80, and a lookup at 0x80 or more gives 0, which makes all cases of zero come out right.
import { highNibbles, lookup, lowNibbles, xor } from "./vector"

/** To Hamburg's basis, by the low nibble and the high nibble of a byte. */
const FROM_LOW = memory.data<u8>([
  0x00, 0x70, 0x2a, 0x5a, 0x98, 0xe8, 0xb2, 0xc2, 0x08, 0x78, 0x22, 0x52, 0x90, 0xe0, 0xba, 0xca,
], 16)
const FROM_HIGH = memory.data<u8>([
  0x00, 0x4d, 0x7c, 0x31, 0x7d, 0x30, 0x01, 0x4c, 0x81, 0xcc, 0xfd, 0xb0, 0xfc, 0xb1, 0x80, 0xcd,
], 16)
/** 1/n and a/n. */
const ONE_OVER = memory.data<u8>([
  0x80, 0x01, 0x08, 0x0d, 0x0f, 0x06, 0x05, 0x0e, 0x02, 0x0c, 0x0b, 0x0a, 0x09, 0x03, 0x07, 0x04,
], 16)
const A_OVER = memory.data<u8>([
  0x80, 0x07, 0x0b, 0x0f, 0x06, 0x0a, 0x04, 0x01, 0x09, 0x08, 0x05, 0x02, 0x0c, 0x0e, 0x0d, 0x03,
], 16)
/** The S-box without its constant, in the usual basis: what io and what jo give to it. */
const SBOX_IO = memory.data<u8>([
  0x00, 0xc7, 0xbd, 0x6f, 0x17, 0x6d, 0xd2, 0xd0, 0x78, 0xa8, 0x02, 0xc5, 0x7a, 0xbf, 0xaa, 0x15,
], 16)
const SBOX_JO = memory.data<u8>([
  0x00, 0x6a, 0xbb, 0x5f, 0xa5, 0x74, 0xe4, 0xcf, 0xfa, 0x35, 0x2b, 0x41, 0xd1, 0x90, 0x1e, 0x8e,
], 16)
/** The same in Hamburg's basis, and twice the same: what MixColumns takes. */
const OWN_SBOX_IO = memory.data<u8>([
  0x00, 0x3e, 0x50, 0xcb, 0x8f, 0xe1, 0x9b, 0xb1, 0x44, 0xf5, 0x2a, 0x14, 0x6e, 0x7a, 0xdf, 0xa5,
], 16)
const OWN_SBOX_JO = memory.data<u8>([
  0x00, 0x23, 0xe2, 0xfa, 0x15, 0xd4, 0x18, 0x36, 0xef, 0xd9, 0x2e, 0x0d, 0xc1, 0xcc, 0xf7, 0x3b,
], 16)
const TWICE_SBOX_IO = memory.data<u8>([
  0x00, 0x24, 0x71, 0x0b, 0xc6, 0x93, 0x7a, 0xe2, 0xcd, 0x2f, 0x98, 0xbc, 0x55, 0xe9, 0xb7, 0x5e,
], 16)
const TWICE_SBOX_JO = memory.data<u8>([
  0x00, 0x29, 0xe1, 0x0a, 0x40, 0x88, 0xeb, 0x69, 0x4a, 0x23, 0x82, 0xab, 0xc8, 0x63, 0xa1, 0xc2,
], 16)

/** What the last round adds to its key for the constant that `subBytes` leaves out (FIPS 197 §5.1.1). */
export const SBOX_CONSTANT: i8 = 0x63
/** What the other rounds add to theirs: 0x63 in Hamburg's basis. MixColumns leaves it as it is. */
export const OWN_SBOX_CONSTANT: i8 = 0x5b

/** Bytes in Hamburg's basis. */
// @ts-ignore: decorator
@inline
export function toOwnBasis(x: v128): v128 {
  const low = lookup(v128.load(FROM_LOW), lowNibbles(x))
  return xor(low, lookup(v128.load(FROM_HIGH), highNibbles(x)))
}

/** The S-box of bytes in Hamburg's basis, without its constant, in the usual basis. */
// @ts-ignore: decorator
@inline
export function subBytes(x: v128): v128 {
  const oneOver = v128.load(ONE_OVER)
  const i = highNibbles(x)
  const k = lowNibbles(x)
  const j = xor(i, k)
  const ak = lookup(v128.load(A_OVER), k)
  const io = xor(j, lookup(oneOver, xor(lookup(oneOver, i), ak)))
  const jo = xor(i, lookup(oneOver, xor(lookup(oneOver, j), ak)))
  return xor(lookup(v128.load(SBOX_IO), io), lookup(v128.load(SBOX_JO), jo))
}

/**
 * SubBytes and MixColumns (FIPS 197 §5.1.1, §5.1.3), in and out in Hamburg's basis. `next` and `last` say for each
 * byte where the byte of the next row and that of the last row of its column are.
 */
// @ts-ignore: decorator
@inline
export function subBytesAndMixColumns(x: v128, next: v128, last: v128): v128 {
  const oneOver = v128.load(ONE_OVER)
  const i = highNibbles(x)
  const k = lowNibbles(x)
  const j = xor(i, k)
  const ak = lookup(v128.load(A_OVER), k)
  const io = xor(j, lookup(oneOver, xor(lookup(oneOver, i), ak)))
  const jo = xor(i, lookup(oneOver, xor(lookup(oneOver, j), ak)))
  const own = xor(lookup(v128.load(OWN_SBOX_IO), io), lookup(v128.load(OWN_SBOX_JO), jo))
  const twice = xor(lookup(v128.load(TWICE_SBOX_IO), io), lookup(v128.load(TWICE_SBOX_JO), jo))
  // Of the rows a, b, c, d from here on: 2a + b, and the same one row on is 2b + c.
  const sum = xor(twice, lookup(own, next))
  return xor(xor(sum, lookup(own, last)), lookup(sum, next))
}
