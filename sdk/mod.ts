/**
 * Sealed messaging between blockchain accounts, wire-compatible with XMTP V1 and V2.
 *
 * @example
 * ```ts
 * import { Client, http, privateKeySigner } from "@wafer/sdk"
 *
 * const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
 * const client = await Client.create(signer, { transport: http("http://localhost:5555") })
 * ```
 *
 * @module
 */
export { Client, type ClientOptions } from "./client.ts"
export { http, type HttpOptions } from "./network/transports/http.ts"
export { gateway, type GatewayOptions } from "./network/transports/gateway.ts"
export { memory, type Routes } from "./network/transports/memory.ts"
export {
  type EthersSigner,
  privateKeySigner,
  type Signer,
  type ViemAccount,
  type ViemWalletClient,
} from "./protocol/signer.ts"
export type { Conversations, NewConversationOptions } from "./conversations.ts"
export type { ConsentProof, ConversationContext } from "./protocol/invitation.ts"
export type { Conversation, MessagesOptions, PreparedMessage, SendOptions } from "./conversation.ts"
export type { Message } from "./message.ts"
export type { SenderKey, SenderKeys } from "./protocol/proofs.ts"
export type { Stream, StreamOptions, StreamState } from "./network/stream.ts"
export type { Contacts, Subject } from "./contacts.ts"
export type { ConsentEntry, ConsentState, ConsentSubject } from "./protocol/consent.ts"
export type {
  Codec,
  CodecContext,
  Content,
  ContentTypeId,
  DecodedContent,
  TypedContent,
} from "./content/content.ts"
export type { Compression } from "./content/compression.ts"
export type { HmacKey } from "./protocol/hmac-keys.ts"
export type {
  CallOptions,
  Cursor,
  Direction,
  Envelope,
  FollowEvent,
  FollowRequest,
  Page,
  Query,
  Transport,
} from "./network/transport.ts"
export type { LocalKeystoreOptions } from "./keystore/local-keystore.ts"
export type { Store } from "./stores/store.ts"
export type { OnInvalid } from "./on-invalid.ts"
export { WaferError, type WaferErrorCode, type WaferErrorOptions } from "./error.ts"
