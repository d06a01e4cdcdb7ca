// Which part of a set two nodes compare. The lower edge moves by whole hours and lies above what is
// deleted, so nothing that was promised disappears while it is compared.
import type { SetName } from "../store/store.ts"
import { classOf } from "./sets.ts"
import { HOUR_NS } from "./rbsr/audit.ts"

export interface Windows {
  /** The first timestamp that this node promises to hold, of either kind of set. */
  lowNs(set: SetName): bigint
  /** Whether an envelope is older than what is kept. */
  expired(contentTopic: string, timestampNs: bigint): boolean
}

export function createWindows(retentionMs: number, now: () => number): Windows {
  const lowNs = (set: SetName): bigint => {
    if (set === "kept" || retentionMs === 0) return 0n
    const edge = BigInt(Math.max(0, Math.floor(now() - retentionMs))) * 1_000_000n
    return edge - edge % HOUR_NS
  }
  return {
    lowNs,
    expired: (contentTopic, timestampNs) => timestampNs < lowNs(classOf(contentTopic)),
  }
}
