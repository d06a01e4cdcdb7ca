// /wafer/forward/1.0.0, the asking side: pages and publishes for topics that this node does not keep.
import type { Envelope } from "@wafer/proto"
import type { FollowRequest, FollowResponse } from "@wafer/proto/node"
import type { ForwardRequest } from "@wafer/proto/p2p"
import { compareBytes, digestOf } from "../../store/envelope.ts"
import type { PageQuery, StoredEnvelope } from "../../store/store.ts"
import { createTally } from "../../tally.ts"
import { ProtocolError } from "../framing.ts"
import {
  type Asked,
  asking,
  Declined,
  MAX_TAKEN,
  type Open,
  openForward,
  TAKE_BYTES,
} from "./forward-frames.ts"

export interface Forwarder {
  /** One page from the peer's store. Throws a `ProtocolError`, also for a page that nobody asked for. */
  page(peer: string, query: PageQuery): Promise<StoredEnvelope[]>
  /** Resolves when the peer has stored all of these. */
  take(peer: string, envelopes: readonly Envelope[]): Promise<void>
  /** What Follow answers at the peer, until the signal is aborted. */
  follow(peer: string, request: FollowRequest, signal: AbortSignal): AsyncGenerator<FollowResponse>
  /** Whether a peer is being asked or followed. */
  isBusy(peer: string): boolean
  /** A peer has left: its streams are gone with it. */
  forget(peer: string): void
}

/** A whole answer may take so many times as long as a piece of it. */
const PATIENCE = 4
/** Streams to one peer that wait for the next request. */
const MAX_IDLE = 8

export interface ForwarderOptions {
  readonly open: Open
  /** How long a peer may take to go on with an answer. */
  readonly timeoutMs: number
  /** How long a stream without an end may be silent. */
  readonly silenceMs: number
}

export function createForwarder({ open, timeoutMs, silenceMs }: ForwarderOptions): Forwarder {
  // Opening a stream costs as much as ten small answers, so that a few are kept.
  const idle = new Map<string, Asked[]>()
  /** Answers under way. */
  const busy = createTally()

  function keep(peer: string, asked: Asked): void {
    const some = idle.get(peer) ?? []
    if (some.length >= MAX_IDLE) return void asked.close().catch(() => {})
    idle.set(peer, [...some, asked])
  }

  /** Asks once; resolves at the end of the answer. */
  async function ask(
    peer: string,
    request: ForwardRequest,
    each: (envelope: Envelope) => void,
  ): Promise<void> {
    const used = idle.get(peer)?.pop()
    const asked = used ?? await openForward(peer, open, timeoutMs)
    const deadline = performance.now() + PATIENCE * timeoutMs
    const before = asked.bytes.in
    busy.add(peer)
    try {
      await asked.write(request)
      for (;;) {
        const { frame } = await asked.read(Math.min(timeoutMs, deadline - performance.now()))
        if (frame.case === "done") break
        if (frame.case === "refused") throw new Declined(frame.value)
        if (frame.case !== "envelope") {
          throw new ProtocolError("violation", `${frame.case} in a page`)
        }
        each(frame.value)
      }
    } catch (error) {
      asked.abort(error as Error)
      const closed = error instanceof ProtocolError && error.code === "closed"
      // The peer may have closed what was idle: that says nothing of how it answers.
      if (!used || !closed || asked.bytes.in > before) throw error
      return await ask(peer, request, each)
    } finally {
      busy.remove(peer)
    }
    keep(peer, asked)
  }

  return {
    isBusy: (peer) => busy.of(peer) > 0,
    forget: (peer) => void idle.delete(peer),

    async page(peer, query) {
      const { topics, after, ...bounds } = query
      const page: StoredEnvelope[] = []
      const wanted = new Set(topics)
      const place = after && {
        timestampNs: after.timestampNs,
        ...(after.digest && { digest: after.digest }),
      }
      const request = asking({
        case: "page",
        value: { contentTopics: [...topics], ...bounds, ...(place && { after: place }) },
      })
      await ask(peer, request, (envelope) => {
        const row = { envelope, digest: digestOf(envelope) }
        if (!wanted.has(envelope.contentTopic) || !follows(page.at(-1), row, query)) {
          throw new ProtocolError("violation", "an envelope that is not of this page")
        }
        page.push(row)
        if (page.length > query.limit) throw new ProtocolError("violation", "a page too long")
      })
      return page
    },

    async take(peer, envelopes) {
      for (const some of portions(envelopes)) {
        await ask(peer, asking({ case: "take", value: { envelopes: some } }), () => {
          throw new ProtocolError("violation", "an envelope in answer to a publish")
        })
      }
    },

    async *follow(peer, request, signal) {
      const asked = await openForward(peer, open, silenceMs)
      const wanted = new Set(request.contentTopics)
      const leave = () => asked.abort(new ProtocolError("closed", "nobody follows any more"))
      signal.addEventListener("abort", leave, { once: true })
      busy.add(peer)
      try {
        await asked.write(asking({ case: "follow", value: request }))
        while (!signal.aborted) {
          const { frame } = await asked.read()
          if (frame.case === "refused") throw new Declined(frame.value)
          if (frame.case !== "followed" || !isOf(frame.value, wanted)) {
            throw new ProtocolError("violation", "not what is followed")
          }
          yield frame.value
        }
      } finally {
        busy.remove(peer)
        signal.removeEventListener("abort", leave)
        leave()
      }
    },
  }
}

function isOf({ event }: FollowResponse, topics: ReadonlySet<string>): boolean {
  return event.case !== "item" || topics.has(event.value.envelope?.contentTopic ?? "")
}

/** Whether a row may stand behind another, and in the page at all. */
function follows(
  before: StoredEnvelope | undefined,
  { envelope: { timestampNs }, digest }: StoredEnvelope,
  { startNs, endNs, descending, after, afterDigest }: PageQuery,
): boolean {
  const sign = descending ? -1 : 1
  const behind = (place: { timestampNs: bigint; digest: Uint8Array | undefined }): boolean => {
    if (timestampNs !== place.timestampNs) return timestampNs > place.timestampNs === !descending
    return place.digest !== undefined && compareBytes(digest, place.digest) * sign > 0
  }
  if (timestampNs < startNs || timestampNs > endNs) return false
  if (afterDigest && compareBytes(digest, afterDigest) * sign <= 0) return false
  if (after && !behind(after)) return false
  return !before || behind({ timestampNs: before.envelope.timestampNs, digest: before.digest })
}

/** Envelopes as requests take them, in their order. */
function portions(envelopes: readonly Envelope[]): Envelope[][] {
  const portions: Envelope[][] = []
  let bytes = Infinity
  for (const envelope of envelopes) {
    const size = envelope.message.length + 3 * envelope.contentTopic.length + 32
    if (bytes + size > TAKE_BYTES || portions.at(-1)!.length === MAX_TAKEN) {
      portions.push([])
      bytes = 0
    }
    portions.at(-1)!.push(envelope)
    bytes += size
  }
  return portions
}
