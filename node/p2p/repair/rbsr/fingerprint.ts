// The fingerprint of a range (negentropy V1): ids added as 256-bit little-endian integers mod 2^256,
// then the first 16 bytes of SHA-256(sum ‖ varint(count)). A sum can be updated by one addition and
// a range is the difference of two sums, which is what makes the index fast.
import { sha256 } from "@noble/hashes/sha2.js"
import { ID_LENGTH } from "./key.ts"
import { encodeVarint } from "./varint.ts"

export const FINGERPRINT_LENGTH = 16
/** 32-bit limbs of a sum. */
export const LIMBS = 8

/** Eight 32-bit limbs, least significant first. */
export type Sum = Uint32Array

export function zeroSum(): Sum {
  return new Uint32Array(LIMBS)
}

/** sum += the id at `offset`. */
export function addId(sum: Sum, view: DataView, offset: number): void {
  let carry = 0
  for (let i = 0; i < LIMBS; i++) {
    // At most 2^32-1 + 2^32-1 + 1: exact in a double.
    const limb = sum[i]! + view.getUint32(offset + 4 * i, true) + carry
    sum[i] = limb
    carry = limb > 0xffff_ffff ? 1 : 0
  }
}

/** sum -= the id at `offset`. */
export function subtractId(sum: Sum, view: DataView, offset: number): void {
  let borrow = 0
  for (let i = 0; i < LIMBS; i++) {
    const limb = sum[i]! - view.getUint32(offset + 4 * i, true) - borrow
    sum[i] = limb
    borrow = limb < 0 ? 1 : 0
  }
}

/** The sum at `at` in `sums` += other. */
export function addSum(sums: Uint32Array, other: Sum, at = 0): void {
  let carry = 0
  for (let i = 0; i < LIMBS; i++) {
    const limb = sums[at + i]! + other[i]! + carry
    sums[at + i] = limb
    carry = limb > 0xffff_ffff ? 1 : 0
  }
}

/** sum -= other. */
export function subtractSum(sum: Sum, other: Sum): void {
  let borrow = 0
  for (let i = 0; i < LIMBS; i++) {
    const limb = sum[i]! - other[i]! - borrow
    sum[i] = limb
    borrow = limb < 0 ? 1 : 0
  }
}

/** The 16-byte fingerprint of `count` ids whose sum is `sum`. */
export function fingerprintOf(sum: Sum, count: number): Uint8Array {
  const varint = encodeVarint(count)
  const preimage = new Uint8Array(ID_LENGTH + varint.length)
  const view = new DataView(preimage.buffer)
  for (let i = 0; i < LIMBS; i++) view.setUint32(4 * i, sum[i]!, true)
  preimage.set(varint, ID_LENGTH)
  return sha256(preimage).slice(0, FINGERPRINT_LENGTH)
}
