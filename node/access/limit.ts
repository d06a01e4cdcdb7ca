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

/** A client whose last request was too much, and still would be. */
export interface Waiting {
  readonly client: string
  readonly kind: RateClass
  /** How many requests in a row were turned away. */
  readonly refused: number
  /** Until the last of them would pass. */
  readonly freeInSeconds: number
}

export interface Limiter {
  /** Takes `cost` tokens from the client's bucket, all or none; a negative cost gives back. */
  take(client: string, kind: RateClass, cost: number, priority: boolean): Verdict
  /** Who is over its limit now, the most refused first. */
  waiting(): Waiting[]
}

interface Bucket {
  readonly client: string
  readonly kind: RateClass
  readonly rate: Rate
  readonly factor: number
  tokens: number
  at: number
  /** What it lacked the tokens for. */
  wanted: number
  refused: number
}

const names: Record<RateClass, string> = { read: "DEF", publish: "PUB" }

/**
 * A true token bucket per client and class: it fills continuously, however often it is asked.
 * Buckets that have filled up again are forgotten, so memory follows the clients of the last
 * minutes only; when there are too many, those that were used longest ago.
 */
export function createLimiter(rates: Rates, now: () => number, maxBuckets = 100_000): Limiter {
  const buckets = new Map<string, Bucket>()
  const empty = new Set<Bucket>()

  /** Makes room for many newcomers at once, so that few of them have to wait for it. */
  function forget(): void {
    const at = now()
    for (const [name, bucket] of buckets) {
      if (filled(bucket, at) >= bucket.rate.burst * bucket.factor) drop(name, bucket)
    }
    // Under an attack from many addresses none is full: those go that asked the longest time ago.
    const room = Math.floor(maxBuckets * 0.9)
    for (const [name, bucket] of buckets) {
      if (buckets.size <= room) break
      drop(name, bucket)
    }
  }

  function settle(bucket: Bucket): void {
    empty.delete(bucket)
    bucket.wanted = bucket.refused = 0
  }

  function drop(name: string, bucket: Bucket): void {
    buckets.delete(name)
    empty.delete(bucket)
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
        bucket = { client, kind, rate, factor, tokens: burst, at: now(), wanted: 0, refused: 0 }
      }
      // The last to ask stands last.
      buckets.delete(name)
      buckets.set(name, bucket)
      bucket.tokens = filled(bucket, now())
      bucket.at = now()
      const allowed = cost <= bucket.tokens
      if (allowed) {
        bucket.tokens -= cost
        if (cost >= bucket.wanted) settle(bucket)
      } else {
        bucket.wanted = cost
        bucket.refused++
        empty.add(bucket)
      }
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

    waiting() {
      const found: Waiting[] = []
      for (const bucket of empty) {
        const { client, kind, rate, factor, wanted, refused } = bucket
        const lacking = wanted - filled(bucket, now())
        const freeInSeconds = Math.ceil(lacking / (rate.perMinute * factor / 60))
        if (lacking > 0) found.push({ client, kind, refused, freeInSeconds })
        else settle(bucket)
      }
      return found.sort((a, b) => b.refused - a.refused)
    },
  }
}

function filled({ tokens, at, rate, factor }: Bucket, now: number): number {
  const perMs = rate.perMinute * factor / 60_000
  return Math.min(rate.burst * factor, tokens + Math.max(0, now - at) * perMs)
}
