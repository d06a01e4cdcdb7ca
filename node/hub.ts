import { Code } from "@connectrpc/connect"
import type { Envelope } from "@wafer/proto"
import { createBacklog } from "./backlog.ts"
import type { Metrics } from "./metrics.ts"
import { Refusal } from "./refusal.ts"
import type { Arrival, Store } from "./store/store.ts"
import { isPublic } from "./store/topic.ts"

/** A live subscription: what arrives from the moment it exists. */
export interface Subscription extends AsyncIterable<Envelope> {
  /** Shows other topics from now on. */
  retarget(topics: readonly string[]): void
  /** Ends the iteration. Idempotent. */
  close(): void
}

/** Hands what the store takes to live subscribers. */
export interface Hub {
  /** A topic of "*" stands for every public one. `onEnd` is called once, however it ends. */
  subscribe(topics: readonly string[], onEnd?: () => void): Subscription
  /** Shows readers what came another way than through the store. */
  deliver(arrival: Delivery): void
  readonly subscribers: number
  /** The most envelopes that wait for one of them. */
  readonly longestBacklog: number
  /** Whether anyone sees what is published to the topic. */
  hasReaders(topic: string): boolean
  close(): void
}

/** What a reader is shown of an arrival. */
export type Delivery = Pick<Arrival, "envelope" | "receivedNs">

export interface HubOptions {
  readonly store: Store
  readonly metrics: Metrics
  /** Envelopes that may wait for one slow reader. */
  readonly buffer?: number
  /** The same for a reader of every topic. */
  readonly bufferAll?: number
}

interface Reader {
  readonly waiting: number
  readonly push: (arrival: Delivery) => void
  readonly close: () => void
}

export function createHub(options: HubOptions): Hub {
  const { store, metrics, buffer = 1024, bufferAll = 4096 } = options
  const topics = new Map<string, Set<Reader>>()
  const all = new Set<Reader>()
  const readers = new Set<Reader>()

  const unfollow = store.follow({
    arrived: (arrivals) => arrivals.filter((arrival) => !again(arrival)).forEach(deliver),
  })

  function deliver(arrival: Delivery): void {
    const { contentTopic } = arrival.envelope
    const some = topics.get(contentTopic)
    for (const reader of some ?? []) reader.push(arrival)
    if (!isPublic(contentTopic)) return
    for (const reader of all) if (!some?.has(reader)) reader.push(arrival)
  }

  function handOver({ envelope, receivedNs }: Delivery): Envelope {
    metrics.deliveries.add(1)
    metrics.deliverySeconds.observe(Date.now() / 1000 - Number(receivedNs) / 1e9)
    return envelope
  }

  function add(reader: Reader, wanted: Iterable<string>): void {
    for (const topic of wanted) {
      if (topic === "*") all.add(reader)
      const some = topics.get(topic)
      if (some) some.add(reader)
      else topics.set(topic, new Set([reader]))
    }
  }

  function remove(reader: Reader, wanted: Iterable<string>): void {
    all.delete(reader)
    for (const topic of wanted) {
      const some = topics.get(topic)
      if (some?.delete(reader) && some.size === 0) topics.delete(topic)
    }
  }

  return {
    deliver,

    get subscribers() {
      return readers.size
    },

    get longestBacklog() {
      return [...readers].reduce((most, { waiting }) => Math.max(most, waiting), 0)
    },

    hasReaders: (topic) => topics.has(topic) || all.size > 0,

    subscribe(wanted, onEnd) {
      let current = new Set(wanted)
      const backlog = createBacklog<Delivery>(current.has("*") ? bufferAll : buffer)
      let overflowed = false
      let closed = false
      let wake: (() => void) | undefined

      const reader: Reader = {
        get waiting() {
          return backlog.length
        },

        push(arrival) {
          if (!backlog.push(arrival)) {
            overflowed = true
            metrics.overflows.add(1)
            close()
          }
          wake?.()
        },
        close,
      }

      function close(): void {
        if (closed) return
        closed = true
        remove(reader, current)
        readers.delete(reader)
        onEnd?.()
        wake?.()
      }

      add(reader, current)
      readers.add(reader)

      return {
        retarget(next) {
          if (closed) return
          remove(reader, current)
          add(reader, current = new Set(next))
        },

        close,

        async *[Symbol.asyncIterator]() {
          try {
            while (true) {
              for (let next = backlog.shift(); next; next = backlog.shift()) yield handOver(next)
              if (overflowed) {
                throw new Refusal(
                  Code.Aborted,
                  "the subscriber fell behind, subscribe again",
                  "behind",
                )
              }
              if (closed) return
              await new Promise<void>((resolve) => wake = resolve)
              wake = undefined
            }
          } finally {
            close()
          }
        },
      }
    },

    close() {
      unfollow()
      for (const { close } of [...readers]) close()
    },
  }
}

/** Whether a peer brought what another had brought before; a client that repeats itself wants to be heard. */
function again({ keep, seq, origin }: Arrival): boolean {
  return keep && seq === undefined && origin !== "client"
}
