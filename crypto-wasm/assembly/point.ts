// Points of secp256k1, y^2 = x^3 + 7. An affine point is x, y. A Jacobian point (X, Y, Z) stands
// for (X / Z^2, Y / Z^3); a word behind Z is all ones for the point at infinity and zero otherwise.
//
// The numbers behind the formulas are magnitudes (field.ts). What holds between them, and what
// tests/bounds/field-formulas.test.ts checks: affine x and y have magnitude 1; Jacobian X at most
// 3, Y at most 2, Z 1.
import {
  add,
  carry,
  copy,
  FE,
  fromBytes,
  half,
  invert,
  isZero,
  mul,
  mulLessMul,
  mulLessSqr,
  one,
  select,
  sqr,
  sub,
  subTwice,
  threeHalves,
  toBytes,
} from "./field"
import { wipe } from "./memory"

/** Where the coordinates of a point are, and the word that tells infinity. */
export const Y = FE
export const Z = 2 * FE
export const INFINITY = 3 * FE

/** Bytes of an affine and of a Jacobian point. */
export const AFFINE = 2 * FE
export const JACOBIAN = 3 * FE + 16

const A = memory.data(FE, 16)
const B = memory.data(FE, 16)
const T = memory.data(FE, 16)
const L = memory.data(FE, 16)
const U1 = memory.data(FE, 16)
const U2 = memory.data(FE, 16)
const S1 = memory.data(FE, 16)
const S2 = memory.data(FE, 16)
const R = memory.data(FE, 16)
const M = memory.data(FE, 16)
const NEW = memory.data(JACOBIAN, 16)
const ZERO = memory.data<i32>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16)
const SEVEN = memory.data<i32>([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16)

/** Z of the last sum of `addDistinct`, divided by Z of its first operand. */
export const RATIO = memory.data(FE, 16)

/** r = 2a, for any a: the group has no point of order 2. `r` may be `a`. */
export function double(r: usize, a: usize): void {
  sqr(A, a)
  threeHalves(L, A) // 3/2 X^2: 2.5
  sqr(B, a + Y) // Y^2
  mul(T, a, B) // X Y^2
  mul(r + Z, a + Y, a + Z)
  sqr(A, L)
  subTwice(r, A, T) // X' = L^2 - 2T: 3
  sub(T, T, r) // 4
  mulLessSqr(r + Y, L, T, B) // Y' = L (T - X') - Y^4: 1
}

/**
 * r = a + b where a is Jacobian, b affine, neither is infinity and they differ in x: the caller
 * proves it. Constant time. `r` may be `a`.
 */
export function addDistinct(r: usize, a: usize, b: usize): void {
  chord(a, b, a + Z)
  addChord(r, a)
}

/** H to RATIO and R to R: how b and a differ in x and y, once b is brought to `z`. */
function chord(a: usize, b: usize, z: usize): void {
  sqr(A, z)
  mul(U2, b, A)
  mul(S2, b + Y, A)
  mul(S2, S2, z)
  sub(RATIO, U2, a) // 4
  carry(RATIO, RATIO) // H = x Z^2 - X: 1
  sub(R, S2, a + Y) // R = y Z^3 - Y: 3
}

/**
 * The third point of the chord, negated:
 * X' = R^2 - H^3 - 2 X H^2, Y' = R (X H^2 - X') - Y H^3, Z' = Z H.
 */
function addChord(r: usize, a: usize): void {
  sqr(A, RATIO)
  mul(T, a, A) // X H^2
  mul(A, A, RATIO) // H^3
  mul(r + Z, a + Z, RATIO)
  sqr(B, R)
  sub(B, B, A) // 2
  subTwice(B, B, T) // 4
  carry(r, B)
  sub(T, T, r) // 2
  mulLessMul(r + Y, R, T, a + Y, A) // 1
}

/**
 * r = a + b where a is Jacobian and b affine, in all cases and constant time: Brier and Joye,
 * "Weierstraß elliptic curves and side-channel attacks" (2002), with libsecp256k1's way around its
 * one exception.
 *
 * The slope is (x1^2 + x1 x2 + x2^2) / (y1 + y2), which holds for a = b too. Where y1 = -y2 it is
 * 0 / 0, and 2 y1 / (x1 - x2) takes its place, unless a = -b: then Z' = 0.
 */
export function addComplete(r: usize, a: usize, b: usize): void {
  carry(U1, a)
  carry(S1, a + Y)
  sqr(A, a + Z)
  mul(U2, b, A)
  mul(S2, b + Y, A)
  mul(S2, S2, a + Z)
  add(T, U1, U2) // 2
  add(M, S1, S2) // 2
  const vertical: i32 = 0 - isZero(M)
  // R = T^2 - U1 U2, or 2 S1; D = M, or U1 - U2.
  sqr(R, T)
  mul(A, U1, U2)
  sub(R, R, A) // 2
  add(S1, S1, S1) // 2
  sub(U1, U1, U2) // 2
  select(R, S1, R, vertical)
  select(L, U1, M, vertical)
  sqr(A, L) // D^2
  mul(T, T, A) // Q = T D^2
  // M^4 = D^4, or 0 when M is.
  sqr(A, A)
  select(A, ZERO, A, vertical)
  mul(NEW + Z, a + Z, L)
  sqr(B, R)
  sub(NEW, B, T) // X' = R^2 - Q: 2
  subTwice(T, T, NEW) // 5
  mul(T, R, T)
  sub(T, T, A) // 2
  half(NEW + Y, T) // Y' = (R (Q - 2 X') - M^4) / 2: 2
  const wasInfinity = load<i32>(a, INFINITY)
  const infinity: i32 = (0 - isZero(NEW + Z)) & ~wasInfinity
  one(T)
  select(r, b, NEW, wasInfinity)
  select(r + Y, b + Y, NEW + Y, wasInfinity)
  select(r + Z, T, NEW + Z, wasInfinity)
  store<i32>(r, infinity, INFINITY)
}

/**
 * r = a + b where b is affine once both are brought to the Z that `z` points at: a + Z, or the
 * product of a's Z and of another one that b lacks. Branches on the points: for public data only.
 * `r` may be `a`.
 */
export function add_var(r: usize, a: usize, b: usize, z: usize): void {
  chord(a, b, z)
  if (!mayBeZero_var(RATIO) || !isZero(RATIO)) addChord(r, a)
  else if (isZero(R)) double(r, a)
  else store<i32>(r, -1, INFINITY)
}

/** False for nearly all elements of magnitude 1 but zero, which is j * p, |j| <= 2. */
// @ts-ignore: decorator
@inline
function mayBeZero_var(a: usize): bool {
  return ((load<u32>(a) + 2 * 977) & 0x1fffffff) <= 4 * 977
}

/** The Jacobian point of an affine one. */
export function fromAffine(r: usize, a: usize): void {
  copy(r, a)
  copy(r + Y, a + Y)
  one(r + Z)
  store<i32>(r, 0, INFINITY)
}

/** The affine point of a Jacobian one, and (0, 0) for infinity with Z = 0. */
export function toAffine(r: usize, a: usize): void {
  invert(A, a + Z)
  sqr(B, A)
  mul(A, A, B)
  mul(r, a, B)
  mul(r + Y, a + Y, A)
}

/**
 * r = the entry `index` of a table of affine points, or its negative: the mask is all ones or all
 * zeros. Reads the whole table whatever the index.
 */
export function lookup(r: usize, table: usize, size: i32, index: i32, negative: i32): void {
  const wanted = i32x4.splat(index)
  let x0 = i32x4.splat(0)
  let x1 = x0
  let x2 = x0
  let y0 = x0
  let y1 = x0
  let y2 = x0
  for (let i = 0; i < size; i++) {
    const mask = i32x4.eq(i32x4.splat(i), wanted)
    x0 = v128.or(x0, v128.and(v128.load(table), mask))
    x1 = v128.or(x1, v128.and(v128.load(table, 16), mask))
    x2 = v128.or(x2, v128.and(v128.load(table, 32), mask))
    y0 = v128.or(y0, v128.and(v128.load(table, 48), mask))
    y1 = v128.or(y1, v128.and(v128.load(table, 64), mask))
    y2 = v128.or(y2, v128.and(v128.load(table, 80), mask))
    table += AFFINE
  }
  const sign = i32x4.splat(negative)
  v128.store(r, x0)
  v128.store(r, x1, 16)
  v128.store(r, x2, 32)
  v128.store(r, i32x4.sub(v128.xor(y0, sign), sign), 48)
  v128.store(r, i32x4.sub(v128.xor(y1, sign), sign), 64)
  v128.store(r, i32x4.sub(v128.xor(y2, sign), sign), 80)
}

/** r = x^3 + 7, of magnitude 2. */
export function curveEquation(r: usize, x: usize): void {
  sqr(A, x)
  mul(A, A, x)
  add(r, A, SEVEN)
}

/** Reads 04 | x | y (SEC 1 §2.3.4); returns 1 when that is a point of the curve, else 0. */
export function fromUncompressed(r: usize, bytes: usize): u32 {
  const known = (load<u8>(bytes) == 4) as u32
  const inRange = fromBytes(r, bytes + 1) & fromBytes(r + Y, bytes + 33)
  curveEquation(T, r)
  sqr(B, r + Y)
  sub(T, T, B)
  return known & inRange & isZero(T)
}

/** Writes 04 | x | y. */
export function toUncompressed(bytes: usize, a: usize): void {
  store<u8>(bytes, 4)
  toBytes(bytes + 1, a)
  toBytes(bytes + 33, a + Y)
}

export function wipePoint(): void {
  wipe(A, FE)
  wipe(B, FE)
  wipe(T, FE)
  wipe(L, FE)
  wipe(U1, FE)
  wipe(U2, FE)
  wipe(S1, FE)
  wipe(S2, FE)
  wipe(R, FE)
  wipe(M, FE)
  wipe(RATIO, FE)
  wipe(NEW, JACOBIAN)
}
