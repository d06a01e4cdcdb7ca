/** Labels of one sample, for example `{ code: "ok" }`. */
export type Labels = Readonly<Record<string, string>>

/** One series of a gauge that is read when it is printed. */
export type Sample = readonly [Labels, number]

export interface Counter {
  add(amount: number, labels?: Labels): void
  /** The sum over every series that has these labels. */
  total(labels?: Labels): number
}

export interface Gauge {
  set(value: number, labels?: Labels): void
}

export interface Histogram {
  observe(value: number, labels?: Labels): void
  /** How many observations fell under each bound so far, the last without a bound, over every series with these labels. */
  counts(labels?: Labels): number[]
  readonly bounds: readonly number[]
}

/** Collects samples and prints them in the text format of Prometheus. */
export interface Registry {
  counter(name: string, help: string): Counter
  /** With `read` the value, or one for each series there is then, is asked for when the page is printed. */
  gauge(name: string, help: string, read?: () => number | readonly Sample[]): Gauge
  histogram(name: string, help: string, bounds: readonly number[]): Histogram
  text(): string
}

export function createRegistry(): Registry {
  const families: { name: string; help: string; type: string; lines: () => string[] }[] = []

  function family(name: string, help: string, type: string, lines: () => string[]): void {
    if (families.some((f) => f.name === name)) throw new Error(`metric ${name} exists already`)
    families.push({ name, help, type, lines })
  }

  return {
    counter(name, help) {
      const series = new Map<string, { labels: Labels; value: number }>()
      family(name, help, "counter", () => {
        if (series.size === 0) return [`${name} 0`]
        return [...series.values()].map(({ labels, value }) => `${name}${print(labels)} ${value}`)
      })
      return {
        add(amount, labels = {}) {
          const key = keyOf(labels)
          const one = series.get(key)
          if (one) one.value += amount
          else series.set(key, { labels, value: amount })
        },
        total: (wanted = {}) =>
          [...series.values()].filter(({ labels }) => has(labels, wanted))
            .reduce((sum, { value }) => sum + value, 0),
      }
    },

    gauge(name, help, read) {
      const values = new Map<string, number>()
      family(name, help, "gauge", () => {
        const found = read?.()
        if (typeof found === "number") values.set("", found)
        else if (found !== undefined) return found.map(([at, v]) => `${name}${print(at)} ${v}`)
        return [...values].map(([at, v]) => `${name}${at} ${v}`)
      })
      return { set: (value, labels) => void values.set(print(labels), value) }
    },

    histogram(name, help, bounds) {
      const series = new Map<string, { labels: Labels; counts: number[]; sum: number; n: number }>()
      family(
        name,
        help,
        "histogram",
        () =>
          [...series.values()].flatMap(({ labels, counts, sum, n }) => {
            let below = 0
            const buckets = bounds.map((bound, i) => {
              below += counts[i]!
              return `${name}_bucket${print({ ...labels, le: String(bound) })} ${below}`
            })
            const at = print(labels)
            return [
              ...buckets,
              `${name}_bucket${print({ ...labels, le: "+Inf" })} ${n}`,
              `${name}_sum${at} ${sum}`,
              `${name}_count${at} ${n}`,
            ]
          }),
      )
      return {
        observe(value, labels = {}) {
          const key = keyOf(labels)
          let one = series.get(key)
          if (!one) {
            series.set(key, one = { labels, counts: bounds.map(() => 0), sum: 0, n: 0 })
          }
          const bucket = bounds.findIndex((bound) => value <= bound)
          if (bucket >= 0) one.counts[bucket]!++
          one.sum += value
          one.n++
        },
        counts(wanted = {}) {
          const sums = [...bounds.map(() => 0), 0]
          for (const { labels, counts, n } of series.values()) {
            if (!has(labels, wanted)) continue
            counts.forEach((count, i) => sums[i]! += count)
            sums[bounds.length]! += n - counts.reduce((sum, count) => sum + count, 0)
          }
          return sums
        },
        bounds,
      }
    },

    text() {
      return families.flatMap(({ name, help, type, lines }) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...lines(),
      ]).join("\n") + "\n"
    },
  }
}

function has(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}

/** Tells series apart. Printing their labels would too, but calls are counted far more often than printed. */
function keyOf(labels: Labels): string {
  let key = ""
  for (const name in labels) key += `${name}\0${labels[name]}\0`
  return key
}

function print(labels: Labels = {}): string {
  const parts = Object.entries(labels).map(([name, value]) =>
    `${name}="${value.replace(/[\\"\n]/g, (c) => c === "\n" ? "\\n" : `\\${c}`)}"`
  )
  return parts.length > 0 ? `{${parts.join(",")}}` : ""
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]

/** What the node counts about itself. */
export interface Metrics {
  readonly registry: Registry
  readonly requests: Counter
  readonly requestSeconds: Histogram
  readonly refusals: Counter
  readonly envelopes: Counter
  readonly commitSize: Histogram
  readonly commitSeconds: Histogram
  readonly commitFailures: Counter
  readonly deliveries: Counter
  readonly deliverySeconds: Histogram
  readonly overflows: Counter
}

export function createMetrics(registry: Registry = createRegistry()): Metrics {
  return {
    registry,
    requests: registry.counter("wafer_requests_total", "Calls by method, protocol and code"),
    requestSeconds: registry.histogram(
      "wafer_request_seconds",
      "Time from a unary call's arrival to its answer",
      seconds,
    ),
    refusals: registry.counter("wafer_refusals_total", "Calls turned away, by reason"),
    envelopes: registry.counter(
      "wafer_envelopes_total",
      "Envelopes taken, by origin and by what became of them",
    ),
    commitSize: registry.histogram(
      "wafer_commit_envelopes",
      "Envelopes in one group commit",
      sizes,
    ),
    commitSeconds: registry.histogram(
      "wafer_commit_seconds",
      "Time of one group commit, disk included",
      seconds,
    ),
    commitFailures: registry.counter("wafer_commit_failures_total", "Group commits that failed"),
    deliveries: registry.counter("wafer_deliveries_total", "Envelopes handed to live subscribers"),
    deliverySeconds: registry.histogram(
      "wafer_delivery_seconds",
      "Time from an envelope's arrival to its hand-over to a subscriber",
      seconds,
    ),
    overflows: registry.counter(
      "wafer_subscriber_overflows_total",
      "Subscriptions ended because their reader fell behind",
    ),
  }
}
