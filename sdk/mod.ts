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
export { http, type HttpOptions } from "./transports/http.ts"
export { gateway, type GatewayOptions } from "./transports/gateway.ts"
export { memory } from "./transports/memory.ts"
export { privateKeySigner, type Signer } from "./signer.ts"
export type { Conversations, NewConversationOptions } from "./conversations.ts"
export type { Conversation, MessagesOptions, PreparedMessage, SendOptions } from "./conversation.ts"
export type { Contacts, Subject } from "./contacts.ts"
export type { ConsentEntry, ConsentState } from "./consent.ts"
export type { Message } from "./message.ts"
export type { Stream, StreamOptions, StreamState } from "./stream.ts"
export type { Codec, Content, ContentTypeId, TypedContent } from "./content.ts"
export type { Transport } from "./transport.ts"
export type { Store } from "./store.ts"
export { WaferError, type WaferErrorCode } from "./error.ts"
