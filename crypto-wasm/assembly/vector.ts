// Short names for the vector instructions, so that a formula reads as one. Constants are loaded from
// memory and not written as v128.const, which V8 builds anew, in two or three instructions, at each use.

// @ts-ignore: decorator
@inline
export function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b)
}

// @ts-ignore: decorator
@inline
export function and(a: v128, b: v128): v128 {
  return v128.and(a, b)
}

/**
 * Byte i of the result is byte index[i] of the table, or 0 where index[i] >= 128. Between 16 and 127
 * the relaxed instruction may answer as it likes, so no index may lie there.
 */
// @ts-ignore: decorator
@inline
export function lookup(table: v128, index: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? i8x16.relaxed_swizzle(table, index)
    : i8x16.swizzle(table, index)
}

const NIBBLE = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16)

/** The low four bits of each byte. */
// @ts-ignore: decorator
@inline
export function lowNibbles(x: v128): v128 {
  return and(x, v128.load(NIBBLE))
}

/** The high four bits of each byte. */
// @ts-ignore: decorator
@inline
export function highNibbles(x: v128): v128 {
  return and(i16x8.shr_u(x, 4), v128.load(NIBBLE))
}
