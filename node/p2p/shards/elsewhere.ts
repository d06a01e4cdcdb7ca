// What other nodes keep: the shards of a request are asked for one by one, each from its keepers.
import { Code } from "@connectrpc/connect"
import type { Envelope } from "@wafer/proto"
import type { FollowRequest, FollowResponse } from "@wafer/proto/node"
import { Refusal } from "../../refusal.ts"
import { shardOf } from "../../store/shard.ts"
import type { PageQuery, StoredEnvelope } from "../../store/store.ts"
import { isEphemeral } from "../../store/topic.ts"
import type { Forwarder } from "./forward.ts"
import { Declined } from "./forward-frames.ts"
import { type Keepers, MAX_FAILURES } from "./keepers.ts"
import type { Live } from "./live.ts"
import type { PeerLog } from "../metrics.ts"

/** The shards that this node does not keep. Every failure is a `Refusal`, and nothing is answered in part. */
export interface Elsewhere {
  /** Rows of a page, in no order and perhaps twice: from each shard the first that its keepers hold. */
  page(query: PageQuery): Promise<StoredEnvelope[]>
  /** Resolves when keepers have stored all of these. */
  store(envelopes: readonly Envelope[]): Promise<void>
  /**
   * Lets live readers hear what arrives under the topics, from when it resolves until the result is
   * called. `lost` is called when a keeper is gone: then something may have been missed.
   */
  watch(topics: readonly string[], lost: () => void): Promise<() => void>
  /** Follows at one keeper of all the topics, whose cursors these are, until the signal is aborted. */
  follow(request: FollowRequest, signal: AbortSignal): AsyncIterable<FollowResponse>
}

export interface ElsewhereOptions {
  readonly shards: number
  readonly keepers: Keepers
  readonly forwarder: Forwarder
  readonly live: Live
  /** How many keepers are asked to show and to store: one that lies is made up for by the next. */
  readonly witnesses: number
  readonly log: PeerLog
}

export function createElsewhere(options: ElsewhereOptions): Elsewhere {
  const { shards, keepers, forwarder, live, witnesses, log } = options

  async function ask<T>(
    kind: string,
    shard: number,
    enough: number,
    job: (peer: string) => Promise<T>,
  ): Promise<T[]> {
    try {
      const answers = await keepers.ask(shard, enough, job)
      log.count("forwards", { role: "asker", kind, result: "ok" })
      return answers
    } catch (error) {
      log.count("forwards", { role: "asker", kind, result: "failed" })
      throw error
    }
  }

  function byShard<T>(items: readonly T[], topicOf: (item: T) => string): [number, T[]][] {
    return [...Map.groupBy(items, (item) => shardOf(topicOf(item), shards))]
  }

  return {
    async page(query) {
      const pages = byShard(query.topics, (topic) => topic).map(([shard, topics]) =>
        ask("page", shard, witnesses, (peer) => forwarder.page(peer, { ...query, topics }))
      )
      return (await Promise.all(pages)).flat(2)
    },

    async store(envelopes) {
      const send = async (some: readonly Envelope[], enough: number) => {
        const parts = byShard(some, ({ contentTopic }) => contentTopic)
        await Promise.all(
          parts.map(([shard, part]) =>
            ask("take", shard, enough, (peer) => forwarder.take(peer, part))
          ),
        )
      }
      // What nobody stores, nobody knows when it comes a second time.
      const passing = envelopes.filter(({ contentTopic }) => isEphemeral(contentTopic))
      const lasting = envelopes.filter(({ contentTopic }) => !isEphemeral(contentTopic))
      await Promise.all([send(lasting, witnesses), send(passing, 1)])
    },

    async watch(topics, lost) {
      const watches = await Promise.allSettled(
        byShard(topics, (topic) => topic).map(([shard, some]) =>
          ask("live", shard, 1, (peer) => live.watch(peer, some, lost))
        ),
      )
      const leave = () => {
        for (const watch of watches) {
          if (watch.status === "fulfilled") { for (const unwatch of watch.value) unwatch() }
        }
      }
      const broken = watches.find(({ status }) => status === "rejected")
      if (broken === undefined) return leave
      leave()
      throw (broken as PromiseRejectedResult).reason
    },

    async *follow(request, signal) {
      const wanted = [...new Set(request.contentTopics.map((topic) => shardOf(topic, shards)))]
      const count = (result: string) =>
        log.count("forwards", { role: "asker", kind: "follow", result })
      let refusal: Refusal | undefined
      for (const peer of (await keepers.ofAll(wanted)).slice(0, MAX_FAILURES)) {
        let begun = false
        try {
          for await (const response of forwarder.follow(peer, request, signal)) {
            if (!begun) count("ok")
            begun = true
            yield response
          }
          return
        } catch (error) {
          if (signal.aborted) return
          keepers.failed(peer, error)
          if (!(error instanceof Declined && error.foreignCursor)) refusal = goneRefusal()
          // Whoever keeps the topics too has a log with numbers of its own.
          if (begun) break
          refusal ??= new Refusal(Code.OutOfRange, (error as Error).message, "invalid")
        }
      }
      count("failed")
      throw refusal ?? new Refusal(
        Code.FailedPrecondition,
        `no peer keeps all of the shards ${wanted.join(", ")}: follow their topics apart`,
        "no-keeper",
      )
    },
  }
}

function goneRefusal(): Refusal {
  return new Refusal(Code.Unavailable, "the node that was followed is gone", "no-keeper")
}
