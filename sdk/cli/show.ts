import { toBase64 } from "../bytes.ts"
import { formatContentType } from "../content/content-type.ts"
import type { Conversation } from "../conversation.ts"
import type { Message } from "../message.ts"

/**
 * Text that others wrote, safe to show: control characters could move the cursor, change the window's
 * title or hide what stands there.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what it is about
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
}

/** A message as a line for people. */
export function messageLine({ sent, senderAddress, content, ...message }: Message): string {
  const shown = typeof content === "string" ? content : message.fallback ??
    `[${message.contentType ? formatContentType(message.contentType) : "unreadable"}]`
  const problem = message.error ? ` (${message.error.message})` : ""
  return `${moment(sent)}  ${senderAddress || "unknown sender"}  ${printable(shown + problem)}`
}

/** A message as JSON. Bytes become base64. */
export function messageJson(message: Message): string {
  const { id, conversationTopic, senderAddress, sent, content, contentType, fallback } = message
  const error = message.error && { code: message.error.code, message: message.error.message }
  return json({
    id,
    conversation: conversationTopic,
    sender: senderAddress,
    sent: moment(sent),
    contentType: contentType && formatContentType(contentType),
    content,
    fallback,
    error,
  })
}

/** A conversation as a line for people. */
export function conversationLine({ createdAt, peerAddress, context }: Conversation): string {
  const name = context ? `  ${printable(context.conversationId)}` : ""
  return `${moment(createdAt)}  ${peerAddress}${name}`
}

/** A conversation as JSON. */
export function conversationJson(conversation: Conversation): string {
  const { topic, peerAddress, createdAt, version, context } = conversation
  return json({ topic, peer: peerAddress, created: moment(createdAt), version, context })
}

/** A value on one line of JSON. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, part) => part instanceof Uint8Array ? toBase64(part) : part)
}

/** Anybody can send a time that no date can hold. */
function moment(date: Date): string {
  return Number.isNaN(date.getTime()) ? "at no time" : date.toISOString()
}
