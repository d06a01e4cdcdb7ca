// The inverses of many field elements for the price of one inversion (Montgomery's trick).
import { copy, FE, invert, mul } from "./field"
import { wipe } from "./memory"

/** The most at a time. */
const MOST = 16

const PREFIX = memory.data(MOST * FE, 16)
const REST = memory.data(FE, 16)
const INVERSE = memory.data(FE, 16)

/** Inverts `count` elements, `stride` bytes apart, none of which is zero. */
export function invertAll(a: usize, count: i32, stride: i32): void {
  // PREFIX[i] is the product of all up to the i-th, REST the inverse of that.
  copy(PREFIX, a)
  for (let i = 1; i < count; i++) mul(PREFIX + i * FE, PREFIX + (i - 1) * FE, a + i * stride)
  invert(REST, PREFIX + (count - 1) * FE)
  for (let i = count - 1; i > 0; i--) {
    const at = a + i * stride
    mul(INVERSE, REST, PREFIX + (i - 1) * FE)
    mul(REST, REST, at)
    copy(at, INVERSE)
  }
  copy(a, REST)
}

export function wipeInverses(): void {
  wipe(PREFIX, MOST * FE)
  wipe(REST, FE)
  wipe(INVERSE, FE)
}
