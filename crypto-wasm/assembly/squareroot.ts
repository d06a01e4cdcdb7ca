// Square roots in the field: p = 3 mod 4, so a^((p+1)/4) is a root of a, or of -a when a has none.
import { copy, FE, isZero, mul, sqr, sub } from "./field"
import { wipe } from "./memory"

const X2 = memory.data(FE, 16)
const X3 = memory.data(FE, 16)
const X22 = memory.data(FE, 16)
const X44 = memory.data(FE, 16)
const T = memory.data(FE, 16)
const U = memory.data(FE, 16)

/**
 * r = a root of a, of magnitude 1; returns 1 when there is one, else 0. `r` must not be `a`, whose
 * magnitude is at most 3.
 *
 * (p + 1) / 4 = 2^254 - 2^30 - 244 is in binary 223 ones, a zero, 22 ones, and 00001100. Xn is
 * a^(2^n - 1), n ones.
 */
export function squareRoot(r: usize, a: usize): u32 {
  sqr(X2, a)
  mul(X2, X2, a)
  sqr(X3, X2)
  mul(X3, X3, a)
  append(T, X3, 3, X3) // 6
  append(T, T, 3, X3) // 9
  append(T, T, 2, X2) // 11
  append(X22, T, 11, T)
  append(X44, X22, 22, X22)
  append(T, X44, 44, X44) // 88
  append(U, T, 88, T) // 176
  append(T, U, 44, X44) // 220
  append(T, T, 3, X3) // 223
  append(T, T, 23, X22)
  append(T, T, 6, X2)
  sqr(T, T)
  sqr(r, T)
  sqr(T, r)
  sub(T, T, a)
  return isZero(T)
}

/** r = a^(2^n) * b: the bits of b behind those of a. */
function append(r: usize, a: usize, n: i32, b: usize): void {
  copy(r, a)
  for (let i = 0; i < n; i++) sqr(r, r)
  mul(r, r, b)
}

export function wipeSquareRoot(): void {
  wipe(X2, FE)
  wipe(X3, FE)
  wipe(X22, FE)
  wipe(X44, FE)
  wipe(T, FE)
  wipe(U, FE)
}
