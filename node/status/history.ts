import type { Histogram, Metrics } from "../metrics.ts"
import type { Reason } from "../refusal.ts"

/** The last quarter of an hour in steps of ten seconds, oldest first; undefined where nothing happened. */
export interface Series {
  readonly published: readonly number[]
  readonly delivered: readonly number[]
  readonly ackMs: readonly (number | undefined)[]
  readonly slowAckMs: readonly (number | undefined)[]
}

/** What the counters said over time, for charts. */
export interface History {
  /** Called every ten seconds. */
  sample(): void
  series(): Series
  /** Milliseconds that half of the last deliveries took, from publish to subscriber. */
  deliveryMs(): number | undefined
  /** Calls turned away in the last hour, every reason. */
  turnedAway(): Record<string, number>
}

export const stepMs = 10_000
const points = 90
const hour = 360

const reasons: readonly Reason[] = [
  "rate-limit",
  "unauthenticated",
  "restricted-topic",
  "deny-listed",
  "too-large",
  "invalid",
  "behind",
]

interface Sample {
  readonly published: number
  readonly delivered: number
  readonly acks: readonly number[]
  readonly deliveries: readonly number[]
  readonly refused: readonly number[]
}

export function createHistory(metrics: Metrics): History {
  const samples: Sample[] = [take()]

  function take(): Sample {
    return {
      published: metrics.envelopes.total({ origin: "client" }),
      delivered: metrics.deliveries.total(),
      acks: metrics.requestSeconds.counts({ method: "Publish" }),
      deliveries: metrics.deliverySeconds.counts(),
      refused: reasons.map((reason) => metrics.refusals.total({ reason })),
    }
  }

  /** Pairs of neighbouring samples of the last quarter of an hour. */
  function steps(): [Sample, Sample][] {
    const recent = samples.slice(-points - 1)
    return recent.slice(1).map((sample, i) => [recent[i]!, sample])
  }

  const perSecond = (amount: number): number => amount * 1000 / stepMs
  const ack = (share: number) => ([from, to]: [Sample, Sample]) =>
    quantileMs(metrics.requestSeconds, from.acks, to.acks, share)

  return {
    sample() {
      samples.push(take())
      if (samples.length > hour + 1) samples.shift()
    },
    series: () => ({
      published: steps().map(([from, to]) => perSecond(to.published - from.published)),
      delivered: steps().map(([from, to]) => perSecond(to.delivered - from.delivered)),
      ackMs: steps().map(ack(0.5)),
      slowAckMs: steps().map(ack(0.99)),
    }),
    deliveryMs() {
      const from = samples.at(-7) ?? samples[0]!
      return quantileMs(metrics.deliverySeconds, from.deliveries, take().deliveries, 0.5)
    },
    turnedAway() {
      const [from, to] = [samples[0]!, take()]
      return Object.fromEntries(reasons.map((r, i) => [r, to.refused[i]! - from.refused[i]!]))
    },
  }
}

/** Within which time a share of the observations between two samples fell, straight between the bounds. */
function quantileMs(
  { bounds }: Histogram,
  from: readonly number[],
  to: readonly number[],
  share: number,
): number | undefined {
  const counts = to.map((count, i) => count - from[i]!)
  let rest = share * counts.reduce((sum, count) => sum + count, 0)
  if (rest === 0) return undefined
  for (const [i, upper] of bounds.entries()) {
    const lower = bounds[i - 1] ?? 0
    if (rest <= counts[i]!) return 1000 * (lower + (upper - lower) * rest / counts[i]!)
    rest -= counts[i]!
  }
  return 1000 * bounds.at(-1)!
}
