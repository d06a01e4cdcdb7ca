// How long envelopes live. What is not kept for ever has three edges, all whole hours of one clock:
// the youngest stamp that is taken, the oldest that is held and compared, and the arrivals that are
// removed. They stand so far apart that what was removed lies below what is taken, and stays away.
import type { SetName } from "./store.ts"
import { isKept } from "./topic.ts"

/** Why a stamp is not taken. */
export type OutOfWindow = "expired" | "future"

export interface Windows {
  /** The first timestamp that this node promises to hold, of a set. */
  lowNs(set: SetName): bigint
  /** The first timestamp that it does not take yet. */
  highNs(set: SetName): bigint
  /** Why an envelope of this stamp has no place in its set; undefined when it has. */
  fault(contentTopic: string, timestampNs: bigint): OutOfWindow | undefined
  /** What arrived before, in Unix nanoseconds, and may expire, is removed. */
  removalNs(): bigint
}

const HOUR_NS = 3_600_000_000_000n
/** An envelope is stamped below the second full hour after its arrival, and removed three hours behind the oldest stamp that is taken. */
const AHEAD_NS = 2n * HOUR_NS
const GRACE_NS = 2n * HOUR_NS
const NEVER_NS = (1n << 64n) - 1n

/** `retentionMs` 0 takes and keeps everything. */
export function createWindows(retentionMs: number, now: () => number): Windows {
  const fullHour = (ms: number): bigint => {
    const ns = BigInt(Math.max(0, Math.floor(ms))) * 1_000_000n
    return ns - ns % HOUR_NS
  }
  const endless = (set: SetName) => set === "kept" || retentionMs === 0
  const lowNs = (set: SetName) => endless(set) ? 0n : fullHour(now() - retentionMs)
  const highNs = (set: SetName) => endless(set) ? NEVER_NS : fullHour(now()) + AHEAD_NS
  return {
    lowNs,
    highNs,
    fault(contentTopic, timestampNs) {
      const set = isKept(contentTopic) ? "kept" : "expiring"
      if (timestampNs < lowNs(set)) return "expired"
      return timestampNs >= highNs(set) ? "future" : undefined
    },
    removalNs: () => retentionMs === 0 ? 0n : fullHour(now() - retentionMs) - GRACE_NS,
  }
}
