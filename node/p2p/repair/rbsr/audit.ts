// Sums of ids can be made equal on purpose, at the cost of some 2^31 hashes. A digest over the keys
// of each hour cannot: two nodes compare these once a day.
import { sha256 } from "@noble/hashes/sha2.js"
import type { Items } from "./index.ts"
import { window } from "./index.ts"

export const HOUR_NS = 3_600_000_000_000n

/** How long to hash before others get their turn: an audit may go over millions of keys. */
const SLICE_MS = 5

/** The digests of `hours` hours from `fromHour` (counted from 1970) on, 32 bytes each. */
export async function hourDigests(
  items: Items,
  fromHour: bigint,
  hours: number,
): Promise<Uint8Array> {
  const digests = new Uint8Array(32 * hours)
  let began = performance.now()
  for (let i = 0; i < hours; i++) {
    if (performance.now() - began > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve))
      began = performance.now()
    }
    digests.set(hourDigest(items, fromHour + BigInt(i)), 32 * i)
  }
  return digests
}

/** SHA-256 over the keys of an hour in their order. */
function hourDigest(items: Items, hour: bigint): Uint8Array {
  const inside = window(items, hour * HOUR_NS, (hour + 1n) * HOUR_NS)
  const hash = sha256.create()
  for (const slice of inside.slices(0, inside.size)) hash.update(slice)
  return hash.digest()
}
