import { create, toBinary } from "@bufbuild/protobuf"
import { type TopicMap, type TopicMap_TopicData, TopicMapSchema } from "@wafer/proto"
import { equalBytes } from "../bytes.ts"
import type { ConversationRecord } from "./keystore.ts"
import { type Invitation, readInvitation, writeInvitation } from "../protocol/invitation.ts"
import type { Store } from "../stores/store.ts"
import { topicMap } from "./topic-map.ts"
import { decodeProto } from "../protocol/wire.ts"

/** A V2 conversation with its key. */
export interface ConversationKey {
  /** What may be shown of it. */
  readonly record: ConversationRecord
  /** What its invitation said, the key among it. */
  readonly invitation: Invitation
}

/** One that is about to be known. */
export interface NewConversationKey extends ConversationKey {
  /** Whether only this account and its peer can have made it. Asked when its topic is known already. */
  readonly isProven?: () => boolean
}

/** The V2 conversations of an account, with their keys. */
export interface ConversationKeys {
  get(topic: string): Promise<ConversationKey | undefined>
  all(): Promise<ConversationKey[]>
  /**
   * Adds those whose topic is new. One whose topic is known with another peer or key takes its place if
   * it is proven: topics are no secret, so a stranger can invite to them too. Resolves to how many were
   * taken in.
   */
  add(keys: readonly NewConversationKey[]): Promise<number>
}

/** The V2 conversations of an account with their keys, as the official client keeps them. */
export function conversationKeys(store: Store): ConversationKeys {
  const map = topicMap<ConversationKey>(store, "invitations/v1", {
    topicOf: ({ record }) => record.topic,
    encode: encodeKeys,
    decode: decodeKeys,
  })
  return {
    get: map.get,
    all: map.all,
    add: (keys) =>
      map.add(
        keys.map((key) => ({ topic: key.record.topic, key })),
        ({ key }, before) => takeIn(key, before),
      ),
  }
}

function takeIn(
  { record, invitation, isProven }: NewConversationKey,
  before: ConversationKey | undefined,
): ConversationKey | undefined {
  if (before) {
    const same = before.record.peerAddress === record.peerAddress &&
      equalBytes(before.invitation.keyMaterial, invitation.keyMaterial)
    if (same || !isProven?.()) return undefined
  }
  return { record, invitation }
}

/** The map of all conversations, as it is stored and exported. */
export function encodeKeys(keys: Iterable<ConversationKey>): Uint8Array {
  const topics: TopicMap["topics"] = {}
  for (const { record, invitation } of keys) {
    topics[record.topic] = {
      createdNs: record.createdNs,
      peerAddress: record.peerAddress,
      invitation: writeInvitation(invitation),
    } as TopicMap_TopicData
  }
  return toBinary(TopicMapSchema, create(TopicMapSchema, { topics }))
}

/** The conversations of a map. Throws `malformed`. */
export function decodeKeys(bytes: Uint8Array): ConversationKey[] {
  const { topics } = decodeProto(TopicMapSchema, bytes, "conversation map")
  return Object.values(topics).flatMap(({ createdNs, peerAddress, invitation }) => {
    if (!invitation) return []
    const read = readInvitation(invitation)
    return [{ record: recordOf(read, peerAddress, createdNs), invitation: read }]
  })
}

/** What may be shown of a conversation. */
export function recordOf(
  { topic, context, consentProof }: Invitation,
  peerAddress: string,
  createdNs: bigint,
): ConversationRecord {
  return {
    topic,
    peerAddress,
    createdNs,
    ...(context && { context }),
    ...(consentProof && { consentProof }),
  }
}
