import { sha256 } from "@wafer/crypto"
import { toHex } from "./bytes.ts"
import type { Codec, ContentTypeId, DecodedContent, TypedContent } from "./content/content.ts"
import { sameContentType } from "./content/content-type.ts"
import type { WaferError } from "./error.ts"
import type { Envelope } from "./network/transport.ts"
import type { SenderKeys } from "./protocol/proofs.ts"

/**
 * A message that was sent or received. One that could not be read is a message too: then `error` says
 * why, and what was not proven is empty.
 *
 * @example
 * ```ts
 * for (const message of await conversation.messages()) {
 *   if (message.error) console.warn(message.id, message.error.code, message.fallback)
 *   else if (message.is(reaction)) console.log(message.content.action, message.content.content)
 *   else console.log(message.sent, message.senderAddress, message.content)
 * }
 * ```
 */
export interface Message<T = unknown> {
  /** Hex of the SHA-256 of the message as it travels; known before it is sent. */
  readonly id: string
  /** The topic of its conversation. */
  readonly conversationTopic: string
  /** Checksummed and proven; empty when `error` says that it is not. */
  readonly senderAddress: string
  /** When the sender says it was sent. */
  readonly sent: Date
  /** The keys by which the sender is proven; absent when `error` says that nobody is. */
  readonly senderKeys?: SenderKeys
  /** When the node stored it. Only its word, and only a stream tells, from a node that offers that. */
  readonly storedAt?: Date
  /** What the codec made of it; undefined when there is an `error`. */
  readonly content: T
  /** Absent when the message could not be opened. */
  readonly contentType?: ContentTypeId
  /** What the sender offers to those who cannot show the content. */
  readonly fallback?: string
  /** Why there is no content. */
  readonly error?: WaferError
  /** The content before its codec, for those who read it in another way. */
  readonly encoded?: TypedContent
  /** Whether the content is of this codec's kind and was read; tells the type checker too. */
  is<U>(codec: Codec<U>): this is Message<U>
}

/** What was established about a message before its content is looked at. */
export interface MessageOrigin {
  readonly id: string
  readonly conversationTopic: string
  readonly senderAddress: string
  readonly sent: Date
  readonly senderKeys?: SenderKeys
  readonly storedAt?: Date
}

/** The id of a message: the hash of its bytes. */
export function messageId(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}

/** A message whose content was looked at, with whatever success. */
export function messageWith(origin: MessageOrigin, decoded: DecodedContent): Message {
  const { value, type, fallback, error, encoded } = decoded
  return {
    ...origin,
    content: value,
    contentType: type,
    encoded,
    ...(fallback !== undefined && { fallback }),
    ...(error && { error }),
    is,
  }
}

/** A message that could not be opened, or whose content is none. */
export function messageWithout(
  envelope: Envelope,
  origin: Omit<MessageOrigin, "id">,
  error: WaferError,
): Message {
  return { ...origin, id: messageId(envelope.message), content: undefined, error, is }
}

// A predicate on `this` can only be declared in an interface.
const is = function (this: Message, codec: Codec<unknown>): boolean {
  return this.error === undefined && this.contentType !== undefined &&
    sameContentType(this.contentType, codec.type)
} as Message["is"]
