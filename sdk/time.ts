import { WaferError } from "./error.ts"

// The protocol counts nanoseconds in V2 objects and envelopes, milliseconds in V1 objects.
const nsPerMs = 1_000_000n

/** Nanoseconds of a time in milliseconds since 1970. */
export function msToNs(ms: number | bigint): bigint {
  return BigInt(ms) * nsPerMs
}

/** Milliseconds, truncated, of a time in nanoseconds since 1970. */
export function nsToMs(ns: bigint): number {
  return Number(ns / nsPerMs)
}

/** The moment of a time in nanoseconds; what no Date can hold becomes an invalid Date. */
export function nsToDate(ns: bigint): Date {
  return new Date(nsToMs(ns))
}

/** Nanoseconds of a date that a caller gave; before 1970 there is nothing. Throws `invalid-argument`. */
export function dateToNs(date: Date): bigint {
  const ms = date.getTime()
  if (Number.isNaN(ms)) {
    throw new WaferError("invalid-argument", "expected a date, got an invalid one")
  }
  return msToNs(Math.max(0, ms))
}

/** A time by so much earlier; before 1970 there is nothing. */
export function earlier(ns: bigint, byNs: bigint): bigint {
  return ns > byNs ? ns - byNs : 0n
}

// The clocks of those who write may be behind.
const overlapNs = msToNs(60 * 60 * 1000)

/**
 * From when on a topic has to be read again that was read up to `lastNs`. Found in what was read, as the
 * own clock may be ahead; not later than `nowNs`, as the clock of who wrote it may be.
 */
export function unreadFrom(lastNs: bigint, nowNs: bigint): bigint {
  return earlier(lastNs < nowNs ? lastNs : nowNs, overlapNs)
}

/** Tells the time in nanoseconds, each time later than the one before. */
export type Clock = () => bigint

/**
 * A clock of this process. Two messages sent in one millisecond would otherwise carry the same time,
 * and a node orders equal times by their hashes.
 */
export function createClock(now: () => number = Date.now): Clock {
  let last = 0n
  return () => {
    const current = msToNs(now())
    last = current > last ? current : last + 1n
    return last
  }
}

// Some clients look at the clock twice, once for the message and once for its envelope.
const toleranceNs = msToNs(60_000)

/** Whether a message is published at the time it was made, and not again at another. */
export function isAtItsTime(publishedNs: bigint, madeNs: bigint): boolean {
  const apart = publishedNs - madeNs
  return apart <= toleranceNs && -apart <= toleranceNs
}
