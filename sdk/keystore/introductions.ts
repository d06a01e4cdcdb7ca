import { create, toBinary } from "@bufbuild/protobuf"
import { TopicMapSchema } from "@wafer/proto"
import { decodeProto } from "../protocol/wire.ts"
import type { Store } from "../stores/store.ts"
import { topicMap } from "./topic-map.ts"

/** A V1 conversation: its topic and key follow from the two accounts. */
export interface V1Conversation {
  /** `/xmtp/0/dm-…/proto`. */
  readonly topic: string
  /** Checksummed. */
  readonly peerAddress: string
  /** When its first message was sent, in nanoseconds. */
  readonly createdNs: bigint
}

/** The V1 conversations of an account, as they lie in a store. */
export interface Introductions {
  all(): Promise<V1Conversation[]>
  /** Of two for a topic the earlier one counts. */
  add(conversations: readonly V1Conversation[]): Promise<unknown>
}

/** Where the official client keeps them. */
export const introductionsKey = "conversation-v1/v1"

/** The V1 conversations of an account, as the official client keeps them. */
export function introductions(store: Store): Introductions {
  const map = topicMap<V1Conversation>(store, introductionsKey, {
    topicOf: ({ topic }) => topic,
    encode: encodeV1Conversations,
    decode: decodeV1Conversations,
  })
  return {
    all: map.all,
    add: (conversations) =>
      map.add(
        conversations,
        (one, before) => before && before.createdNs <= one.createdNs ? undefined : one,
      ),
  }
}

/** The conversations of a map. Throws `malformed`. */
export function decodeV1Conversations(bytes: Uint8Array): V1Conversation[] {
  const { topics } = decodeProto(TopicMapSchema, bytes, "V1 conversations")
  return Object.entries(topics).map(([topic, { peerAddress, createdNs }]) => {
    return { topic, peerAddress, createdNs }
  })
}

/** The map of all conversations. */
export function encodeV1Conversations(conversations: Iterable<V1Conversation>): Uint8Array {
  const topics = Object.fromEntries(
    Array.from(conversations, ({ topic, peerAddress, createdNs }) => [
      topic,
      { peerAddress, createdNs },
    ]),
  )
  return toBinary(TopicMapSchema, create(TopicMapSchema, { topics }))
}
