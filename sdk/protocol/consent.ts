import { create, toBinary } from "@bufbuild/protobuf"
import { PrivatePreferencesActionSchema, PrivatePreferencesPayloadSchema } from "@wafer/proto"
import { isAddress, toAddress } from "./address.ts"
import { type Ciphertext, readCiphertext, writeCiphertext } from "./ciphertext.ts"
import { decodeProto } from "./wire.ts"

/** Whether somebody may write to this account, as the account has said. */
export type ConsentState = "allowed" | "denied" | "unknown"

/** Whom consent is about. */
export interface ConsentSubject {
  /** What the value names. */
  readonly kind: "address" | "group" | "inbox"
  /** A checksummed address, or the id of a group or an inbox. */
  readonly value: string
}

/** What was said about a subject. */
export interface ConsentEntry extends ConsentSubject {
  /** What the account said last. */
  readonly state: "allowed" | "denied"
}

// In this order the members of one action count.
const members = [
  { field: "allowAddress", values: "walletAddresses", kind: "address", state: "allowed" },
  { field: "denyAddress", values: "walletAddresses", kind: "address", state: "denied" },
  { field: "allowGroup", values: "groupIds", kind: "group", state: "allowed" },
  { field: "denyGroup", values: "groupIds", kind: "group", state: "denied" },
  { field: "allowInboxId", values: "inboxIds", kind: "inbox", state: "allowed" },
  { field: "denyInboxId", values: "inboxIds", kind: "inbox", state: "denied" },
] as const

/** Entries as actions: one for each kind and state, as every client understands them. */
export function encodeActions(entries: readonly ConsentEntry[]): Uint8Array[] {
  return members.flatMap(({ field, values, kind, state }) => {
    const ids = entries.filter((e) => e.kind === kind && e.state === state).map((e) => e.value)
    if (ids.length === 0) return []
    const action = create(PrivatePreferencesActionSchema, { [field]: { [values]: ids } })
    return [toBinary(PrivatePreferencesActionSchema, action)]
  })
}

/**
 * The entries of an action. Declared to have one member, actions are seen with several: all count.
 * Throws `malformed`.
 */
export function decodeAction(bytes: Uint8Array): ConsentEntry[] {
  const action = decodeProto(PrivatePreferencesActionSchema, bytes, "consent action")
  return members.flatMap(({ field, values, kind, state }) => {
    const ids = (action[field] as Record<string, unknown> | undefined)?.[values] ?? []
    return (ids as string[]).map((id) => ({ kind, value: normalized(kind, id), state }))
  })
}

/** Some clients write addresses in lower case; they mean the same account. */
function normalized(kind: ConsentSubject["kind"], id: string): string {
  return kind === "address" && isAddress(id) ? toAddress(id) : id
}

/** A sealed action as it travels. */
export function encodePreferences(sealed: Ciphertext): Uint8Array {
  return toBinary(
    PrivatePreferencesPayloadSchema,
    create(PrivatePreferencesPayloadSchema, {
      version: { case: "v1", value: writeCiphertext(sealed) },
    }),
  )
}

/** Throws `malformed`. */
export function decodePreferences(bytes: Uint8Array): Ciphertext {
  const { version } = decodeProto(PrivatePreferencesPayloadSchema, bytes, "private preferences")
  return readCiphertext(version.value)
}
