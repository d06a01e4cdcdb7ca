// /vac/waku/store-query/3.0.0, the answering side: Waku tools read what this node has stored.
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import type { Envelope } from "@wafer/proto"
import {
  type WakuStoreEntry,
  WakuStoreEntrySchema,
  type WakuStoreRequest,
  WakuStoreRequestSchema,
  WakuStoreResponseSchema,
} from "@wafer/proto/p2p"
import { storageId } from "../../store/envelope.ts"
import type { Position, Store } from "../../store/store.ts"
import type { Buckets } from "../bucket.ts"
import { channel } from "../framing.ts"
import type { PeerLog } from "../metrics.ts"
import { encodeWaku, wakuHash, wakuMessageOf } from "./message.ts"

export const WAKU_STORE = "/vac/waku/store-query/3.0.0"

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 20_000 }
const PAGE = 20
const MAX_PAGE = 100
const MAX_TOPICS = 10
/** js-waku takes answers of 4 MiB; the hash and the frame of an entry take less than 100 bytes. */
const MAX_BYTES = 4 * 1024 * 1024 - MAX_PAGE * 100 - 1024
// Few, because a store hands out whole bodies and each may be a megabyte.
const BATCH = 8
const MAX_TIME = (1n << 63n) - 1n

export interface WakuStoreOptions {
  readonly store: Store
  /** The gossip topic that a content topic belongs to. */
  readonly pubsubTopicOf: (contentTopic: string) => string
  readonly requests: Buckets
  /** Bytes that one peer is served. */
  readonly bytes: Buckets
  readonly log: PeerLog
}

type Answer = MessageInitShape<typeof WakuStoreResponseSchema>

/** Answers one query of a peer. */
export function createWakuStore(
  options: WakuStoreOptions,
): (stream: Stream, peer: string) => Promise<void> {
  const { store, pubsubTopicOf, requests, bytes, log } = options

  async function answerTo(request: WakuStoreRequest, peer: string): Promise<Answer> {
    if (!requests.take(peer, 1) || bytes.borrow(peer, 0) > 0) {
      return refusal(429, "too many queries")
    }
    const { contentTopics, pubsubTopic, messageHashes, paginationCursor } = request
    if (messageHashes.length > 0) return refusal(501, "messages are not found by their hash here")
    if (contentTopics.length === 0) return refusal(400, "a query names its content topics")
    if (contentTopics.length > MAX_TOPICS) return refusal(400, `more than ${MAX_TOPICS} topics`)
    let after: Position | undefined
    if (paginationCursor !== undefined) {
      if (paginationCursor.length === 32) [after] = await store.entries([paginationCursor])
      if (after === undefined) return refusal(400, "no such cursor")
    }
    const topics = contentTopics.filter((topic) =>
      pubsubTopic === undefined || pubsubTopicOf(topic) === pubsubTopic
    )
    const { found, more } = await page(request, topics, after)
    const last = found.at(-1)
    // The oldest comes first, whichever way they were searched.
    if (!request.paginationForward) found.reverse()
    const messages = found.map((envelope) => entryOf(envelope, request.includeData))
    bytes.borrow(peer, messages.reduce((sum, { message }) => sum + (message?.length ?? 32), 0))
    return {
      statusCode: 200,
      statusDesc: "OK",
      messages,
      ...(more && last && { paginationCursor: storageId(last) }),
    }
  }

  /** As many as were asked for and fit, from the oldest or from the newest on. */
  async function page(
    request: WakuStoreRequest,
    topics: readonly string[],
    from: Position | undefined,
  ): Promise<{ found: Envelope[]; more: boolean }> {
    const limit = Math.min(Number(request.paginationLimit ?? 0n) || PAGE, MAX_PAGE)
    const found: Envelope[] = []
    let left = MAX_BYTES
    let after = from
    if (topics.length === 0) return { found, more: false }
    for (;;) {
      const batch = await store.page({
        topics,
        startNs: within(request.timeStart ?? 0n),
        endNs: within(request.timeEnd ?? MAX_TIME),
        descending: !request.paginationForward,
        after,
        limit: BATCH,
      })
      for (const { envelope, digest } of batch) {
        left -= envelope.message.length + envelope.contentTopic.length
        if (found.length === limit || (left < 0 && found.length > 0)) return { found, more: true }
        found.push(envelope)
        after = { timestampNs: envelope.timestampNs, digest }
      }
      if (batch.length < BATCH) return { found, more: false }
    }
  }

  function entryOf(envelope: Envelope, whole: boolean): WakuStoreEntry {
    const pubsubTopic = pubsubTopicOf(envelope.contentTopic)
    const message = wakuMessageOf(envelope)
    const messageHash = wakuHash(pubsubTopic, message)
    return create(WakuStoreEntrySchema, {
      messageHash,
      ...(whole && { message: encodeWaku(message), pubsubTopic }),
    })
  }

  return async (stream, peer) => {
    const query = channel(stream, WakuStoreRequestSchema, WakuStoreResponseSchema, LIMITS)
    const request = await query.read()
    const answer = await answerTo(request, peer)
    log.count("storeQueries", { status: String(answer.statusCode) })
    await query.write(
      create(WakuStoreResponseSchema, { ...answer, requestId: request.requestId }),
    )
    await query.close()
  }
}

function refusal(statusCode: number, statusDesc: string): Answer {
  return { statusCode, statusDesc }
}

function within(time: bigint): bigint {
  return time < 0n ? 0n : time
}
