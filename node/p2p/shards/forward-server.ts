// /wafer/forward/1.0.0, the answering side. Everything is answered from this node's own store: what was
// forwarded is never forwarded again, so that no request can travel in a circle.
import { Code } from "@connectrpc/connect"
import type { Stream } from "@libp2p/interface"
import type { Envelope } from "@wafer/proto"
import type { FollowRequest } from "@wafer/proto/node"
import type {
  ForwardRequest,
  ForwardRequest_Live,
  ForwardRequest_Page,
  ForwardRequest_Take,
} from "@wafer/proto/p2p"
import { topicCost } from "../../access/limit.ts"
import { follow } from "../../follow.ts"
import { type Limits, Refusal } from "../../refusal.ts"
import type { PageQuery, Position } from "../../store/store.ts"
import { createTally } from "../../tally.ts"
import { type Buckets, paid } from "../bucket.ts"
import { ProtocolError } from "../framing.ts"
import type { PeerLog } from "../metrics.ts"
import { createTurns } from "../turns.ts"
import { type Answers, answersOn, frame, MAX_TAKEN } from "./forward-frames.ts"
import { type LiveServerOptions, showLive } from "./live-server.ts"

/** Rows read at once: few, because each may be a megabyte. */
const STEP = 16
/** Pages that are read for one peer at a time; more wait. */
const PAGES_AT_ONCE = 4
const TIMEOUT_MS = 20_000
const MAX_FOLLOWS = 64
/** How long a stream waits for the next request. */
const IDLE_MS = 60_000
const NEVER_MS = 2 ** 31 - 1

export interface ForwardServerOptions extends LiveServerOptions {
  readonly limits: Limits
  /** Whether the peer may be of this network. */
  readonly admitted: (peer: string) => boolean
  /** Stores what a peer's client has published. */
  readonly take: (envelopes: readonly Envelope[], peer: string) => Promise<void>
  /** Envelopes and bytes that one peer may have stored. */
  readonly messages: Buckets
  readonly bytes: Buckets
  /** Bytes that one peer, and all of them, are served. */
  readonly perPeer: Buckets
  readonly total: Buckets
  readonly log: PeerLog
}

/** One request of a peer. Every answer resolves with whether the stream takes another. */
interface Asking {
  readonly peer: string
  readonly answers: Answers
  readonly count: (result: "ok" | "refused") => void
}

/** Answers one request of a peer after the other, or shows it what arrives until it leaves. */
export function createForwardServer(
  options: ForwardServerOptions,
): (stream: Stream, peer: string) => Promise<void> {
  const { store, limits, keeps, reads, messages, bytes, log } = options
  const live = new Set<string>()
  const following = createTally()
  const inTurn = createTurns(PAGES_AT_ONCE)

  async function refuse(
    { answers, count }: Asking,
    reason: string,
    foreignCursor = false,
  ): Promise<boolean> {
    count("refused")
    await answers.write(frame({ case: "refused", value: { reason, foreignCursor } }))
    await answers.close()
    return false
  }

  async function done({ answers, count }: Asking): Promise<boolean> {
    count("ok")
    await answers.write(frame({ case: "done", value: {} }))
    return true
  }

  async function borrow(peer: string, bytes: number): Promise<void> {
    const { perPeer, total } = options
    await paid(Math.max(perPeer.borrow(peer, bytes), total.borrow("", bytes)))
  }

  async function page(asking: Asking, want: ForwardRequest_Page): Promise<boolean> {
    const query = queryOf(want, limits)
    if (!query.topics.every(keeps)) return await refuse(asking, "not kept here")
    if (!reads.take(asking.peer, topicCost(query.topics.length))) {
      return await refuse(asking, "too many requests")
    }
    await inTurn(asking.peer, () => showPage(asking, query))
    return await done(asking)
  }

  async function showPage({ answers, peer }: Asking, query: PageQuery): Promise<void> {
    let after = query.after
    for (let left = query.limit; left > 0;) {
      const rows = await store.page({ ...query, after, limit: Math.min(STEP, left) })
      if (rows.length > 0) {
        await borrow(
          peer,
          rows.reduce((sum, { envelope }) => sum + envelope.message.length + 100, 0),
        )
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

  async function take(asking: Asking, { envelopes }: ForwardRequest_Take): Promise<boolean> {
    const { peer } = asking
    if (envelopes.length > MAX_TAKEN) throw new ProtocolError("violation", "too many envelopes")
    if (!envelopes.every(({ contentTopic }) => keeps(contentTopic))) {
      return await refuse(asking, "not kept here")
    }
    const size = envelopes.reduce((sum, { message }) => sum + message.length, 0)
    if (!messages.take(peer, envelopes.length) || !bytes.take(peer, size)) {
      return await refuse(asking, "too many envelopes")
    }
    try {
      await options.take(envelopes, peer)
    } catch (error) {
      log.say("warn", "forwarded envelopes were refused", { peer, error: String(error) })
      return await refuse(asking, "not stored")
    }
    return await done(asking)
  }

  async function listen(asking: Asking, want: ForwardRequest_Live): Promise<boolean> {
    const { peer, answers, count } = asking
    if (live.has(peer)) return await refuse(asking, "one live stream is enough")
    live.add(peer)
    count("ok")
    try {
      await showLive(answers, peer, want, options)
    } finally {
      live.delete(peer)
    }
    return false
  }

  async function followed(asking: Asking, want: FollowRequest): Promise<boolean> {
    const { peer, count } = asking
    const { contentTopics } = want
    if (contentTopics.length === 0 || contentTopics.length > limits.maxTopics) {
      throw new ProtocolError("violation", `${contentTopics.length} topics to follow`)
    }
    if (!contentTopics.every(keeps)) return await refuse(asking, "not kept here")
    if (following.of(peer) >= MAX_FOLLOWS || !reads.take(peer, topicCost(contentTopics.length))) {
      return await refuse(asking, "too many requests")
    }
    following.add(peer)
    count("ok")
    try {
      const refusal = await showLog(asking, want)
      if (refusal) await refuse(asking, refusal.rawMessage, refusal.code === Code.OutOfRange)
      return false
    } finally {
      following.remove(peer)
    }
  }

  /** Follows this node's log until the peer leaves; resolves with why it cannot be followed. */
  async function showLog(
    { answers, peer }: Asking,
    request: FollowRequest,
  ): Promise<Refusal | undefined> {
    const left = new AbortController()
    // It has nothing more to say: whatever comes is the end.
    void answers.read(NEVER_MS).catch(() => {}).finally(() => left.abort())
    try {
      for await (const value of follow(store, request, left.signal, options)) {
        const size = value.event.case === "item" ? value.event.value.envelope!.message.length : 0
        await borrow(peer, size + 100)
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

  async function serve(answers: Answers, peer: string, { want }: ForwardRequest): Promise<boolean> {
    const kind = want.case ?? "nothing"
    const asking: Asking = {
      peer,
      answers,
      count: (result) => log.count("forwards", { role: "keeper", kind, result }),
    }
    if (!options.admitted(peer)) return await refuse(asking, "not of this network")
    if (want.case === "page") return await page(asking, want.value)
    if (want.case === "take") return await take(asking, want.value)
    if (want.case === "live") return await listen(asking, want.value)
    if (want.case === "follow") return await followed(asking, want.value)
    throw new ProtocolError("violation", "an empty request")
  }

  return async (stream, peer) => {
    const answers = answersOn(stream, TIMEOUT_MS)
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
