/** How fast a bucket fills. */
export interface Rate {
  readonly burst: number
  readonly perMinute: number
  /** How much faster and larger it is for clients with priority. */
  readonly priorityFactor: number
}

export type RateClass = "read" | "publish"
export type Rates = Readonly<Record<RateClass, Rate>>

export const defaultRates: Rates = {
  read: { burst: 10_000, perMinute: 2000, priorityFactor: 5 },
  publish: { burst: 1000, perMinute: 200, priorityFactor: 25 },
}

/** What reading so many topics costs: each is looked up. */
export function topicCost(topics: number): number {
  return Math.max(1, Math.ceil(topics / 100))
}

/** What is left after a request, or how long to wait. */
export interface Verdict {
  readonly allowed: boolean
  readonly remaining: number
  readonly burst: number
  /** Until the bucket is full again. */
  readonly resetSeconds: number
  /** Until this request would pass; 0 when it has. */
  readonly retryAfterSeconds: number
  readonly windowSeconds: number
  /** The bucket as V1 names it in its error. */
  readonly bucket: string
}

export interface Limiter {
  /** Takes `cost` tokens from the client's bucket, all or none; a negative cost gives back. */
  take(client: string, kind: RateClass, cost: number, priority: boolean): Verdict
}

const names: Record<RateClass, string> = { read: "DEF", publish: "PUB" }

/**
 * A true token bucket per client and class: it fills continuously, however often it is asked.
 * Buckets that have filled up again are forgotten, so memory follows the clients of the last
 * minutes only; when there are too many, those that were used longest ago.
 */
export function createLimiter(rates: Rates, now: () => number, maxBuckets = 100_000): Limiter {
  const buckets = new Map<string, { tokens: number; at: number; rate: Rate; factor: number }>()

  /** Makes room for many newcomers at once, so that few of them have to wait for it. */
  function forget(): void {
    const at = now()
    for (const [name, bucket] of buckets) {
      if (filled(bucket, at) >= bucket.rate.burst * bucket.factor) buckets.delete(name)
    }
    // Under an attack from many addresses none is full: those go that asked the longest time ago.
    const room = Math.floor(maxBuckets * 0.9)
    for (const name of buckets.keys()) {
      if (buckets.size <= room) break
      buckets.delete(name)
    }
  }

  return {
    take(client, kind, cost, priority) {
      const rate = rates[kind]
      const factor = priority ? rate.priorityFactor : 1
      const name = `${priority ? "P" : "R"}${client}${names[kind]}`
      const burst = rate.burst * factor
      const perSecond = rate.perMinute * factor / 60
      let bucket = buckets.get(name)
      if (!bucket) {
        if (buckets.size >= maxBuckets) forget()
        bucket = { tokens: burst, at: now(), rate, factor }
      }
      // The last to ask stands last.
      buckets.delete(name)
      buckets.set(name, bucket)
      bucket.tokens = filled(bucket, now())
      bucket.at = now()
      const allowed = cost <= bucket.tokens
      if (allowed) bucket.tokens -= cost
      return {
        allowed,
        remaining: Math.floor(bucket.tokens),
        burst,
        resetSeconds: Math.ceil((burst - bucket.tokens) / perSecond),
        retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((cost - bucket.tokens) / perSecond)),
        windowSeconds: Math.ceil(burst / perSecond),
        bucket: name,
      }
    },
  }
}

function filled(
  { tokens, at, rate, factor }: { tokens: number; at: number; rate: Rate; factor: number },
  now: number,
): number {
  const perMs = rate.perMinute * factor / 60_000
  return Math.min(rate.burst * factor, tokens + Math.max(0, now - at) * perMs)
}
