import { create, toBinary } from "@bufbuild/protobuf"
import { type TopicMap, type TopicMap_TopicData, TopicMapSchema } from "@wafer/proto"
import { equalBytes } from "../bytes.ts"
import type { ConversationRecord } from "./keystore.ts"
import { type Invitation, readInvitation, writeInvitation } from "../protocol/invitation.ts"
import { inOrder } from "../stores/in-order.ts"
import type { Store } from "../stores/store.ts"
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

/** The V2 conversations of an account with their keys, as they lie in a store. */
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

// The official client's layout: one map of everything, and a count of its writes beside it, by which
// one that shares the store learns that it has to read again.
const mapKey = "invitations/v1"
const revisionKey = "invitations/v1/revision"

/** Reads and writes the official client's layout. */
export function conversationKeys(store: Store): ConversationKeys {
  const known = new Map<string, ConversationKey>()
  let revision = -1
  // One at a time: each write is of the whole map.
  const ordered = inOrder()

  async function refresh(): Promise<void> {
    const stored = readRevision(await store.get(revisionKey))
    if (stored <= revision) return
    const bytes = await store.get(mapKey)
    if (bytes) { for (const key of decodeKeys(bytes)) known.set(key.record.topic, key) }
    revision = stored
  }

  return {
    async get(topic) {
      if (!known.has(topic)) await ordered(refresh)
      return known.get(topic)
    },
    all: () =>
      ordered(async () => {
        await refresh()
        return [...known.values()]
      }),
    add: (keys) =>
      ordered(async () => {
        await refresh()
        const added = keys.filter((key) => takeIn(known, key)).length
        if (added === 0) return 0
        await store.set(mapKey, encodeKeys(known.values()))
        await store.set(revisionKey, writeRevision(++revision))
        return added
      }),
  }
}

function takeIn(
  known: Map<string, ConversationKey>,
  { record, invitation, isProven }: NewConversationKey,
): boolean {
  const before = known.get(record.topic)
  if (before) {
    const same = before.record.peerAddress === record.peerAddress &&
      equalBytes(before.invitation.keyMaterial, invitation.keyMaterial)
    if (same || !isProven?.()) return false
  }
  known.set(record.topic, { record, invitation })
  return true
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

function readRevision(bytes: Uint8Array | undefined): number {
  if (bytes?.length !== 4) return 0
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true)
}

function writeRevision(revision: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, revision, true)
  return bytes
}
