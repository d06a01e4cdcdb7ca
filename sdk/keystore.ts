import type { Ciphertext } from "@wafer/proto"
import type { Outcome } from "./outcome.ts"
import type { HmacKey } from "./hmac-keys.ts"
import type { ConsentProof, ConversationContext } from "./invitation.ts"
import type { PublicKeyBundle } from "./public-key.ts"
import type { Signature } from "./signature.ts"

/** Whose keys a keystore holds. */
export interface Account {
  /** Checksummed. */
  readonly address: string
  readonly bundle: PublicKeyBundle
}

/** What is known of a conversation, without its key. */
export interface ConversationRecord {
  readonly topic: string
  readonly peerAddress: string
  readonly createdNs: bigint
  readonly context?: ConversationContext
  readonly consentProof?: ConsentProof
}

/** Whom to invite, and to which conversation. */
export interface InviteRequest {
  readonly recipient: PublicKeyBundle
  readonly createdNs: bigint
  readonly context?: ConversationContext
  readonly consentProof?: ConsentProof
}

/** An invitation as it arrived. */
export interface InvitationEnvelope {
  readonly timestampNs: bigint
  readonly message: Uint8Array
}

/** What a key opens: the ciphertext and the header that it is bound to. */
export interface Sealed {
  readonly headerBytes: Uint8Array
  readonly ciphertext: Ciphertext
}

/** A V1 message to open. */
export interface SealedV1 extends Sealed {
  readonly sender: PublicKeyBundle
  readonly recipient: PublicKeyBundle
}

/**
 * Where the secrets of one account are: its keys and the keys of its conversations. Nothing else sees
 * them, so it can live in a worker, a wallet or on a server. Everything that goes in and out is plain
 * data that can be posted. Verbs over many take and return them in the same order.
 */
export interface Keystore {
  account(): Promise<Account>
  /** Signs a 32-byte digest with the identity key or the current pre-key. */
  sign(digest: Uint8Array, key: "identity" | "pre-key"): Promise<Signature>

  /** Makes topic and key of a V2 conversation, remembers them, and seals them for the peer. */
  invite(request: InviteRequest): Promise<{ record: ConversationRecord; sealed: Uint8Array }>
  /** Opens invitations and remembers them; the first one for a topic is the one that counts. */
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
  openV2(topic: string, messages: readonly Sealed[]): Promise<Outcome<Uint8Array>[]>
  /** What a push server needs to tell this account's own messages, by topic. All topics when none is named. */
  hmacKeys(topics: readonly string[] | undefined): Promise<Map<string, HmacKey[]>>

  /** Seals a V1 message to a peer's keys. */
  sealV1(
    recipient: PublicKeyBundle,
    headerBytes: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<Ciphertext>
  openV1(messages: readonly SealedV1[]): Promise<Outcome<Uint8Array>[]>

  /** Names the topic of the account's private preferences. */
  preferencesId(): Promise<string>
  /** Seals what only this account shall read. */
  sealForSelf(plaintext: Uint8Array): Promise<Ciphertext>
  openForSelf(ciphertexts: readonly Ciphertext[]): Promise<Outcome<Uint8Array>[]>

  /** What the client keeps beside the keys, sealed as they are. */
  load(name: string): Promise<Uint8Array | undefined>
  save(name: string, value: Uint8Array): Promise<void>

  /** All secret keys of the account, as `Client.create` takes them back. Whoever has them is the account. */
  exportKeys(): Promise<Uint8Array>
  /** The keys of all conversations, as `importConversations` takes them back. */
  exportConversations(): Promise<Uint8Array>
  /** Adds what `exportConversations` returned; known topics stay as they are. Resolves to how many were new. */
  importConversations(exported: Uint8Array): Promise<number>

  /** Forgets every secret. Idempotent. */
  close(): Promise<void>
}
