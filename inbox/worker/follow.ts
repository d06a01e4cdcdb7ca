import type { Client, Message, Stream, StreamState } from "@wafer/sdk"
import { batches } from "./batches.ts"
import type { SharedState } from "./shared.ts"

/** Keeps up with the node: what was missed, then what comes. */
export interface Following {
  /** Whether the node can be written to: what was missed is known, and the connection holds. */
  isReachable(): boolean
  /** Reaches for the node now, from where it stopped. */
  again(): void
  stop(): void
}

export interface FollowOptions {
  readonly client: Client
  readonly shared: SharedState
  /** Up to which sender time everything is stored here; 0 for nothing yet. */
  readonly seenAt: () => number
  readonly onMessages: (received: readonly Message[], live: boolean) => Promise<void>
  readonly onLive: () => unknown
}

// 32 messages a transaction: enough to be quick, few enough to stay interruptible.
const BATCH = 32
// What is caught up with in a blink needs no words.
const WORTH_TELLING = 64
const PATIENCE_MS = 2000
// The clocks of senders differ, and a message may travel after it was dated. What is known is dropped.
const OVERLAP_MS = 15 * 60_000

export function follow(options: FollowOptions): Following {
  const { client, shared, seenAt, onMessages, onLive } = options
  let state: StreamState = "connecting"
  let wasLive = false
  let caughtUp = 0
  let patience: ReturnType<typeof setTimeout> | undefined
  let round = new AbortController()

  function onState(next: StreamState): void {
    state = next
    clearTimeout(patience)
    switch (next) {
      case "waiting":
        shared.set({ connection: { state: "offline" } })
        break
      case "live":
        caughtUp = 0
        wasLive = true
        shared.set({ connection: { state: "live" } })
        onLive()
        break
      default:
        // Each new conversation opens the stream anew: that is no news.
        patience = setTimeout(
          () => shared.set({ connection: { state: "connecting" } }),
          PATIENCE_MS,
        )
    }
  }

  async function each<T>(
    stream: Stream<T>,
    use: (some: T[]) => Promise<void> | void,
  ): Promise<void> {
    try {
      for await (const some of batches(stream, BATCH)) await use(some)
    } catch (error) {
      if (!round.signal.aborted) {
        shared.raise({ kind: "broken", report: String((error as Error).stack ?? error) })
      }
    }
  }

  function start(): void {
    round = new AbortController()
    const { signal } = round
    const since = new Date(Math.max(0, seenAt() - OVERLAP_MS))
    // One stream for everything: over HTTP/1.1 a browser has six connections to a node, for all accounts.
    each(client.conversations.streamAllMessages({ since, signal, onState }), async (some) => {
      const live = state === "live"
      await onMessages(some, live)
      if (live || (caughtUp += some.length) < WORTH_TELLING) return
      clearTimeout(patience)
      shared.set({ connection: { state: "catching-up", done: caughtUp } })
    })
  }

  start()
  return {
    isReachable: () => wasLive && state !== "waiting",
    again() {
      round.abort()
      start()
    },
    stop() {
      clearTimeout(patience)
      round.abort()
    },
  }
}
