// What a sum of multiples of points consists of, for public scalars: entries of tables of odd
// multiples (shifted.ts), sorted by the doublings that follow their addition.
import { isHigh, negate, SCALAR } from "./scalar"
import { BLOCK_BITS, ENTRY } from "./shifted"
import { wipe } from "./memory"

// Marks of a term, in the lowest bits of its entry's address.
/** The entry is to be taken negative. */
export const NEGATIVE = 1
/** The entry is to be taken times LAMBDA. */
export const TIMES_LAMBDA = 2
/** The entry is affine on the curve itself, and not where multiples of Q share a Z. */
export const UNSCALED = 4
const MARKS = 15

/** The most doublings; 33 digits of width 8, and 26 of width 5 in each half of another scalar. */
const DOUBLINGS = 128
const TERMS = 33 + 26 + 26

/** For each number of doublings the place of its last term, or 0. */
const LAST = memory.data((DOUBLINGS + 1) * 4, 16)
/** An entry's address with marks, and the place of the term before. */
const LIST = memory.data(TERMS * 8, 16)
let end: usize = LIST
/** The scalar, with zeros above. */
const WIDE = memory.data(SCALAR + 16, 16)

/**
 * Adds the digits of a scalar, non-adjacent ones of this width, that multiply the point of a table.
 * Scalars above n / 2 count as negative, and the rest has at most `bits` bits. The table has a
 * block for every `span` bits, so that a digit is followed by less than `span` doublings.
 */
export function addTerms_var(
  scalar: usize,
  bits: i32,
  width: i32,
  table: usize,
  span: i32,
  marks: i32,
): void {
  memory.copy(WIDE, scalar, SCALAR)
  const negative = isHigh(WIDE)
  if (negative) negate(WIDE, WIDE)
  let carry: u32 = 0
  for (let at = 0; at <= bits; ) {
    const ahead = (load<u64>(WIDE + (at >> 5 << 2)) >> (at & 31)) as u32
    const zeros = ctz<u32>(ahead ^ (0 - carry))
    if (zeros > 0) {
      at += zeros
      continue
    }
    // Zero or odd, at most 2^(width - 1) in size, and two that are not zero are `width` places apart.
    const window = (ahead & ((1 << width) - 1)) + carry
    carry = window >> (width - 1)
    const digit = (window as i32) - ((carry as i32) << width)
    // A digit at `bits`, out of the last carry, has no block of its own: its `span` doublings come.
    const doublings = at - min(at / span, bits / span - 1) * span
    const entry = table + ((at - doublings) / BLOCK_BITS * (1 << (width - 2)) + (abs(digit) >> 1)) * ENTRY
    const sign = (digit >>> 31) ^ negative
    store<u32>(end, (entry as u32) | marks | sign)
    store<u32>(end, load<u32>(LAST + 4 * doublings), 4)
    store<u32>(LAST + 4 * doublings, end as u32)
    end += 8
    at += width
  }
}

/** One of the terms that this many doublings follow, or 0. */
// @ts-ignore: decorator
@inline
export function termBefore(doublings: i32): usize {
  return load<u32>(LAST + 4 * doublings)
}

/** Another one of them, or 0. */
// @ts-ignore: decorator
@inline
export function nextTerm(term: usize): usize {
  return load<u32>(term, 4)
}

// @ts-ignore: decorator
@inline
export function entryOf(term: usize): usize {
  return load<u32>(term) & ~MARKS
}

// @ts-ignore: decorator
@inline
export function marksOf(term: usize): i32 {
  return load<u32>(term) & MARKS
}

export function wipeTerms(): void {
  wipe(LAST, (DOUBLINGS + 1) * 4)
  wipe(LIST, TERMS * 8)
  wipe(WIDE, SCALAR + 16)
  end = LIST
}
