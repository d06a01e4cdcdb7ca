import type { Arrival, Store } from "./store/store.ts"

export interface ListenOptions {
  /** Arrivals that may wait for the reader. */
  readonly buffer: number
  readonly heartbeatMs: number
  readonly signal: AbortSignal
}

/**
 * What arrives at the store from this moment on, and a heartbeat whenever it was silent for a while.
 * Ends, with nothing further, when the reader falls behind or the signal is aborted.
 */
export function listen(
  store: Store,
  topics: ReadonlySet<string> | undefined,
  { buffer, heartbeatMs, signal }: ListenOptions,
): AsyncIterable<Arrival | "heartbeat"> {
  const queue: Arrival[] = []
  let ended = signal.aborted
  let wake: () => void = () => {}

  const unfollow = store.follow({
    arrived(arrivals) {
      for (const arrival of arrivals) {
        if (ended || topics && !topics.has(arrival.envelope.contentTopic)) continue
        // What was stored before is no news to a follower of the log.
        if (arrival.keep && arrival.seq === undefined) continue
        if (queue.length < buffer) queue.push(arrival)
        else end()
      }
      wake()
    },
  })
  signal.addEventListener("abort", end, { once: true })

  function end(): void {
    ended = true
    unfollow()
    signal.removeEventListener("abort", end)
    wake()
  }

  async function* arrivals(): AsyncGenerator<Arrival | "heartbeat"> {
    try {
      while (true) {
        while (queue.length > 0) yield queue.shift()!
        if (ended) return
        const woken = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), heartbeatMs)
          wake = () => {
            clearTimeout(timer)
            resolve(true)
          }
        })
        if (!woken) yield "heartbeat"
      }
    } finally {
      end()
    }
  }
  return arrivals()
}
