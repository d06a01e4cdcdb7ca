import type { Codec, Message } from "@wafer/sdk"
import { attachment } from "@wafer/sdk/codecs/attachment"
import { type Reaction, reaction } from "@wafer/sdk/codecs/reaction"
import { readReceipt } from "@wafer/sdk/codecs/read-receipt"
import { remoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import { reply } from "@wafer/sdk/codecs/reply"
import { transactionReference } from "@wafer/sdk/codecs/transaction-reference"
import { typingNotification } from "@wafer/sdk/codecs/typing-notification"
import type { Body } from "../model.ts"
import { pictureSize } from "./picture.ts"

/** The kinds of content that this page can show, besides text. */
export const codecs: readonly Codec<unknown>[] = [
  reaction,
  reply,
  readReceipt,
  attachment,
  remoteAttachment,
  transactionReference,
  typingNotification,
]

/** What a message is to the inbox: something to show, or something about another message. */
export type Content =
  | {
    readonly kind: "shown"
    readonly body: Body
    readonly answers?: string
    readonly file?: Blob
    readonly remote?: unknown
  }
  | { readonly kind: "reaction"; readonly reaction: Reaction }
  | { readonly kind: "receipt" }
  | { readonly kind: "nothing" }

/** Sorts a message that the SDK read, or could not read. */
export async function contentOf(message: Message): Promise<Content> {
  const { contentType, error, fallback } = message
  if (error && (!contentType || isBroken(error.code))) {
    return { kind: "shown", body: { kind: "broken", reason: reasonOf(error.code) } }
  }
  if (error) return { kind: "shown", body: unknown(nameOf(contentType!), fallback) }
  if (message.is(reaction)) return { kind: "reaction", reaction: message.content }
  if (message.is(readReceipt)) return { kind: "receipt" }
  if (message.is(typingNotification)) return { kind: "nothing" }
  if (message.is(reply)) {
    const { content, contentType, reference, error } = message.content
    const inner = error
      ? { body: unknown(nameOf(contentType), fallback) }
      : await shown(contentType, content, fallback)
    return { kind: "shown", ...inner, answers: reference }
  }
  return { kind: "shown", ...await shown(contentType!, message.content, fallback) }
}

type Type = NonNullable<Message["contentType"]>

async function shown(
  type: Type,
  value: unknown,
  fallback: string | undefined,
): Promise<{ body: Body; file?: Blob; remote?: unknown }> {
  if (typeof value === "string") return { body: { kind: "text", text: value } }
  if (isType(type, attachment, value)) {
    const file = new Blob([value.data as Uint8Array<ArrayBuffer>], { type: value.mimeType })
    const pixels = await pictureSize(file)
    const view = { name: value.filename, type: value.mimeType, size: file.size, ...pixels }
    return { body: { kind: "file", file: { ...view, state: "here" } }, file }
  }
  if (isType(type, remoteAttachment, value)) {
    const { filename, contentLength, url } = value
    const view = { name: filename, type: "", size: contentLength, host: new URL(url).host }
    return { body: { kind: "file", file: { ...view, state: "away" } }, remote: value }
  }
  if (isType(type, transactionReference, value)) {
    const { networkId, reference } = value
    const text = fallback ?? "A transaction on a blockchain."
    return { body: { kind: "transaction", network: String(networkId), reference, text } }
  }
  return { body: unknown(nameOf(type), fallback) }
}

function isType<T>(type: Type, codec: Codec<T>, _value: unknown): _value is T {
  return type.authorityId === codec.type.authorityId && type.typeId === codec.type.typeId
}

const unknown = (type: string, fallback: string | undefined): Body =>
  fallback === undefined ? { kind: "unknown", type } : { kind: "unknown", type, fallback }

/** `authority/type:major.minor` */
export function nameOf(type: Type): string {
  return `${type.authorityId}/${type.typeId}:${type.versionMajor}.${type.versionMinor}`
}

type Code = NonNullable<Message["error"]>["code"]

/** Whether the seal failed, and not only the reading of what was inside. */
function isBroken(code: Code): boolean {
  return code === "forged" || code === "misplaced" || code === "undecryptable" ||
    code === "malformed"
}

function reasonOf(code: Code): string {
  switch (code) {
    case "forged":
      return "The signature is not from this account"
    case "misplaced":
      return "It belongs to another conversation"
    case "undecryptable":
      return "This conversation’s key does not open it"
    default:
      return "It is not a whole message"
  }
}
