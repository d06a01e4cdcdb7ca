import { create, toBinary } from "@bufbuild/protobuf"
import {
  type PrivatePreferencesActionMap,
  PrivatePreferencesActionMapSchema,
  PrivatePreferencesActionSchema,
} from "@wafer/proto"
import { type ConversationKey, decodeKeys, encodeKeys } from "./conversation-keys.ts"
import { WaferError } from "../error.ts"
import type { Store } from "../stores/store.ts"
import { prefixed } from "../stores/prefixed.ts"
import { decodeProto } from "../protocol/wire.ts"
import {
  decodeV1Conversations,
  encodeV1Conversations,
  introductionsKey,
  type V1Conversation,
} from "./introductions.ts"
import { decodeLastRun, encodeLastRun, lastRunKeys } from "./last-run.ts"
import { readRevision, writeRevision } from "./topic-map.ts"

export type { ConversationKey } from "./conversation-keys.ts"
export type { V1Conversation } from "./introductions.ts"
export type { ConsentProof, ConversationContext, Invitation } from "../protocol/invitation.ts"
export type { ConversationRecord } from "./keystore.ts"

// The layout in which the official clients 11 to 13 keep what they learnt (docs/protocol.md §10.2).

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
  v1Conversations: introductionsKey,
  actions: "private-preferences/actions",
  lastRun: lastRunKeys,
} as const

type Job = keyof typeof keys.lastRun
const jobs: readonly Job[] = ["v1", "v2", "preferences"]

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
