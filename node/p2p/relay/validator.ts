// The judgement on a gossiped message before it is forwarded: cheap, in memory, never waiting.
import type { Envelope } from "@wafer/proto"
import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import { storageId } from "../../store/envelope.ts"
import type { Buckets } from "../bucket.ts"
import { idText, type Key, keyOf } from "../repair/rbsr/key.ts"
import { decodeWaku, envelopeOf, WakuError } from "../waku/message.ts"

/** Forward and store; drop silently; drop and hold it against the sender. */
export type Verdict = "accept" | "ignore" | "reject"

export interface Judgement {
  readonly verdict: Verdict
  /** A metrics label. */
  readonly reason: string
  readonly envelope?: Envelope
}

export interface ValidatorOptions {
  readonly maxTopicBytes: number
  readonly maxMessageBytes: number
  /** Stamps further ahead than this are ignored; undefined takes any. */
  readonly maxFutureNs: bigint | undefined
  /** Whether the peer may gossip at all: its network is known to be ours. */
  readonly admitted: (peer: string) => boolean
  /** First deliveries of a peer: how many, and how many bytes. */
  readonly messages: Buckets
  readonly bytes: Buckets
  readonly stored: (contentTopic: string, key: Key) => boolean
  /** The gossip topic that a content topic belongs to. */
  readonly pubsubTopicOf: (contentTopic: string) => string
  /** Whether the node takes no more for now. */
  readonly behind: () => boolean
  /** The operator's own rule, for example a list of topics. */
  readonly policy?: ((envelope: Envelope) => boolean) | undefined
  readonly now: () => number
}

const MAX_TIMESTAMP = (1n << 63n) - 1n
const GENERATION = 100_000
const utf8 = new TextEncoder()

/** Judges messages, and remembers the last 100 000 to 200 000 that it accepted. */
export function createValidator(
  options: ValidatorOptions,
): (peer: string, data: Uint8Array, pubsubTopic: string) => Judgement {
  let recent = new Set<string>()
  let older = new Set<string>()
  const known = (id: string) => recent.has(id) || older.has(id)
  const remember = (id: string) => {
    if (recent.size >= GENERATION) {
      older = recent
      recent = new Set()
    }
    recent.add(id)
  }

  return (peer, data, pubsubTopic) => {
    if (!options.admitted(peer)) return { verdict: "ignore", reason: "stranger" }
    let envelope: Envelope
    try {
      envelope = create(EnvelopeSchema, envelopeOf(decodeWaku(data)))
    } catch (error) {
      if (error instanceof WakuError) return { verdict: "reject", reason: "malformed" }
      throw error
    }
    const topicBytes = utf8.encode(envelope.contentTopic).length
    if (topicBytes === 0 || envelope.message.length === 0) {
      return { verdict: "reject", reason: "empty" }
    }
    if (topicBytes > options.maxTopicBytes || envelope.message.length > options.maxMessageBytes) {
      return { verdict: "reject", reason: "oversized" }
    }
    if (options.pubsubTopicOf(envelope.contentTopic) !== pubsubTopic) {
      return { verdict: "reject", reason: "shard" }
    }
    if (envelope.timestampNs > MAX_TIMESTAMP) return { verdict: "reject", reason: "timestamp" }
    if (
      options.maxFutureNs !== undefined &&
      envelope.timestampNs > BigInt(options.now()) * 1_000_000n + options.maxFutureNs
    ) {
      return { verdict: "ignore", reason: "future" }
    }
    if (!options.messages.take(peer, 1) || !options.bytes.take(peer, data.length)) {
      return { verdict: "ignore", reason: "flood" }
    }
    if (options.behind()) return { verdict: "ignore", reason: "behind" }
    const id = storageId(envelope)
    const name = idText(id)
    // Gossip knows bytes and we know contents: another encoding of the same is no news.
    if (known(name) || options.stored(envelope.contentTopic, keyOf(envelope.timestampNs, id))) {
      return { verdict: "ignore", reason: "known" }
    }
    if (options.policy !== undefined && !options.policy(envelope)) {
      return { verdict: "ignore", reason: "policy" }
    }
    remember(name)
    return { verdict: "accept", reason: "new", envelope }
  }
}
