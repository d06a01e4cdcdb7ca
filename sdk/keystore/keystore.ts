import type { Ciphertext } from "../protocol/ciphertext.ts"
import type { Outcome } from "../outcome.ts"
import type { HmacKey } from "../protocol/hmac-keys.ts"
import type { ConsentProof, ConversationContext } from "../protocol/invitation.ts"
import type { PublicKeyBundle } from "../protocol/public-key.ts"
import type { Signature } from "../protocol/signature.ts"

export type { Ciphertext, Freshness } from "../protocol/ciphertext.ts"
export type { HmacKey } from "../protocol/hmac-keys.ts"
export type { ConsentProof, ConversationContext } from "../protocol/invitation.ts"
export type { Outcome } from "../outcome.ts"
export type { PublicKey, PublicKeyBundle } from "../protocol/public-key.ts"
export type { Signature } from "../protocol/signature.ts"

/** Whose keys a keystore holds. */
export interface Account {
  /** Checksummed. */
  readonly address: string
  /** What it shows to others. */
  readonly bundle: PublicKeyBundle
}

/** What is known of a conversation, without its key. */
export interface ConversationRecord {
  /** Where its messages are published. */
  readonly topic: string
  /** Checksummed. */
  readonly peerAddress: string
  /** When it began, as its inviter says. */
  readonly createdNs: bigint
  /** Tells it from others with the same peer. */
  readonly context?: ConversationContext
  /** The invited account's word that the inviter may write to it; not verified yet. */
  readonly consentProof?: ConsentProof
}

/** Whom to invite, and to which conversation. */
export interface InviteRequest {
  /** The keys that the peer shows. */
  readonly recipient: PublicKeyBundle
  /** The time of the invitation, which its envelope must have too. */
  readonly createdNs: bigint
  /** Tells the conversation from others with the same peer. */
  readonly context?: ConversationContext
  /** The peer's word that this account may write to it. */
  readonly consentProof?: ConsentProof
}

/** An invitation as it arrived. */
export interface InvitationEnvelope {
  /** Of its envelope. */
  readonly timestampNs: bigint
  /** A sealed invitation. */
  readonly message: Uint8Array
}

/** What a key opens: the ciphertext and the header that it is bound to. */
export interface Sealed {
  /** As received. */
  readonly headerBytes: Uint8Array
  /** Opens together with the header only. */
  readonly ciphertext: Ciphertext
}

/** A V1 message to open. */
export interface SealedV1 extends Sealed {
  /** The keys of who wrote it, as its header says. */
  readonly sender: PublicKeyBundle
  /** The keys it was written to, as its header says. */
  readonly recipient: PublicKeyBundle
}

/**
 * Where the secrets of one account are: its keys and the keys of its conversations. Nothing else sees
 * them, so it can live in a worker, a wallet or on a server. Everything that goes in and out is plain
 * data that can be posted. Verbs over many take and return them in the same order.
 */
export interface Keystore {
  /** Whose keys these are, and what others may see of them. */
  account(): Promise<Account>
  /** Signs a 32-byte digest with the identity key or the current pre-key. */
  sign(digest: Uint8Array, key: "identity" | "pre-key"): Promise<Signature>

  /** Makes topic and key of a V2 conversation, remembers them, and seals them for the peer. */
  invite(request: InviteRequest): Promise<{ record: ConversationRecord; sealed: Uint8Array }>
  /**
   * Opens invitations and remembers them. Of several for a topic the first one counts, unless a later
   * one proves that the topic is this account's with another peer.
   */
  saveInvitations(
    envelopes: readonly InvitationEnvelope[],
  ): Promise<Outcome<ConversationRecord>[]>
  /** The V2 conversations that are known, oldest first. */
  conversations(): Promise<ConversationRecord[]>
  /** Seals a message of a known V2 conversation, with the HMAC that push servers look at. */
  sealV2(
    topic: string,
    headerBytes: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<{ ciphertext: Ciphertext; senderHmac: Uint8Array }>
  /** Opens messages of a known V2 conversation. */
  openV2(topic: string, messages: readonly Sealed[]): Promise<Outcome<Uint8Array>[]>
  /** What a push server needs to tell this account's own messages, by topic. All topics when none is named. */
  hmacKeys(topics: readonly string[] | undefined): Promise<Map<string, HmacKey[]>>

  /** Seals a V1 message to a peer's keys. */
  sealV1(
    recipient: PublicKeyBundle,
    headerBytes: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<Ciphertext>
  /** Opens V1 messages that this account wrote or received. */
  openV1(messages: readonly SealedV1[]): Promise<Outcome<Uint8Array>[]>

  /** Names the topic of the account's private preferences. */
  preferencesId(): Promise<string>
  /** Seals what only this account shall read. */
  sealForSelf(plaintext: Uint8Array): Promise<Ciphertext>
  /** Opens what `sealForSelf` sealed. */
  openForSelf(ciphertexts: readonly Ciphertext[]): Promise<Outcome<Uint8Array>[]>

  /** The V1 conversations that are known. Their keys follow from the accounts. */
  introductions(): Promise<ConversationRecord[]>
  /** Remembers V1 conversations. Of two for a topic the earlier one counts. */
  saveIntroductions(records: readonly ConversationRecord[]): Promise<void>
  /** When the conversations were last asked for, in nanoseconds; undefined when they never were. */
  lastRun(): Promise<bigint | undefined>
  /** Remembers when they were. */
  saveLastRun(ns: bigint): Promise<void>

  /** All secret keys of the account, as `Client.create` takes them back. Whoever has them is the account. */
  exportKeys(): Promise<Uint8Array>
  /** The keys of all conversations, as `importConversations` takes them back. */
  exportConversations(): Promise<Uint8Array>
  /** Adds what `exportConversations` returned; known topics stay as they are. Resolves to how many were new. */
  importConversations(exported: Uint8Array): Promise<number>

  /** Forgets every secret. Idempotent. */
  close(): Promise<void>
}
