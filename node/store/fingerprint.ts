import { sha256 } from "@wafer/crypto"

/**
 * What a set of envelopes adds up to: the sum of their storage ids as little-endian integers modulo
 * 2^256. Two nodes with equal digests hold the same envelopes, unless someone chose the ids to collide.
 */
export interface Fingerprint {
  readonly count: bigint
  readonly sum: Uint8Array
}

export const emptyFingerprint: Fingerprint = { count: 0n, sum: new Uint8Array(32) }

export function withId(fingerprint: Fingerprint, id: Uint8Array): Fingerprint {
  const sum = new Uint8Array(32)
  for (let i = 0, carry = 0; i < 32; i++) {
    carry += fingerprint.sum[i]! + id[i]!
    sum[i] = carry
    carry >>= 8
  }
  return { count: fingerprint.count + 1n, sum }
}

export function withoutId(fingerprint: Fingerprint, id: Uint8Array): Fingerprint {
  const sum = new Uint8Array(32)
  for (let i = 0, borrow = 0; i < 32; i++) {
    borrow += fingerprint.sum[i]! - id[i]!
    sum[i] = borrow
    borrow >>= 8
  }
  return { count: fingerprint.count - 1n, sum }
}

/** Negentropy V1's short form, 16 bytes: SHA-256 of sum ‖ varint(count), cut. */
export function fingerprintDigest({ count, sum }: Fingerprint): Uint8Array {
  const length = varint(count)
  const data = new Uint8Array(32 + length.length)
  data.set(sum)
  data.set(length, 32)
  return sha256(data).slice(0, 16)
}

/** Negentropy's varint: base 128, the most significant group first. */
function varint(value: bigint): number[] {
  const groups = [Number(value & 127n)]
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 127n) | 128)
  return groups
}
