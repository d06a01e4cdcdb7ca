// The message inside gossip, as Waku relays write it. One message must have one encoding, because
// gossip knows messages by the hash of these bytes: fields ascend and the strict decoder refuses
// what could be written in two ways.
import type { Envelope } from "@wafer/proto"
import { sha256 } from "@wafer/crypto"
import { isEphemeral } from "../../store/topic.ts"

/** The fields of a WakuMessage that this network uses. */
export interface WakuMessage {
  readonly payload: Uint8Array
  readonly contentTopic: string
  /** Unix nanoseconds. */
  readonly timestampNs?: bigint | undefined
  readonly version?: number | undefined
  /** At most 64 bytes. */
  readonly meta?: Uint8Array | undefined
  /** Relayed, never stored. */
  readonly ephemeral?: boolean | undefined
}

/** A message that is not a WakuMessage; the peer that sent it is to blame. */
export class WakuError extends Error {
  override readonly name = "WakuError"
}

const PAYLOAD = 1
const CONTENT_TOPIC = 2
const VERSION = 3
const TIMESTAMP = 10
const META = 11
const RATE_LIMIT_PROOF = 21
const EPHEMERAL = 31
const MAX_META = 64
const STATIC_SHARD = /^\/waku\/2\/rs\/(\d{1,5})\/(\d{1,4})$/
const MAX_SHARD = 1023
/** Bytes of fields we do not know that a message may carry. */
const MAX_UNKNOWN = 64

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The one encoding of a message. */
export function encodeWaku(message: WakuMessage): Uint8Array {
  const out: Uint8Array[] = []
  const bytes = (field: number, value: Uint8Array) =>
    out.push(leb128(BigInt(field << 3 | 2)), leb128(BigInt(value.length)), value)
  const varint = (field: number, value: bigint) =>
    out.push(leb128(BigInt(field << 3)), leb128(value))
  if (message.payload.length > 0) bytes(PAYLOAD, message.payload)
  if (message.contentTopic !== "") bytes(CONTENT_TOPIC, utf8.encode(message.contentTopic))
  if (message.version !== undefined) varint(VERSION, BigInt(message.version))
  if (message.timestampNs !== undefined) varint(TIMESTAMP, zigzag(message.timestampNs))
  if (message.meta !== undefined) bytes(META, message.meta)
  if (message.ephemeral) varint(EPHEMERAL, 1n)
  return joined(out)
}

/** Throws a `WakuError` for what is not a WakuMessage, or one that could have been written shorter. */
export function decodeWaku(data: Uint8Array): WakuMessage {
  const message: { -readonly [K in keyof WakuMessage]: WakuMessage[K] } = {
    payload: new Uint8Array(0),
    contentTopic: "",
  }
  const seen = new Set<number>()
  let unknown = 0
  let offset = 0
  const readVarint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data[offset++]
      if (byte === undefined) throw new WakuError("a varint ends too early")
      if (byte === 0 && shift > 0n) throw new WakuError("a varint is longer than it need be")
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        if (value >> 64n) throw new WakuError("a varint is above 2^64-1")
        return value
      }
    }
    throw new WakuError("a varint has more than ten bytes")
  }
  const readBytes = (): Uint8Array => {
    const length = Number(readVarint())
    if (length > data.length - offset) throw new WakuError("a field ends too early")
    return data.subarray(offset, offset += length)
  }
  while (offset < data.length) {
    const start = offset
    const tag = readVarint()
    const wire = Number(tag & 7n)
    const field = Number(tag >> 3n)
    if (field === 0 || field > 0x1fff_ffff) throw new WakuError(`there is no field ${field}`)
    const known = KNOWN.get(field)
    if (known !== undefined) {
      if (wire !== known) {
        throw new WakuError(`field ${field}: expected wire type ${known}, got ${wire}`)
      }
      if (seen.has(field)) throw new WakuError(`field ${field} comes twice`)
      seen.add(field)
    }
    const value = wire === 0 ? readVarint() : wire === 2 ? readBytes() : undefined
    if (value === undefined) {
      offset += wire === 1 ? 8 : wire === 5 ? 4 : Infinity
      if (offset > data.length) throw new WakuError("a field ends too early, or is a group")
    }
    if (known === undefined) {
      unknown += offset - start
      if (unknown > MAX_UNKNOWN) throw new WakuError("too many unknown fields")
    } else {
      accept(message, field, value!)
    }
  }
  return message
}

const KNOWN = new Map([
  [PAYLOAD, 2],
  [CONTENT_TOPIC, 2],
  [VERSION, 0],
  [TIMESTAMP, 0],
  [META, 2],
  [RATE_LIMIT_PROOF, 2],
  [EPHEMERAL, 0],
])

function accept(
  message: { -readonly [K in keyof WakuMessage]: WakuMessage[K] },
  field: number,
  value: bigint | Uint8Array,
): void {
  if (value instanceof Uint8Array) {
    // Copies: the bytes around them are the whole RPC, often in a Buffer.
    if (field === PAYLOAD) message.payload = new Uint8Array(value)
    if (field === CONTENT_TOPIC) message.contentTopic = text(value)
    if (field === META) {
      if (value.length > MAX_META) throw new WakuError("meta is longer than 64 bytes")
      message.meta = new Uint8Array(value)
    }
  } else {
    if (field === VERSION) message.version = Number(BigInt.asUintN(32, value))
    if (field === TIMESTAMP) message.timestampNs = unzigzag(value)
    if (field === EPHEMERAL) {
      if (value > 1n) throw new WakuError("ephemeral is neither true nor false")
      message.ephemeral = value === 1n
    }
  }
}

function text(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch (cause) {
    throw new WakuError("the content topic is not UTF-8", { cause })
  }
}

/** What is gossiped for an envelope. */
export function wakuOf(envelope: Envelope): Uint8Array {
  return encodeWaku(wakuMessageOf(envelope))
}

/** The same, not encoded. */
export function wakuMessageOf({ message, contentTopic, timestampNs }: Envelope): WakuMessage {
  return {
    payload: message,
    contentTopic,
    timestampNs: BigInt.asIntN(64, timestampNs),
    ephemeral: isEphemeral(contentTopic),
  }
}

/** The envelope inside gossip: as XMTP's nodes did, no time and a time before 1970 are 0. */
export function envelopeOf({ payload, contentTopic, timestampNs = 0n }: WakuMessage): Pick<
  Envelope,
  "contentTopic" | "timestampNs" | "message"
> {
  return { contentTopic, timestampNs: timestampNs < 0n ? 0n : timestampNs, message: payload }
}

/**
 * Waku's deterministic message hash (RFC 14). It does not tell payload from topic, so it names
 * messages to Waku nodes only and is never a storage key.
 */
export function wakuHash(pubsubTopic: string, message: WakuMessage): Uint8Array {
  const timestamp = new Uint8Array(8)
  new DataView(timestamp.buffer).setBigInt64(0, message.timestampNs ?? 0n)
  return sha256(joined([
    utf8.encode(pubsubTopic),
    message.payload,
    utf8.encode(message.contentTopic),
    message.meta ?? new Uint8Array(0),
    timestamp,
  ]))
}

/** Where a pubsub topic lies: `/waku/2/rs/<cluster>/<shard>`; a named topic is shard 0 of cluster 0. */
export function placeOf(pubsubTopic: string): { cluster: number; shard: number } {
  const match = STATIC_SHARD.exec(pubsubTopic)
  return { cluster: Number(match?.[1] ?? 0), shard: Number(match?.[2] ?? 0) }
}

/**
 * The gossip topic of one of a network's shards, made from the network's own: Waku's static shards count
 * on from it, a named topic gets the number behind it. A network of one shard has the topic itself.
 */
export function pubsubTopicOf(pubsubTopic: string, shard: number, count: number): string {
  if (count === 1) return pubsubTopic
  const first = STATIC_SHARD.exec(pubsubTopic)
  if (first === null) return `${pubsubTopic}/${count}/${shard}`
  const number = Number(first[2]) + shard
  if (number > MAX_SHARD) {
    throw new RangeError(`${count} shards from ${pubsubTopic} on, Waku has ${MAX_SHARD + 1}`)
  }
  return `/waku/2/rs/${first[1]}/${number}`
}

/** The shard, of `shards`, that autosharding gives to an application's topics. */
export function autoshard(application: string, version: string, shards: number): number {
  const hash = sha256(utf8.encode(application + version))
  return hash.reduce((rest, byte) => (rest * 256 + byte) % shards, 0)
}

function leb128(value: bigint): Uint8Array {
  const groups: number[] = []
  for (; value > 0x7fn; value >>= 7n) groups.push(Number(value & 0x7fn) | 0x80)
  return Uint8Array.of(...groups, Number(value))
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
