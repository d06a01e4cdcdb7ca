import { createBacklog } from "./backlog.ts"
import type { Arrival, Store } from "./store/store.ts"

export interface ListenOptions {
  /** Arrivals that may wait for the reader. */
  readonly buffer: number
  readonly heartbeatMs: number
  readonly signal: AbortSignal
}

/** What arrives, and a heartbeat whenever it was silent for a while. */
export interface Listening extends AsyncIterable<Arrival | "heartbeat"> {
  /** For who has not begun to read, or has left. Idempotent. */
  stop(): void
}

/**
 * Listens to the store from this moment on. Ends, with nothing further, when the reader falls behind or
 * the signal is aborted.
 */
export function listen(
  store: Store,
  topics: ReadonlySet<string> | undefined,
  { buffer, heartbeatMs, signal }: ListenOptions,
): Listening {
  const backlog = createBacklog<Arrival>(buffer)
  let ended = signal.aborted
  let wake: () => void = () => {}

  const unfollow = store.follow({
    arrived(arrivals) {
      for (const arrival of arrivals) {
        if (ended || topics && !topics.has(arrival.envelope.contentTopic)) continue
        // What was stored before is no news to a follower of the log.
        if (arrival.keep && arrival.seq === undefined) continue
        if (!backlog.push(arrival)) end()
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
    while (true) {
      for (let next = backlog.shift(); next; next = backlog.shift()) yield next
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
  }
  return { [Symbol.asyncIterator]: arrivals, stop: end }
}
