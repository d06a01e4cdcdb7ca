// Points as (X, Y, ZZ, ZZZ), which stands for (X / ZZ, Y / ZZZ) with ZZ^3 = ZZZ^2 ("XYZZ" in the
// Explicit-Formulas Database): two pairs, (X, Y) and (ZZ, ZZZ). An addition has one multiplication
// of pairs less than that of pair-point.ts and meets its operands in the right lanes; a doubling
// has one more. So it is for sums with few doublings.
import { combine, highLow, highs, lowHigh, lows, mul2, PAIR, sqr2 } from "./pair"
import {
  isZero_var,
  MINUS_ONE_NONE,
  MINUS_TWO_NONE,
  NONE,
  NONE_MINUS_ONE,
  ONE_EIGHT,
  ONE_NONE,
  ONE_TWO,
  ONES,
  THREE_FOUR,
  TWO_NONE,
} from "./pair-point"
import { wipe } from "./memory"

/** Where the pair with ZZ is, and the bytes of the two. */
export const ZZ = PAIR
export const XYZZ = 2 * PAIR

const H = memory.data(PAIR, 16)
const S = memory.data(PAIR, 16)
const T = memory.data(PAIR, 16)
const U = memory.data(PAIR, 16)
const V = memory.data(PAIR, 16)
const W = memory.data(PAIR, 16)

const MINUS_ONES = memory.data<f64>([-1, -1], 16)

/** r = the affine point b. */
export function fromAffine2(r: usize, b: usize): void {
  memory.copy(r, b, PAIR)
  memory.fill(r + ZZ, 0, PAIR)
  store<f64>(r + ZZ, 1)
  store<f64>(r + ZZ, 1, 8)
}

/** a = a + b where b is affine and the two differ in x: the caller proves it. Constant time. */
export function addDistinctXyzz(a: usize, b: usize): void {
  chord(a, b)
  addChord(a)
}

/**
 * The same in all cases, by branches on the points: for public data only. Returns true for
 * infinity.
 */
export function addXyzz_var(a: usize, b: usize): bool {
  chord(a, b)
  if (!isZero_var(H, 0)) addChord(a)
  else if (isZero_var(H, 8)) doubleXyzz(a)
  else return true
  return false
}

/** H = (P, R) = (x2 ZZ - X, y2 ZZZ - Y). */
// @ts-ignore: decorator
@inline
function chord(a: usize, b: usize): void {
  mul2(H, b, a + ZZ)
  combine(H, H, ONES, a, MINUS_ONES)
}

/** X' = R^2 - P^3 - 2 X P^2, Y' = R (X P^2 - X') - Y P^3, ZZ' = ZZ P^2, ZZZ' = ZZZ P^3. */
// @ts-ignore: decorator
@inline
function addChord(a: usize): void {
  sqr2(S, H) // P^2, R^2
  lows(T, H, a)
  lows(U, S, S)
  mul2(U, T, U) // P^3, X P^2
  lows(T, S, U)
  mul2(a + ZZ, a + ZZ, T)
  highLow(V, U, U) // X P^2, P^3
  combine(W, U, ONE_NONE, V, TWO_NONE)
  highLow(S, S, S)
  combine(W, S, ONE_NONE, W, MINUS_ONE_NONE) // X'
  combine(V, V, ONES, W, MINUS_ONE_NONE) // X P^2 - X', P^3
  highs(T, H, a)
  mul2(U, T, V) // R (X P^2 - X'), Y P^3
  lows(W, W, U)
  combine(a, W, ONES, U, NONE_MINUS_ONE)
}

/** a = 2a: M = 3 X^2, V = 4 Y^2, S = X V, X' = M^2 - 2 S, Y' = M (S - X') - 8 Y^4, ZZ' = V ZZ, ZZZ' = 2 Y V ZZZ. */
export function doubleXyzz(a: usize): void {
  sqr2(S, a) // X^2, Y^2
  combine(H, S, THREE_FOUR, S, NONE) // M, V
  highs(T, H, H)
  mul2(U, a, T) // S, Y V
  lowHigh(T, H, S)
  sqr2(W, T) // M^2, Y^4
  combine(W, W, ONE_EIGHT, U, MINUS_TWO_NONE) // X', 8 Y^4
  combine(T, U, ONE_TWO, W, MINUS_ONE_NONE) // S - X', 2 Y V
  highs(V, H, T)
  mul2(a + ZZ, a + ZZ, V)
  mul2(T, H, T)
  lows(T, W, T) // X', M (S - X')
  combine(a, T, ONES, W, NONE_MINUS_ONE)
}

export function wipePairXyzz(): void {
  wipe(H, PAIR)
  wipe(S, PAIR)
  wipe(T, PAIR)
  wipe(U, PAIR)
  wipe(V, PAIR)
  wipe(W, PAIR)
}
