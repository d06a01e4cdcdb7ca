// /wafer/fetch/1.0.0, the answering side: bodies by id, bodies in order, and offers.
import { create } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import {
  type FetchFrame,
  FetchFrameSchema,
  type FetchRequest,
  type FetchRequest_Range,
  FetchRequestSchema,
} from "@wafer/proto/p2p"
import type { Envelope } from "@wafer/proto"
import { storageId } from "../../store/envelope.ts"
import type { LogEntry, Store } from "../../store/store.ts"
import { type Buckets, paid } from "../bucket.ts"
import { channel, ProtocolError } from "../framing.ts"
import type { PeerLog } from "../metrics.ts"
import { ID_LENGTH, idOf, idText, KEY_LENGTH, keyOf } from "./rbsr/key.ts"
import type { Sets } from "./sets.ts"

export const FETCH = "/wafer/fetch/1.0.0"

/** Longest messages of the protocol: a request of 1024 ids, a frame with the largest envelope. */
export const REQUEST_BYTES = 64 * 1024
export const FRAME_BYTES = 1100 * 1024
export const MAX_IDS = 1024
export const MAX_RANGE = 4096
export const MAX_FETCH_BYTES = 16 * 1024 * 1024
// Few, because a store hands out whole bodies and each may be a megabyte.
const BATCH = 16
/** Small envelopes travel together: each piece costs encryption and a system call. */
const GATHER_BYTES = 64 * 1024
const TIMEOUT_MS = 20_000

export interface FetchServerOptions {
  readonly store: Store
  readonly sets: Sets
  readonly log: PeerLog
  /** Bytes that one peer, and all of them, are served. */
  readonly perPeer: Buckets
  readonly total: Buckets
  /** Takes what is offered and missing here; resolves when it is stored, with the ids that are not. */
  readonly take: (peer: string, ids: readonly Uint8Array[]) => Promise<Uint8Array[]>
}

/** Answers one request of a peer. */
export function createFetchServer(
  options: FetchServerOptions,
): (stream: Stream, peer: string) => Promise<void> {
  const { store, sets, log } = options

  /** Envelopes of log entries. A row that does not match its id is deleted: repair brings it again. */
  async function bodies(entries: readonly LogEntry[]): Promise<(Envelope | undefined)[]> {
    const envelopes = await store.envelopes(entries)
    const corrupt: LogEntry[] = []
    const sound = envelopes.map((envelope, i) => {
      if (envelope === undefined) return undefined
      if (idText(storageId(envelope)) === idText(entries[i]!.id)) return envelope
      corrupt.push(entries[i]!)
      return undefined
    })
    if (corrupt.length > 0) {
      log.count("corrupt", undefined, corrupt.length)
      log.say("error", "corrupt rows removed", { rows: corrupt.length })
      await store.remove(corrupt)
    }
    return sound
  }

  async function* byIds(ids: readonly Uint8Array[]): AsyncGenerator<[Uint8Array, Envelope?]> {
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH)
      const entries = await store.entries(batch)
      const held = entries.filter((entry) => entry !== undefined)
      const found = new Map<string, Envelope>()
      for (const [i, envelope] of (await bodies(held)).entries()) {
        if (envelope !== undefined) found.set(idText(held[i]!.id), envelope)
      }
      for (const id of batch) {
        const envelope = found.get(idText(id))
        yield envelope === undefined ? [id] : [id, envelope]
      }
    }
  }

  /** The ids behind a place in a set, and whether there are more than `limit`. */
  function range({ set, afterNs, afterId, limit }: FetchRequest_Range): [Uint8Array[], boolean] {
    if (!sets.numbers.includes(set)) throw new ProtocolError("violation", `there is no set ${set}`)
    if (afterId.length !== 0 && afterId.length !== ID_LENGTH) {
      throw new ProtocolError("violation", `an id of ${afterId.length} bytes`)
    }
    const index = sets.of(set)
    const after = keyOf(afterNs, afterId)
    const low = index.rank(after) + (afterId.length > 0 && index.has(after) ? 1 : 0)
    const high = Math.min(index.size, low + Math.min(limit || MAX_RANGE, MAX_RANGE))
    const ids: Uint8Array[] = []
    for (const slice of index.slices(low, high)) {
      for (let at = 0; at < slice.length; at += KEY_LENGTH) {
        ids.push(idOf(slice.subarray(at, at + KEY_LENGTH)).slice())
      }
    }
    return [ids, high < index.size]
  }

  return async (stream, peer) => {
    const fetch = channel(stream, FetchRequestSchema, FetchFrameSchema, {
      maxBytes: REQUEST_BYTES,
      timeoutMs: TIMEOUT_MS,
    })
    const request = await fetch.read()
    const { want } = request
    if (want.case === "offer") {
      const missing = await options.take(peer, checked(want.value.ids))
      await fetch.write(end(missing, false))
      await fetch.close()
      return
    }
    let [ids, truncated]: [Uint8Array[], boolean] = want.case === "range"
      ? range(want.value)
      : [checked(want.case === "ids" ? want.value.ids : []), false]
    const missing: Uint8Array[] = []
    let left = budget(request)
    let frames: FetchFrame[] = []
    let gathered = 0
    const flush = async () => {
      if (frames.length === 0) return
      await paid(Math.max(
        options.perPeer.borrow(peer, gathered),
        options.total.borrow("", gathered),
      ))
      await fetch.write(...frames)
      frames = []
      gathered = 0
    }
    for await (const [id, envelope] of byIds(ids)) {
      if (envelope === undefined) {
        missing.push(id)
        continue
      }
      const bytes = envelope.message.length + envelope.contentTopic.length + 16
      // One envelope always fits, or a small budget would never be served at all.
      if (bytes > left && left < budget(request)) {
        truncated = true
        break
      }
      left -= bytes
      frames.push(create(FetchFrameSchema, { frame: { case: "envelope", value: envelope } }))
      gathered += bytes
      if (gathered >= GATHER_BYTES) await flush()
    }
    await flush()
    // Within a range a missing body is not a matter of the asker: it learns the rest by reconciling.
    if (want.case === "range") ids = []
    await fetch.write(end(ids.length > 0 ? missing : [], truncated))
    await fetch.close()
  }
}

function end(missing: Uint8Array[], truncated: boolean): FetchFrame {
  return create(FetchFrameSchema, { frame: { case: "end", value: { missing, truncated } } })
}

function budget({ maxBytes }: FetchRequest): number {
  return Math.min(maxBytes || MAX_FETCH_BYTES, MAX_FETCH_BYTES)
}

function checked(ids: Uint8Array[]): Uint8Array[] {
  if (ids.length > MAX_IDS) throw new ProtocolError("violation", `${ids.length} ids in a request`)
  if (ids.some((id) => id.length !== ID_LENGTH)) {
    throw new ProtocolError("violation", "an id that is not 32 bytes long")
  }
  return ids
}
