// /wafer/forward/1.0.0, the answering side. Everything is answered from this node's own store: what was
// forwarded is never forwarded again, so that no request can travel in a circle.
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import type { Stream } from "@libp2p/interface"
import type { Envelope } from "@wafer/proto"
import type { FollowRequest } from "@wafer/proto/node"
import {
  type ForwardFrame,
  ForwardFrameSchema,
  type ForwardRequest,
  type ForwardRequest_Live,
  type ForwardRequest_Page,
  ForwardRequestSchema,
} from "@wafer/proto/p2p"
import { topicCost } from "../../access/limit.ts"
import { follow } from "../../follow.ts"
import { type Limits, Refusal } from "../../refusal.ts"
import type { PageQuery, Position, Store } from "../../store/store.ts"
import type { Buckets } from "../bucket.ts"
import { type Channel, channel, ProtocolError } from "../framing.ts"
import type { PeerLog } from "../metrics.ts"
import { createTurns } from "../turns.ts"

export const FORWARD = "/wafer/forward/1.0.0"

/** Longest messages of the protocol: a page of 10 000 topics or some envelopes, and the largest envelope. */
export const REQUEST_BYTES = 5 * 1024 * 1024
export const FRAME_BYTES = 1100 * 1024
/** What one Take may carry. */
export const TAKE_BYTES = 4 * 1024 * 1024
export const MAX_TAKEN = 1024
/** Topics in one Live message, and in all of a stream. */
export const MAX_CHANGES = 1024
const MAX_LIVE = 100_000
/** What may wait for a peer that reads slowly. */
const MAX_QUEUE = 4096
const MAX_QUEUE_BYTES = 64 * 1024 * 1024
/** Rows read at once: few, because each may be a megabyte. */
const STEP = 16
/** Pages that are read for one peer at a time; more wait. */
const PAGES_AT_ONCE = 4
const TIMEOUT_MS = 20_000
const MAX_FOLLOWS = 64
/** How long a stream waits for the next request. */
const IDLE_MS = 60_000
const NEVER_MS = 2 ** 31 - 1

export interface ForwardServerOptions {
  readonly store: Store
  readonly limits: Limits
  readonly keeps: (contentTopic: string) => boolean
  /** Whether the peer may be of this network. */
  readonly admitted: (peer: string) => boolean
  /** Stores what a peer's client has published. */
  readonly take: (envelopes: readonly Envelope[], peer: string) => Promise<void>
  /** What one peer may ask for: pages, and envelopes and bytes to store. */
  readonly reads: Buckets
  readonly messages: Buckets
  readonly bytes: Buckets
  /** Bytes that one peer, and all of them, are served. */
  readonly perPeer: Buckets
  readonly total: Buckets
  /** A stream that is silent for so long says that it is alive. */
  readonly heartbeatMs: number
  readonly log: PeerLog
}

type Answers = Channel<typeof ForwardRequestSchema, typeof ForwardFrameSchema>

/** Answers one request of a peer, or shows it what arrives until it leaves. */
export function createForwardServer(
  options: ForwardServerOptions,
): (stream: Stream, peer: string) => Promise<void> {
  const { store, limits, keeps, log } = options
  const live = new Set<string>()
  const following = new Map<string, number>()
  const inTurn = createTurns(PAGES_AT_ONCE)

  async function showPage(answers: Answers, peer: string, query: PageQuery): Promise<void> {
    let after = query.after
    for (let left = query.limit; left > 0;) {
      const rows = await store.page({ ...query, after, limit: Math.min(STEP, left) })
      if (rows.length > 0) {
        const bytes = rows.reduce((sum, { envelope }) => sum + envelope.message.length + 100, 0)
        await borrow(peer, bytes)
        await answers.write(
          ...rows.map(({ envelope }) => frame({ case: "envelope", value: envelope })),
        )
      }
      if (rows.length < STEP) return
      left -= rows.length
      const { envelope, digest } = rows.at(-1)!
      after = { timestampNs: envelope.timestampNs, digest }
    }
  }

  /** Shows what arrives under the topics of the first message and of those that follow. */
  async function showLive(
    answers: Answers,
    peer: string,
    first: ForwardRequest_Live,
  ): Promise<void> {
    const topics = new Set<string>()
    const queue: Envelope[] = []
    let queued = 0
    let wake = () => {}
    let over: Error | undefined

    const unfollow = store.follow({
      arrived(arrivals) {
        for (const { envelope, keep, seq } of arrivals) {
          // What was known before is no news.
          if (!topics.has(envelope.contentTopic) || keep && seq === undefined || over) continue
          queue.push(envelope)
          queued += envelope.message.length
          if (queue.length > MAX_QUEUE || queued > MAX_QUEUE_BYTES) {
            over = new ProtocolError("timeout", "the peer reads more slowly than envelopes arrive")
          }
        }
        if (queue.length > 0) wake()
      },
    })

    async function change({ add, remove }: ForwardRequest_Live): Promise<void> {
      if (add.length > MAX_CHANGES || remove.length > MAX_CHANGES) {
        throw new ProtocolError("violation", "too many changes at once")
      }
      for (const topic of remove) topics.delete(topic)
      for (const topic of add) topics.add(topic)
      if (topics.size > MAX_LIVE || !add.every(keeps)) {
        throw new ProtocolError("violation", "topics that this node cannot show")
      }
      // Hashing topics is work: changes come no faster than pages.
      await pause(options.reads.borrow(peer, topicCost(add.length)))
      await answers.write(frame({ case: "done", value: {} }))
    }

    async function hear(): Promise<void> {
      await change(first)
      for (;;) {
        const { want } = await answers.read(NEVER_MS)
        if (want.case !== "live") {
          throw new ProtocolError("violation", `${want.case} on a live stream`)
        }
        await change(want.value)
      }
    }

    async function tell(): Promise<void> {
      while (over === undefined) {
        const some = queue.splice(0, STEP)
        for (const { message } of some) queued -= message.length
        if (some.length > 0) {
          await answers.write(...some.map((value) => frame({ case: "envelope", value })))
        } else if (
          !await new Promise<boolean>((resolve) => {
            const timer = setTimeout(() => resolve(false), options.heartbeatMs)
            wake = () => {
              clearTimeout(timer)
              resolve(true)
            }
          })
        ) {
          await answers.write(frame({ case: "alive", value: {} }))
        }
      }
      throw over
    }

    const hearing = hear().catch((error) => {
      over ??= error as Error
      wake()
    })
    try {
      await tell()
    } catch (error) {
      // Who leaves between two messages has done nothing wrong.
      if (!(error instanceof ProtocolError && error.code === "closed")) throw error
    } finally {
      unfollow()
      answers.abort(new ProtocolError("closed", "the live stream ends"))
      await hearing
    }
  }

  /** Follows this node's log until the peer leaves; resolves with why it cannot be followed. */
  async function showLog(
    answers: Answers,
    peer: string,
    request: FollowRequest,
  ): Promise<Refusal | undefined> {
    const left = new AbortController()
    // It has nothing more to say: whatever comes is the end.
    void answers.read(NEVER_MS).catch(() => {}).finally(() => left.abort())
    try {
      for await (const value of follow(store, request, left.signal, options)) {
        const bytes = value.event.case === "item" ? value.event.value.envelope!.message.length : 0
        await borrow(peer, bytes + 100)
        if (left.signal.aborted) break
        await answers.write(frame({ case: "followed", value }))
      }
    } catch (error) {
      if (error instanceof Refusal) return error
      if (!(error instanceof ProtocolError && error.code === "closed")) throw error
    }
    answers.abort(new ProtocolError("closed", "nobody follows any more"))
    return undefined
  }

  async function borrow(peer: string, bytes: number): Promise<void> {
    const { perPeer, total } = options
    await pause(Math.max(perPeer.borrow(peer, bytes), total.borrow("", bytes)))
  }

  /** Answers one request; resolves with whether the stream takes another. */
  async function serve(
    answers: Answers,
    peer: string,
    { want }: ForwardRequest,
  ): Promise<boolean> {
    const kind = want.case ?? "nothing"
    const count = (result: string) => log.count("forwards", { role: "keeper", kind, result })

    async function refuse(reason: string, foreignCursor = false): Promise<boolean> {
      count("refused")
      await answers.write(frame({ case: "refused", value: { reason, foreignCursor } }))
      await answers.close()
      return false
    }

    async function done(): Promise<boolean> {
      count("ok")
      await answers.write(frame({ case: "done", value: {} }))
      return true
    }

    if (!options.admitted(peer)) return await refuse("not of this network")
    if (want.case === "page") {
      const query = queryOf(want.value, limits)
      if (!query.topics.every(keeps)) return await refuse("not kept here")
      if (!options.reads.take(peer, topicCost(query.topics.length))) {
        return await refuse("too many requests")
      }
      await inTurn(peer, () => showPage(answers, peer, query))
      return await done()
    }
    if (want.case === "take") {
      const { envelopes } = want.value
      if (envelopes.length > MAX_TAKEN) throw new ProtocolError("violation", "too many envelopes")
      if (!envelopes.every(({ contentTopic }) => keeps(contentTopic))) {
        return await refuse("not kept here")
      }
      const bytes = envelopes.reduce((sum, { message }) => sum + message.length, 0)
      if (!options.messages.take(peer, envelopes.length) || !options.bytes.take(peer, bytes)) {
        return await refuse("too many envelopes")
      }
      try {
        await options.take(envelopes, peer)
      } catch (error) {
        log.say("warn", "forwarded envelopes were refused", { peer, error: String(error) })
        return await refuse("not stored")
      }
      return await done()
    }
    if (want.case === "live") {
      if (live.has(peer)) return await refuse("one live stream is enough")
      live.add(peer)
      count("ok")
      try {
        await showLive(answers, peer, want.value)
      } finally {
        live.delete(peer)
      }
      return false
    }
    if (want.case !== "follow") throw new ProtocolError("violation", "an empty request")
    const { contentTopics } = want.value
    if (contentTopics.length === 0 || contentTopics.length > limits.maxTopics) {
      throw new ProtocolError("violation", `${contentTopics.length} topics to follow`)
    }
    if (!contentTopics.every(keeps)) return await refuse("not kept here")
    const open = following.get(peer) ?? 0
    if (open >= MAX_FOLLOWS || !options.reads.take(peer, topicCost(contentTopics.length))) {
      return await refuse("too many requests")
    }
    following.set(peer, open + 1)
    count("ok")
    try {
      const refusal = await showLog(answers, peer, want.value)
      if (refusal) await refuse(refusal.rawMessage, refusal.code === Code.OutOfRange)
      return false
    } finally {
      const left = following.get(peer)! - 1
      if (left > 0) following.set(peer, left)
      else following.delete(peer)
    }
  }

  return async (stream, peer) => {
    const answers = channel(stream, ForwardRequestSchema, ForwardFrameSchema, {
      maxBytes: REQUEST_BYTES,
      timeoutMs: TIMEOUT_MS,
    })
    let request = await answers.read()
    while (await serve(answers, peer, request)) {
      try {
        request = await answers.read(IDLE_MS)
      } catch (error) {
        const over = error instanceof ProtocolError && ["closed", "timeout"].includes(error.code)
        if (!over) throw error
        return await answers.close()
      }
    }
  }
}

function frame(
  init: NonNullable<MessageInitShape<typeof ForwardFrameSchema>["frame"]>,
): ForwardFrame {
  return create(ForwardFrameSchema, { frame: init })
}

function queryOf(page: ForwardRequest_Page, limits: Limits): PageQuery {
  const { contentTopics, startNs, endNs, descending, after, afterDigest, limit } = page
  const most = Math.max(limits.maxPage, limits.maxPreferencesPage)
  if (contentTopics.length === 0 || contentTopics.length > limits.maxTopics || limit > most) {
    throw new ProtocolError(
      "violation",
      `a page of ${contentTopics.length} topics and ${limit} rows`,
    )
  }
  const place: Position | undefined = after &&
    { timestampNs: after.timestampNs, digest: after.digest }
  return { topics: contentTopics, startNs, endNs, descending, after: place, afterDigest, limit }
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
}
