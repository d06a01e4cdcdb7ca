import type { Codec } from "../content/content.ts"
import { WaferError } from "../error.ts"

/** Says that somebody is typing, or has stopped. Sent as an ephemeral message: nodes do not store it. */
export interface TypingNotification {
  /** When it was seen. */
  readonly timestamp: Date
  /** Who types. */
  readonly typerAddress: string
  /** Whether the typing has stopped. */
  readonly isFinished: boolean
}

/** Typing notifications, as the official clients 8.0 to 10.2 sent them. They never wake a phone. */
export const typingNotification: Codec<TypingNotification> = {
  // Not xmtp.org: the official clients registered it under this name.
  type: { authorityId: "xmtp.com", typeId: "typingNotification", versionMajor: 1, versionMinor: 0 },
  encode: ({ timestamp, typerAddress, isFinished }) => ({
    parameters: {
      timestamp: timestamp.toISOString(),
      typerAddress,
      isFinished: String(isFinished),
    },
    content: new Uint8Array(0),
  }),
  decode({ parameters: { timestamp, typerAddress, isFinished } }) {
    const time = new Date(timestamp ?? NaN)
    if (Number.isNaN(time.getTime()) || typerAddress === undefined) {
      throw new WaferError("invalid-content", "typing notification without time or address")
    }
    return { timestamp: time, typerAddress, isFinished: isFinished === "true" }
  },
  shouldPush: () => false,
}
