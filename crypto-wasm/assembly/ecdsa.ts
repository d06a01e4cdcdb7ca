// ECDSA over secp256k1 (SEC 1 §4.1), with 32-byte digests and signatures of 64 bytes, r | s.
import { curveEquation, INFINITY, JACOBIAN, AFFINE, toAffine, Y, Z } from "./point"
import {
  FE,
  fromWords,
  isZero as isZeroElement,
  mul as mulElements,
  negate as negateElement,
  sqr,
  sub,
  toWords,
} from "./field"
import {
  add,
  fromBytes,
  invert,
  invert_var,
  isHigh,
  keyFromBytes,
  mul,
  negate,
  negateIf,
  SCALAR,
} from "./scalar"
import { multiplyGenerator } from "./generator"
import { nextNonce, refuseNonce, startNonces } from "./rfc6979"
import { doubleMultiply_var, doubleMultiplyPrepared_var } from "./strauss"
import { squareRoot } from "./squareroot"
import { fromBytes as wordsFromBytes, isZero, less, plus, toBytes } from "./words"
import { wipe } from "./memory"

/** n and p - n in words. */
const N = memory.data<u32>([
  0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
], 16)
const P_MINUS_N = memory.data<u32>([0x2fc9baee, 0x402da172, 0x50b75fc4, 0x45512319, 1, 0, 0, 0], 16)

const KEY = memory.data(SCALAR, 16)
const DIGEST = memory.data(SCALAR, 16)
const DIGEST_BYTES = memory.data(SCALAR, 16)
const NONCE = memory.data(SCALAR, 16)
const R = memory.data(SCALAR, 16)
const S = memory.data(SCALAR, 16)
const U = memory.data(SCALAR, 16)
const V = memory.data(SCALAR, 16)
const POINT = memory.data(JACOBIAN, 16)
const AFFINE_POINT = memory.data(AFFINE, 16)
const X = memory.data(FE, 16)
const T = memory.data(FE, 16)

/**
 * Writes the signature with the low s and the nonce of RFC 6979; returns the recovery id, 0..3, or
 * -1 when `key` is no secret key. Constant time but for that, and for what the signature itself
 * tells.
 */
export function sign(signature: usize, digest: usize, key: usize): i32 {
  if (!keyFromBytes(KEY, key)) return -1
  fromBytes(DIGEST, digest)
  toBytes(DIGEST_BYTES, DIGEST)
  startNonces(key, DIGEST_BYTES)
  for (;;) {
    nextNonce(NONCE)
    multiplyGenerator(POINT, NONCE)
    toAffine(AFFINE_POINT, POINT)
    toWords(U, AFFINE_POINT + Y)
    let recovery: i32 = load<u32>(U) & 1
    toWords(U, AFFINE_POINT)
    toBytes(signature, U)
    recovery |= (fromBytes(R, signature) ^ 1) << 1
    // s = (digest + r * key) / nonce
    mul(S, R, KEY)
    add(S, S, DIGEST)
    invert(NONCE, NONCE)
    mul(S, S, NONCE)
    if (isZero(R) | isZero(S)) {
      refuseNonce()
      continue
    }
    const high = isHigh(S)
    negateIf(S, S, 0 - high)
    toBytes(signature, R)
    toBytes(signature + 32, S)
    return recovery ^ high
  }
}

/**
 * 1 when the signature holds and its s is low, else 0. `publicKey` is an affine point of the curve.
 */
export function verify_var(signature: usize, digest: usize, publicKey: usize): u32 {
  if (!factors_var(signature, digest)) return 0
  doubleMultiply_var(POINT, U, V, publicKey)
  return isPointOfR_var()
}

/** The same of a public key that was prepared. */
export function verifyPrepared_var(signature: usize, digest: usize, prepared: usize): u32 {
  if (!factors_var(signature, digest)) return 0
  doubleMultiplyPrepared_var(POINT, U, V, prepared)
  return isPointOfR_var()
}

/** U = digest / s and V = r / s; 0 when r or s cannot be. */
function factors_var(signature: usize, digest: usize): u32 {
  if (!keyFromBytes(R, signature) || !keyFromBytes(S, signature + 32) || isHigh(S)) return 0
  fromBytes(DIGEST, digest)
  invert_var(S, S)
  mul(U, DIGEST, S)
  mul(V, R, S)
  return 1
}

/** Whether x mod n = R, where x = X / Z^2 is R or R + n: compared without the division. */
function isPointOfR_var(): u32 {
  if (load<i32>(POINT, INFINITY)) return 0
  sqr(T, POINT + Z)
  if (hasX_var(R)) return 1
  if (!less(R, P_MINUS_N)) return 0
  plus(U, R, N)
  return hasX_var(U) as u32
}

/** Whether POINT, the square of whose Z is in T, has this x. */
function hasX_var(x: usize): bool {
  fromWords(X, x)
  mulElements(X, X, T)
  sub(X, X, POINT)
  return isZeroElement(X) != 0
}

/**
 * Writes the affine point whose signature of the digest this is, and returns 1, or 0 when there is
 * none. The recovery id tells the parity of y (1) and whether x was above n (2) at the point that
 * made r.
 */
export function recover_var(publicKey: usize, signature: usize, recovery: i32, digest: usize): u32 {
  if (!keyFromBytes(R, signature) || !keyFromBytes(S, signature + 32)) return 0
  wordsFromBytes(U, signature)
  if (recovery & 2) {
    if (!less(R, P_MINUS_N)) return 0
    plus(U, U, N)
  }
  fromWords(AFFINE_POINT, U)
  curveEquation(T, AFFINE_POINT)
  if (!squareRoot(AFFINE_POINT + Y, T)) return 0
  toWords(U, AFFINE_POINT + Y)
  if ((load<u32>(U) & 1) != (recovery & 1)) negateElement(AFFINE_POINT + Y, AFFINE_POINT + Y)
  // Q = (s * R - digest * G) / r
  fromBytes(DIGEST, digest)
  invert_var(R, R)
  mul(U, DIGEST, R)
  negate(U, U)
  mul(V, S, R)
  doubleMultiply_var(POINT, U, V, AFFINE_POINT)
  if (load<i32>(POINT, INFINITY)) return 0
  toAffine(publicKey, POINT)
  return 1
}

export function wipeEcdsa(): void {
  wipe(KEY, SCALAR)
  wipe(DIGEST, SCALAR)
  wipe(DIGEST_BYTES, SCALAR)
  wipe(NONCE, SCALAR)
  wipe(R, SCALAR)
  wipe(S, SCALAR)
  wipe(U, SCALAR)
  wipe(V, SCALAR)
  wipe(POINT, JACOBIAN)
  wipe(AFFINE_POINT, AFFINE)
  wipe(X, FE)
  wipe(T, FE)
}
