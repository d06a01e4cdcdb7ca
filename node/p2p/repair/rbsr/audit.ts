// Sums of ids can be made equal on purpose, at the cost of some 2^31 hashes. A digest over the keys
// of each hour cannot: two nodes compare these once a day.
import { sha256 } from "@noble/hashes/sha2.js"
import type { Items } from "./index.ts"
import { window } from "./index.ts"

export const HOUR_NS = 3_600_000_000_000n

/** SHA-256 over the keys of an hour (counted from 1970) in their order. */
export function hourDigest(items: Items, hour: bigint): Uint8Array {
  const inside = window(items, hour * HOUR_NS, (hour + 1n) * HOUR_NS)
  const hash = sha256.create()
  for (const slice of inside.slices(0, inside.size)) hash.update(slice)
  return hash.digest()
}
