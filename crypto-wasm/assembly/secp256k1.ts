// What the secp256k1 module exports. Arguments are addresses from `heap` on; each call leaves
// nothing behind but the tables of multiples of G, and its result.
import * as ecdsa from "./ecdsa"
import { multiply, wipeEcdh } from "./ecdh"
import { wipeEndomorphism } from "./endomorphism"
import { wipeField } from "./field"
import { multiplyGenerator, wipeGenerator } from "./generator"
import { wipeHmac } from "./hmac"
import { wipeInverse } from "./inverse"
import { wipeInverses } from "./inverses"
import { wipe } from "./memory"
import { wipeMultiples } from "./multiples"
import { wipePairMultiples } from "./pair-multiples"
import { wipePairPoint } from "./pair-point"
import { AFFINE, fromUncompressed, JACOBIAN, toAffine, toUncompressed, wipePoint } from "./point"
import { wipeProduct } from "./product"
import { wipeRfc6979 } from "./rfc6979"
import { keyFromBytes, SCALAR, wipeScalar } from "./scalar"
import { wipeSha256 } from "./sha256"
import { wipeShifted } from "./shifted"
import { wipeSquareRoot } from "./squareroot"
import * as strauss from "./strauss"
import { wipeTerms } from "./terms"

export { heap } from "./memory"

const KEY = memory.data(SCALAR, 16)
const PEER = memory.data(AFFINE, 16)
const PRODUCT = memory.data(JACOBIAN, 16)

/** What a call came to. */
const DONE = 0
const BAD_SECRET_KEY = 1
const BAD_PUBLIC_KEY = 2
const BAD_SIGNATURE = 3

/** Writes the 65 bytes of the public key. */
export function getPublicKey(publicKey: usize, key: usize): i32 {
  const status = publicKeyOf(publicKey, key)
  wipeAll()
  return status
}

function publicKeyOf(publicKey: usize, key: usize): i32 {
  if (!keyFromBytes(KEY, key)) return BAD_SECRET_KEY
  multiplyGenerator(PRODUCT, KEY)
  toAffine(PEER, PRODUCT)
  toUncompressed(publicKey, PEER)
  return DONE
}

/** Writes the 65 bytes of key * publicKey. */
export function sharedPoint(shared: usize, key: usize, publicKey: usize): i32 {
  const status = productOf(shared, key, publicKey)
  wipeAll()
  return status
}

function productOf(shared: usize, key: usize, publicKey: usize): i32 {
  if (!keyFromBytes(KEY, key)) return BAD_SECRET_KEY
  if (!fromUncompressed(PEER, publicKey)) return BAD_PUBLIC_KEY
  multiply(PRODUCT, KEY, PEER)
  toAffine(PEER, PRODUCT)
  toUncompressed(shared, PEER)
  return DONE
}

/** Writes the 64 bytes of the signature; returns the recovery id, or -1 for a bad secret key. */
export function sign(signature: usize, digest: usize, key: usize): i32 {
  const recovery = ecdsa.sign(signature, digest, key)
  wipeAll()
  return recovery
}

export function verify(signature: usize, digest: usize, publicKey: usize): i32 {
  const status = !fromUncompressed(PEER, publicKey)
    ? BAD_PUBLIC_KEY
    : ecdsa.verify_var(signature, digest, PEER)
    ? DONE
    : BAD_SIGNATURE
  wipeAll()
  return status
}

/** How many bytes `prepare` writes. */
export function preparedBytes(): i32 {
  return strauss.PREPARED
}

/** Writes what `verifyPrepared` takes in the place of a public key, at a multiple of 16. */
export function prepare(prepared: usize, publicKey: usize): i32 {
  let status = BAD_PUBLIC_KEY
  if (fromUncompressed(PEER, publicKey)) {
    strauss.prepare(prepared, PEER)
    status = DONE
  }
  wipeAll()
  return status
}

export function verifyPrepared(signature: usize, digest: usize, prepared: usize): i32 {
  const status = ecdsa.verifyPrepared_var(signature, digest, prepared) ? DONE : BAD_SIGNATURE
  wipeAll()
  return status
}

/** Writes the 65 bytes of the public key that signed. */
export function recover(publicKey: usize, signature: usize, recovery: i32, digest: usize): i32 {
  let status = BAD_SIGNATURE
  if (ecdsa.recover_var(PEER, signature, recovery, digest)) {
    toUncompressed(publicKey, PEER)
    status = DONE
  }
  wipeAll()
  return status
}

/** 1 for the 32 bytes of a number in [1, n), else 0. */
export function isSecretKey(key: usize): i32 {
  const valid = keyFromBytes(KEY, key)
  wipeAll()
  return valid
}

/** 1 for the 65 uncompressed bytes of a point of the curve, else 0. */
export function isPublicKey(publicKey: usize): i32 {
  const valid = fromUncompressed(PEER, publicKey)
  wipeAll()
  return valid
}

function wipeAll(): void {
  ecdsa.wipeEcdsa()
  wipeEcdh()
  wipeEndomorphism()
  wipeField()
  wipeGenerator()
  wipeHmac()
  wipeInverse()
  wipeInverses()
  wipeMultiples()
  if (ASC_FEATURE_RELAXED_SIMD) {
    wipePairMultiples()
    wipePairPoint()
  }
  wipePoint()
  wipeProduct()
  wipeRfc6979()
  wipeScalar()
  wipeSha256()
  wipeShifted()
  wipeSquareRoot()
  strauss.wipeStrauss()
  wipeTerms()
  wipe(KEY, SCALAR)
  wipe(PEER, AFFINE)
  wipe(PRODUCT, JACOBIAN)
}
