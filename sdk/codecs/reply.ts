import type { Codec, ContentTypeId } from "../content/content.ts"
import { formatContentType } from "../content/content-type.ts"
import { WaferError } from "../error.ts"

/** An answer to an earlier message, itself any kind of content. */
export interface Reply {
  /** The id of the message that is answered. */
  readonly reference: string
  /** The inbox that sent it; only group chats of later versions set it. */
  readonly referenceInboxId?: string
  /** The type of `content`, such as `text.type`. */
  readonly contentType: ContentTypeId
  /** The answer; undefined when it could not be read. */
  readonly content: unknown
  /** Why a received answer could not be read. */
  readonly error?: WaferError
}

/**
 * Replies. The client needs the codec of what is inside too.
 *
 * @example
 * ```ts
 * await conversation.send({ reference: message.id, contentType: text.type, content: "yes" }, reply)
 * ```
 */
export const reply: Codec<Reply> = {
  type: { authorityId: "xmtp.org", typeId: "reply", versionMajor: 1, versionMinor: 0 },
  encode({ reference, referenceInboxId, contentType, content }, context) {
    return {
      parameters: {
        contentType: formatContentType(contentType),
        reference,
        ...(referenceInboxId === undefined ? {} : { referenceInboxId }),
      },
      content: context.encode(content, contentType),
    }
  },
  decode({ parameters, content }, context) {
    const { reference, referenceInboxId } = parameters
    if (reference === undefined) throw new WaferError("invalid-content", "reply without reference")
    // The content says its type itself; the parameter only repeats it.
    const inner = context.decode(content)
    return {
      reference,
      ...(referenceInboxId === undefined ? {} : { referenceInboxId }),
      contentType: inner.type,
      content: inner.value,
      ...(inner.error === undefined ? {} : { error: inner.error }),
    }
  },
  fallback({ content }) {
    return typeof content === "string"
      ? `Replied with “${content}” to an earlier message`
      : "Replied to an earlier message"
  },
}
