import { create, toBinary } from "@bufbuild/protobuf"
import {
  JobType,
  type PrivatePreferencesActionMap,
  PrivatePreferencesActionMapSchema,
  PrivatePreferencesActionSchema,
  TopicMapSchema,
} from "@wafer/proto"
import { type ConversationKey, decodeKeys, encodeKeys } from "./conversation-keys.ts"
import { WaferError } from "../error.ts"
import type { Store } from "../stores/store.ts"
import { prefixed } from "../stores/prefixed.ts"
import { decodeProto } from "../protocol/wire.ts"
import { readRevision, type TopicMap, topicMap, writeRevision } from "./topic-map.ts"

export type { ConversationKey } from "./conversation-keys.ts"
export type { ConsentProof, ConversationContext, Invitation } from "../protocol/invitation.ts"
export type { ConversationRecord } from "./keystore.ts"

// The layout in which the official clients 11 to 13 keep what they learnt (docs/protocol.md §10.2).

/** A V1 conversation: its topic and key follow from the two accounts. */
export interface V1Conversation {
  /** `/xmtp/0/dm-…/proto`. */
  readonly topic: string
  /** Checksummed. */
  readonly peerAddress: string
  /** When its first message was sent, in nanoseconds. */
  readonly createdNs: bigint
}

/** A change of consent, under the time of its envelope. */
export interface StoredAction {
  /** Nanoseconds, except for what the client wrote itself: it counted those in milliseconds. */
  readonly timestamp: bigint
  /** As it travels, with all its members. */
  readonly action: Uint8Array
}

/** All that an official client keeps for one account. */
export interface OfficialState {
  /** V2 conversations with their keys. */
  readonly conversations: readonly ConversationKey[]
  /** V1 conversations. */
  readonly v1Conversations: readonly V1Conversation[]
  /** When the client last asked for each, in nanoseconds; absent when it never did. */
  readonly lastRunNs: {
    readonly v1?: bigint
    readonly v2?: bigint
    readonly preferences?: bigint
  }
  /** What it read from the private preferences; releases before 13 keep none. */
  readonly actions: readonly StoredAction[]
}

/**
 * Where the official client keeps the values of one account. `network` is its `env` option: `local`,
 * `dev` or `production`. It encrypts them unless told otherwise: wrap the result in `encrypted`. Closing
 * it closes `store`.
 *
 * @example
 * ```ts
 * const store = encrypted(officialStore(localStorageStore(), "production", address), identityKey)
 * const { conversations } = await readOfficialState(store)
 * ```
 */
export function officialStore(store: Store, network: string, address: string): Store {
  return { ...prefixed(store, `xmtp/${network}/${address}/`), close: () => store.close() }
}

const keys = {
  conversations: "invitations/v1",
  v1Conversations: "conversation-v1/v1",
  actions: "private-preferences/actions",
  lastRun: {
    v1: `refreshJob/${JobType.REFRESH_V1}`,
    v2: `refreshJob/${JobType.REFRESH_V2}`,
    preferences: `refreshJob/${JobType.REFRESH_PPPP}`,
  },
} as const

type Job = keyof typeof keys.lastRun
const jobs: readonly Job[] = ["v1", "v2", "preferences"]
const listingJobs = ["v1", "v2"] as const satisfies readonly Job[]

/** Reads what an official client left. What it never wrote is empty. Throws `malformed` on damage. */
export async function readOfficialState(store: Store): Promise<OfficialState> {
  const conversations = await store.get(keys.conversations)
  const v1Conversations = await store.get(keys.v1Conversations)
  const actions = await store.get(keys.actions)
  const lastRunNs: { -readonly [job in Job]?: bigint } = {}
  for (const job of jobs) {
    const bytes = await store.get(keys.lastRun[job])
    if (bytes?.length) lastRunNs[job] = decodeLastRun(bytes)
  }
  return {
    conversations: conversations ? decodeKeys(conversations) : [],
    v1Conversations: v1Conversations ? decodeV1Conversations(v1Conversations) : [],
    lastRunNs,
    actions: actions ? decodeActions(actions) : [],
  }
}

/**
 * Writes a state so that an official client goes on from it, and one that is running reads it again
 * before its next change.
 */
export async function writeOfficialState(store: Store, state: OfficialState): Promise<void> {
  await revise(store, keys.conversations, encodeKeys(state.conversations))
  await revise(store, keys.v1Conversations, encodeV1Conversations(state.v1Conversations))
  await revise(store, keys.actions, encodeActions(state.actions))
  for (const job of jobs) {
    const lastRunNs = state.lastRunNs[job]
    if (lastRunNs !== undefined) await store.set(keys.lastRun[job], encodeLastRun(lastRunNs))
  }
}

/** Official clients read a value again when the number beside it has grown. */
async function revise(store: Store, key: string, value: Uint8Array): Promise<void> {
  const revision = readRevision(await store.get(`${key}/revision`))
  await store.set(key, value)
  await store.set(`${key}/revision`, writeRevision(revision + 1))
}

/** The V1 conversations of an account, as the official client keeps them. */
export function v1Conversations(store: Store): TopicMap<V1Conversation> {
  return topicMap(store, keys.v1Conversations, {
    topicOf: ({ topic }) => topic,
    encode: encodeV1Conversations,
    decode: decodeV1Conversations,
  })
}

/** When the V1 and the V2 conversations were last asked for, in nanoseconds: the earlier of both. */
export async function readLastRun(store: Store): Promise<bigint | undefined> {
  const runs = await Promise.all(
    listingJobs.map(async (job) => {
      const bytes = await store.get(keys.lastRun[job])
      return bytes?.length ? decodeLastRun(bytes) : undefined
    }),
  )
  return runs.reduce((a, b) => a === undefined || b === undefined ? undefined : a < b ? a : b)
}

/** Both were asked for at this time. */
export async function writeLastRun(store: Store, ns: bigint): Promise<void> {
  for (const job of listingJobs) await store.set(keys.lastRun[job], encodeLastRun(ns))
}

function decodeV1Conversations(bytes: Uint8Array): V1Conversation[] {
  const { topics } = decodeProto(TopicMapSchema, bytes, "V1 conversations")
  return Object.entries(topics).map(([topic, { peerAddress, createdNs }]) => {
    return { topic, peerAddress, createdNs }
  })
}

function encodeV1Conversations(conversations: Iterable<V1Conversation>): Uint8Array {
  const topics = Object.fromEntries([...conversations].map(({ topic, ...data }) => [topic, data]))
  return toBinary(TopicMapSchema, create(TopicMapSchema, { topics }))
}

function decodeActions(bytes: Uint8Array): StoredAction[] {
  const { actions } = decodeProto(PrivatePreferencesActionMapSchema, bytes, "consent actions")
  return Object.entries(actions).map(([timestamp, action]) => {
    if (!/^\d{1,20}$/.test(timestamp)) {
      throw new WaferError("malformed", `consent action at ${JSON.stringify(timestamp)}`)
    }
    const encoded = toBinary(PrivatePreferencesActionSchema, action)
    return { timestamp: BigInt(timestamp), action: encoded }
  })
}

function encodeActions(stored: readonly StoredAction[]): Uint8Array {
  const actions: PrivatePreferencesActionMap["actions"] = {}
  for (const { timestamp, action } of stored) {
    actions[String(timestamp)] = decodeProto(
      PrivatePreferencesActionSchema,
      action,
      "consent action",
    )
  }
  const map = create(PrivatePreferencesActionMapSchema, { actions })
  return toBinary(PrivatePreferencesActionMapSchema, map)
}

// Most significant byte first, unlike a revision.

function decodeLastRun(bytes: Uint8Array): bigint {
  if (bytes.length !== 8) {
    throw new WaferError("malformed", `expected a time of 8 bytes, got ${bytes.length}`)
  }
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0)
}

function encodeLastRun(ns: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, ns)
  return bytes
}
