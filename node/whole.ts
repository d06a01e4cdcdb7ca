// All topics of a network, in front of one node: what it keeps itself, and what other nodes keep. Who is
// handed these parts does not see the difference.
import { Code } from "@connectrpc/connect"
import type { Envelope } from "@wafer/proto"
import type { FollowRequest, FollowResponse } from "@wafer/proto/node"
import { follow } from "./follow.ts"
import type { Hub, Subscription } from "./hub.ts"
import { findFault, type Ingest } from "./ingest.ts"
import type { Elsewhere } from "./p2p/mod.ts"
import { type Limits, Refusal } from "./refusal.ts"
import { itemOf } from "./store/envelope.ts"
import { mergeRows } from "./store/page.ts"
import type { Shards } from "./store/shard.ts"
import type { Arrival, Store } from "./store/store.ts"
import type { Windows } from "./store/window.ts"

/** What the API works on. */
export interface Whole {
  /** One page of topics, wherever they are kept. */
  readonly page: Store["page"]
  /** Takes envelopes as `Ingest` does; of different shards in no order. */
  readonly accept: Ingest["accept"]
  /** The subscription is live when this resolves. */
  subscribe(topics: readonly string[], onEnd?: () => void): Promise<Subscription>
  /** Follows topics at this node, or where all of them are kept. */
  follow(request: FollowRequest, signal: AbortSignal): AsyncIterable<FollowResponse>
}

export interface WholeOptions {
  readonly store: Store
  readonly ingest: Pick<Ingest, "accept">
  readonly hub: Pick<Hub, "subscribe">
  readonly shards: Shards
  /** Undefined where the node has no peers. */
  readonly elsewhere: Elsewhere | undefined
  readonly limits: Limits
  /** How far ahead an envelope that expires may be stamped; undefined: as far as it likes. */
  readonly windows?: Windows
  /** How often a silent Follow says that it is alive. */
  readonly followHeartbeatMs: number
  readonly now: () => Date
}

export function createWhole(options: WholeOptions): Whole {
  const { store, ingest, hub, shards, limits, windows } = options
  const { keeps } = shards
  const foreign = (topics: readonly string[]) => topics.filter((topic) => !keeps(topic))

  function elsewhere(): Elsewhere {
    if (options.elsewhere) return options.elsewhere
    throw new Refusal(Code.Unavailable, "this node has no peers to ask", "no-keeper")
  }

  async function storeElsewhere(
    envelopes: readonly Envelope[],
    origin: string,
  ): Promise<Arrival[]> {
    if (envelopes.length === 0) return []
    const receivedNs = BigInt(options.now().getTime()) * 1_000_000n
    await elsewhere().store(envelopes)
    return envelopes.map((envelope) => ({
      ...itemOf(envelope, origin, receivedNs),
      seq: undefined,
    }))
  }

  /** A subscription that also hears keepers of other shards, and ends with an error when one is gone. */
  async function withElsewhere(
    subscription: Subscription,
    topics: readonly string[],
  ): Promise<Subscription> {
    let failure: Refusal | undefined
    let leave = () => {}
    let closed = false
    let last: Promise<void> = Promise.resolve()

    function close(): void {
      if (closed) return
      closed = true
      leave()
      subscription.close()
    }

    function fail(reason: Refusal): void {
      failure ??= reason
      close()
    }

    /** The new topics first, then without the old: what is in both is heard without a gap. */
    async function watch(next: readonly string[]): Promise<void> {
      const some = foreign(next)
      const now = some.length === 0 ? () => {} : await elsewhere().watch(some, () => fail(lost()))
      leave()
      leave = now
      if (closed) leave()
    }

    try {
      await watch(topics)
    } catch (error) {
      subscription.close()
      throw error
    }
    return {
      close,
      retarget(next) {
        checkAll(next)
        subscription.retarget(next)
        last = last.then(() => watch(next)).catch((error) => fail(error as Refusal))
      },
      async *[Symbol.asyncIterator]() {
        try {
          yield* subscription
          if (failure) throw failure
        } finally {
          close()
        }
      },
    }
  }

  /** "*" is what the store of one node sees: it would leave out in silence what others keep. */
  function checkAll(topics: readonly string[]): void {
    if (!topics.includes("*") || shards.kept.length === shards.count) return
    throw new Refusal(
      Code.FailedPrecondition,
      `this node keeps ${shards.kept.length} of ${shards.count} shards: name topics`,
      "invalid",
    )
  }

  return {
    async page(query) {
      const others = foreign(query.topics)
      if (others.length === 0) return await store.page(query)
      const own = query.topics.filter(keeps)
      const pages = await Promise.all([
        own.length > 0 ? store.page({ ...query, topics: own }) : [],
        elsewhere().page({ ...query, topics: others }),
      ])
      return mergeRows(pages.flat(), query)
    },

    async accept(envelopes, origin) {
      if (envelopes.every(({ contentTopic }) => keeps(contentTopic))) {
        return await ingest.accept(envelopes, origin)
      }
      const first = envelopes.findIndex((envelope) =>
        findFault(envelope, limits, windows) !== undefined
      )
      const sound = first < 0 ? envelopes : envelopes.slice(0, first)
      const own = sound.filter(({ contentTopic }) => keeps(contentTopic))
      const others = sound.filter(({ contentTopic }) => !keeps(contentTopic))
      const [stored, sent] = await Promise.all([
        ingest.accept(own, origin),
        storeElsewhere(others, origin),
      ])
      if (first >= 0) throw findFault(envelopes[first]!, limits, windows)
      const arrivals = new Map([...stored, ...sent].map((arrival) => [arrival.envelope, arrival]))
      return envelopes.map((envelope) => arrivals.get(envelope)!)
    },

    async subscribe(topics, onEnd) {
      checkAll(topics)
      const subscription = hub.subscribe(topics, onEnd)
      return shards.kept.length === shards.count
        ? subscription
        : await withElsewhere(subscription, topics)
    },

    follow: (request, signal) =>
      request.contentTopics.every(keeps)
        ? follow(store, request, signal, { heartbeatMs: options.followHeartbeatMs })
        : elsewhere().follow(request, signal),
  }
}

function lost(): Refusal {
  return new Refusal(
    Code.Aborted,
    "a node that keeps the topic is gone, subscribe again",
    "no-keeper",
  )
}
