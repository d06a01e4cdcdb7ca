// /wafer/fetch/1.0.0, the asking side. Bodies are pulled, never pushed: who receives, decides.
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import { FetchFrameSchema, type FetchRequest, FetchRequestSchema } from "@wafer/proto/p2p"
import type { Envelope } from "@wafer/proto"
import { compareBytes, storageId } from "../../store/envelope.ts"
import { channel, ProtocolError } from "../framing.ts"
import { idOf, idText, type Key, keyOf } from "./rbsr/key.ts"
import { FRAME_BYTES, MAX_FETCH_BYTES, MAX_IDS, MAX_RANGE } from "./fetch-server.ts"
import type { Sets } from "./sets.ts"

const TIMEOUT_MS = 20_000
const BATCH_IDS = 256
const BATCH_BYTES = 4 * 1024 * 1024
const OUTSTANDING = 4
/** An answer that is slower, beside one wait, is given up: repairs take turns, and one that drips would hold up all. */
const LEAST_BYTES_PER_SECOND = 16 * 1024

/** Opens a stream to a peer. */
export type Open = (peer: string) => Promise<Stream>
/** Stores what a peer sent; returns how many were new. */
export type Take = (bodies: readonly Body[], peer: string) => Promise<number>

/** An envelope with its place in the order of its set, computed from its contents. */
export interface Body {
  readonly envelope: Envelope
  readonly key: Key
}

export interface Fetcher {
  /** Fetches and stores what `ids` name; returns the ids that the peer does not hold. */
  pull(peer: string, ids: readonly Uint8Array[]): Promise<{ stored: number; missing: Uint8Array[] }>
  /** Copies a whole set in its order from `fromNs` on; returns how many envelopes were new. */
  copy(peer: string, set: number, fromNs: bigint): Promise<number>
  /** Offers ids; resolves when the peer has stored what it lacked, with those that it did not. */
  offer(peer: string, ids: readonly Uint8Array[], timeoutMs?: number): Promise<Uint8Array[]>
}

interface Answer {
  readonly bodies: Body[]
  readonly missing: Uint8Array[]
  readonly truncated: boolean
}

export function createFetcher(
  open: Open,
  take: Take,
  { numberFor }: Pick<Sets, "numberFor">,
): Fetcher {
  async function ask(
    peer: string,
    want: MessageInitShape<typeof FetchRequestSchema>["want"] & object,
    maxBytes: number,
    check: (body: Body) => void,
    timeoutMs = TIMEOUT_MS,
  ): Promise<Answer> {
    const stream = await open(peer)
    const limits = { maxBytes: FRAME_BYTES, timeoutMs }
    const fetch = channel(stream, FetchFrameSchema, FetchRequestSchema, limits)
    const started = Date.now()
    const leftMs = () =>
      started + timeoutMs + fetch.bytes.in / LEAST_BYTES_PER_SECOND * 1000 - Date.now()
    try {
      const request: FetchRequest = create(FetchRequestSchema, { want, maxBytes })
      await fetch.write(request)
      const bodies: Body[] = []
      for (let bytes = 0;;) {
        const { frame } = await fetch.read(Math.min(timeoutMs, leftMs()))
        if (frame.case === "end") {
          await fetch.close()
          return { bodies, missing: frame.value.missing, truncated: frame.value.truncated }
        }
        if (frame.case !== "envelope") throw new ProtocolError("malformed", "an empty frame")
        const body = {
          envelope: frame.value,
          key: keyOf(frame.value.timestampNs, storageId(frame.value)),
        }
        check(body)
        bodies.push(body)
        bytes += frame.value.message.length
        if (bytes > maxBytes + FRAME_BYTES) {
          throw new ProtocolError("violation", "more bytes than were asked for")
        }
      }
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
  }

  /** One batch, asked again until nothing of it was cut off. */
  async function pullBatch(
    peer: string,
    ids: readonly Uint8Array[],
  ): Promise<{ stored: number; missing: Uint8Array[] }> {
    const wanted = new Map(ids.map((id) => [idText(id), id]))
    let stored = 0
    const missing: Uint8Array[] = []
    while (wanted.size > 0) {
      const answer = await ask(
        peer,
        { case: "ids", value: { ids: [...wanted.values()] } },
        BATCH_BYTES,
        ({ key }) => {
          if (!wanted.delete(idText(idOf(key)))) {
            throw new ProtocolError("violation", "an envelope that was not asked for")
          }
        },
      )
      stored += await take(answer.bodies, peer)
      for (const id of answer.missing) {
        if (wanted.delete(idText(id))) missing.push(id)
      }
      if (!answer.truncated || answer.bodies.length === 0) break
    }
    // What the peer neither sent nor declared missing is missing all the same.
    return { stored, missing: [...missing, ...wanted.values()] }
  }

  return {
    async pull(peer, ids) {
      const batches: Uint8Array[][] = []
      for (let at = 0; at < ids.length; at += BATCH_IDS) batches.push(ids.slice(at, at + BATCH_IDS))
      let stored = 0
      const missing: Uint8Array[] = []
      const worker = async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          const done = await pullBatch(peer, batch)
          stored += done.stored
          missing.push(...done.missing)
        }
      }
      await Promise.all(Array.from({ length: OUTSTANDING }, worker))
      return { stored, missing }
    },

    async copy(peer, set, fromNs) {
      let last: Uint8Array | undefined
      let stored = 0
      let storing: Promise<unknown> = Promise.resolve()
      for (;;) {
        const answer = await ask(
          peer,
          {
            case: "range",
            value: {
              set,
              afterNs: last === undefined ? fromNs : new DataView(last.buffer).getBigUint64(0),
              afterId: last === undefined ? new Uint8Array(0) : last.slice(8),
              limit: MAX_RANGE,
            },
          },
          MAX_FETCH_BYTES,
          ({ envelope, key }) => {
            const after = last === undefined
              ? envelope.timestampNs >= fromNs
              : compareBytes(key, last) > 0
            if (!after || numberFor(envelope.contentTopic) !== set) {
              throw new ProtocolError("violation", "an envelope out of its order")
            }
            last = key
          },
        )
        // While these are being written, the next are on their way.
        await storing
        storing = take(answer.bodies, peer).then((fresh) => stored += fresh)
        storing.catch(() => {})
        if (!answer.truncated || answer.bodies.length === 0) break
      }
      await storing
      return stored
    },

    async offer(peer, ids, timeoutMs) {
      const missing: Uint8Array[] = []
      for (let at = 0; at < ids.length; at += MAX_IDS) {
        const value = { ids: ids.slice(at, at + MAX_IDS) }
        const refuse = () => {
          throw new ProtocolError("violation", "an envelope in answer to an offer")
        }
        const answer = await ask(peer, { case: "offer", value }, 0, refuse, timeoutMs)
        missing.push(...answer.missing)
      }
      return missing
    },
  }
}
