import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import type { QueryRequest, QueryResponse } from "@wafer/proto"
import {
  type FollowRequest,
  type FollowResponse,
  type NodeInfoResponse,
  NodeInfoResponseSchema,
  type PublishRequest,
  type PublishResponse,
  PublishResponseSchema,
} from "@wafer/proto/node"
import type { Api } from "./api.ts"
import type { Caller, Desk } from "./access/desk.ts"
import { topicCost } from "./access/limit.ts"
import { fingerprintDigest } from "./store/fingerprint.ts"
import type { Offered, Peers } from "./p2p/mod.ts"
import { checkTopics, queryPage } from "./query.ts"
import { readPages } from "./read.ts"
import { type Limits, Refusal } from "./refusal.ts"
import type { Shards } from "./store/shard.ts"
import type { Store } from "./store/store.ts"
import type { Whole } from "./whole.ts"

/**
 * What a node offers beyond V1: following from a cursor, long answers, publishing to several nodes, its
 * own facts.
 */
export interface NodeApi {
  follow(request: FollowRequest, caller: Caller): AsyncIterable<FollowResponse>
  read(request: QueryRequest, caller: Caller): Promise<QueryResponse>
  publish(request: PublishRequest, caller: Caller): Promise<PublishResponse>
  nodeInfo(caller: Caller): Promise<NodeInfoResponse>
}

export interface NodeApiOptions {
  readonly api: Api
  readonly whole: Pick<Whole, "page" | "follow">
  readonly store: Store
  readonly desk: Desk
  readonly limits: Limits
  readonly network: string
  readonly shards: Shards
  readonly retentionMs: number
  readonly peers: Peers | undefined
}

/** The version that NodeInfo tells. */
export const version = "0.1.0"

const defaultTimeoutMs = 10_000
const maxTimeoutMs = 60_000

export function createNodeApi(options: NodeApiOptions): NodeApi {
  const { api, whole, store, desk, limits, network, shards, retentionMs, peers } = options

  async function confirmed(ids: Offered[], request: PublishRequest): Promise<number> {
    const { minPeers, timeoutMs } = request
    if (minPeers === 0) return 0
    const wait = Math.min(timeoutMs || defaultTimeoutMs, maxTimeoutMs)
    const stored = ids.length === 0 ? minPeers : await peers!.confirm(ids, minPeers, wait)
    if (stored >= minPeers) return stored
    throw new Refusal(
      Code.DeadlineExceeded,
      `stored here, and by ${stored} of ${minPeers} peers in ${wait} ms`,
      "too-few-peers",
    )
  }

  return {
    async *follow(request, caller) {
      const { length } = request.contentTopics
      const close = desk.open("Follow", caller, () => {
        desk.charge(caller, "read", topicCost(length))
        checkTopics(length, limits)
      })
      try {
        yield* whole.follow(request, caller.signal)
      } catch (reason) {
        throw desk.refused("Follow", reason)
      } finally {
        close()
      }
    },

    // Each page costs what a query costs.
    read: (request, caller) =>
      desk.measured("Read", caller, () =>
        readPages(request, limits, (page) => {
          desk.charge(caller, "read", topicCost(page.contentTopics.length))
          return queryPage(whole, limits, page)
        })),

    async publish(request, caller) {
      if (request.minPeers > 0 && !peers) {
        const refusal = new Refusal(
          Code.FailedPrecondition,
          "this node has no peers",
          "too-few-peers",
        )
        throw desk.refused("Publish", refusal)
      }
      const arrivals = await api.take(request.envelopes, caller)
      const ids = arrivals.filter(({ keep }) => keep)
        .map(({ id, envelope }) => ({ id, contentTopic: envelope.contentTopic }))
      const storedByPeers = await desk.measured("Confirm", caller, () => confirmed(ids, request))
      return create(PublishResponseSchema, { storedByPeers })
    },

    nodeInfo: (caller) =>
      desk.measured("NodeInfo", caller, () => {
        desk.charge(caller, "read", 1)
        const kept = store.fingerprint("kept")
        return create(NodeInfoResponseSchema, {
          version,
          network,
          limits,
          retentionMs: BigInt(retentionMs),
          shards: shards.count,
          keptShards: [...shards.kept],
          stored: kept.count + store.fingerprint("expiring").count,
          rootFingerprint: fingerprintDigest(kept),
          peers: peers?.status().peers.filter(({ wafer }) => wafer).map(({ id, inAgreement }) => ({
            id,
            connected: true,
            inAgreement: inAgreement ?? false,
          })) ?? [],
        })
      }),
  }
}
