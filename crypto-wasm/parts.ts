// The inner parts of the curve, for the tests of field, scalars and points, and a way into their memory.
import fc from "fast-check"
import assert from "node:assert/strict"
import { compile, instantiate } from "./instance.ts"
import { mod, p } from "./reference/secp256k1.ts"
import { hex } from "./wasm/secp256k1-parts.ts"

export type Address = number

/** The exports of assembly/secp256k1-parts.ts. */
interface Parts {
  readonly memory: WebAssembly.Memory
  heap(): Address
  mul(r: Address, a: Address, b: Address): void
  sqr(r: Address, a: Address): void
  mulLessMul(r: Address, a: Address, b: Address, c: Address, d: Address): void
  mulLessSqr(r: Address, a: Address, b: Address, c: Address): void
  add(r: Address, a: Address, b: Address): void
  sub(r: Address, a: Address, b: Address): void
  subTwice(r: Address, a: Address, b: Address): void
  half(r: Address, a: Address): void
  threeHalves(r: Address, a: Address): void
  carry(r: Address, a: Address): void
  isZero(a: Address): number
  toWords(r: Address, a: Address): void
  fromWords(r: Address, a: Address): void
  invertElement(r: Address, a: Address): void
  invertScalar(r: Address, a: Address): void
  invertScalar_var(r: Address, a: Address): void
  mulScalars(r: Address, a: Address, b: Address): void
  split(k1: Address, k2: Address, k: Address): void
  double(r: Address, a: Address): void
  addDistinct(r: Address, a: Address, b: Address): void
  addComplete(r: Address, a: Address, b: Address): void
  add_var(r: Address, a: Address, b: Address, z: Address): void
  oddMultiples(table: Address, size: number, sharedZ: Address, p: Address): void
  invertAll(a: Address, count: number, stride: number): void
  shiftedMultiples(table: Address, bits: number, span: number, size: number, p: Address): void
  addTerms_var(
    scalar: Address,
    bits: number,
    width: number,
    table: Address,
    span: number,
    marks: number,
  ): void
  termBefore(doublings: number): number
  nextTerm(term: number): number
  entryOf(term: number): Address
  marksOf(term: number): number
  wipeTerms(): void
  startNonces(key: Address, digest: Address): void
  nextNonce(k: Address): void
  refuseNonce(): void
}

export const wasm = instantiate<Parts>(compile(hex))
export const limbs = new Int32Array(wasm.memory.buffer)
export const start = wasm.heap()
export const [A, B, R] = [start, start + 256, start + 512]
export const [Y, Z, INFINITY, AFFINE] = [48, 96, 144, 96]

// The rules of assembly/field.ts.
export const LIMB = 2 ** 28 + 2 ** 21
export const TOP = 2 ** 24

/** Limb lists of a magnitude: each limb extreme, one away from it, or anything between. */
export function element(magnitude: number): fc.Arbitrary<number[]> {
  const limb = (most: number): fc.Arbitrary<number> =>
    fc.oneof(
      fc.constantFrom(most, -most, most - 1, 1 - most, most / 2, -most / 2, 0, 1, -1),
      fc.integer({ min: -most, max: most }),
    )
  return fc.tuple(...Array.from({ length: 9 }, (_, k) => limb(magnitude * (k < 8 ? LIMB : TOP))))
}

export const put = (at: Address, element: readonly number[]): void => limbs.set(element, at / 4)
export const get = (at: Address): number[] => Array.from(limbs.subarray(at / 4, at / 4 + 9))
export const sum = (element: readonly number[]): bigint =>
  element.reduceRight((value, limb) => (value << 29n) + BigInt(limb), 0n)
export const value = (element: readonly number[]): bigint => mod(sum(element), p)

export function putWords(at: Address, integer: bigint): void {
  for (let i = 0n; i < 8n; i++) {
    limbs[at / 4 + Number(i)] = Number(BigInt.asIntN(32, integer >> (32n * i)))
  }
}
export const getWords = (at: Address): bigint =>
  Array.from(limbs.subarray(at / 4, at / 4 + 8))
    .reduceRight((integer, word) => (integer << 32n) + BigInt(word >>> 0), 0n)

export function assertMagnitude(at: Address, magnitude: number): void {
  get(at).forEach((limb, k) => {
    assert.ok(Math.abs(limb) <= magnitude * (k < 8 ? LIMB : TOP), `limb ${k} is ${limb}`)
  })
}

/** Writes an integer as an element of magnitude 1. */
export function putElement(at: Address, integer: bigint): void {
  putWords(R + 256, mod(integer, p))
  wasm.fromWords(at, R + 256)
}
