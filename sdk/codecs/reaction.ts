import { utf8 } from "../bytes.ts"
import type { Codec, TypedContent } from "../content/content.ts"
import { WaferError } from "../error.ts"
import { parseJsonObject } from "./json.ts"

/** A reaction to an earlier message. */
export interface Reaction {
  /** Whether the reaction is given or taken back. */
  readonly action: "added" | "removed"
  /** The id of the message that is reacted to. */
  readonly reference: string
  /** The inbox that sent it; only group chats of later versions set it. */
  readonly referenceInboxId?: string
  /** How `content` is to be read: an emoji, a name such as `:thumbsup:`, or the apps' own matter. */
  readonly schema: "unicode" | "shortcode" | "custom"
  /** The reaction itself, such as 👍. */
  readonly content: string
}

/** Reactions. They never wake a phone. */
export const reaction: Codec<Reaction> = {
  type: { authorityId: "xmtp.org", typeId: "reaction", versionMajor: 1, versionMinor: 0 },
  encode({ action, reference, referenceInboxId, schema, content }) {
    const json = JSON.stringify({ action, reference, referenceInboxId, schema, content })
    return { parameters: {}, content: utf8(json) }
  },
  decode(encoded) {
    const fields = parseJsonObject(encoded.content) ?? legacyFields(encoded)
    const { action, reference, referenceInboxId, schema, content } = fields
    if (action !== "added" && action !== "removed") throw refuse("action", action)
    if (schema !== "unicode" && schema !== "shortcode" && schema !== "custom") {
      throw refuse("schema", schema)
    }
    if (typeof reference !== "string") throw refuse("reference", reference)
    if (typeof content !== "string") throw refuse("content", content)
    return {
      action,
      reference,
      ...(typeof referenceInboxId === "string" ? { referenceInboxId } : {}),
      schema,
      content,
    }
  },
  fallback({ action, content }) {
    return action === "added"
      ? `Reacted “${content}” to an earlier message`
      : `Removed “${content}” from an earlier message`
  },
  shouldPush: () => false,
}

/** The form of 2023: everything but the emoji in the parameters. */
function legacyFields({ parameters, content }: TypedContent): Record<string, unknown> {
  return { ...parameters, content: new TextDecoder().decode(content) }
}

function refuse(field: string, got: unknown): WaferError {
  return new WaferError("invalid-content", `reaction with ${field} ${JSON.stringify(got)}`)
}
