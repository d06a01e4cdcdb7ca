/** How fast something may flow, and how much at once. */
export interface Flow {
  readonly perSecond: number
  readonly burst: number
}

/** The same flow, so many times as fast. */
export function times({ perSecond, burst }: Flow, factor: number): Flow {
  return { perSecond: perSecond * factor, burst: burst * factor }
}

/** A token bucket per name. Full ones are forgotten. */
export interface Buckets {
  /** Takes `cost` from the bucket of `name`, all or nothing. */
  take(name: string, cost: number): boolean
  /** Takes `cost` even when that leaves a debt; returns the milliseconds until it is paid. */
  borrow(name: string, cost: number): number
}

const MAX_BUCKETS = 10_000

export function createBuckets({ perSecond, burst }: Flow, now: () => number): Buckets {
  const buckets = new Map<string, { tokens: number; at: number }>()

  function refill(name: string): { tokens: number; at: number } {
    const at = now()
    let bucket = buckets.get(name)
    if (bucket === undefined) {
      if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value!)
      buckets.set(name, bucket = { tokens: burst, at })
    }
    const gained = Math.max(0, at - bucket.at) / 1000 * perSecond
    bucket.tokens = Math.min(burst, bucket.tokens + gained)
    bucket.at = at
    return bucket
  }

  return {
    take(name, cost) {
      const bucket = refill(name)
      if (cost > bucket.tokens) return false
      bucket.tokens -= cost
      return true
    },
    borrow(name, cost) {
      const bucket = refill(name)
      bucket.tokens -= cost
      return Math.max(0, -bucket.tokens / perSecond * 1000)
    },
  }
}

/** Waits until a debt is paid. */
export async function paid(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
}
