import type { Codec } from "../content/content.ts"

/** Says that the conversation was read up to the moment it was sent. It holds nothing else. */
export type ReadReceipt = Record<never, never>

/** Read receipts. They never wake a phone. */
export const readReceipt: Codec<ReadReceipt> = {
  type: { authorityId: "xmtp.org", typeId: "readReceipt", versionMajor: 1, versionMinor: 0 },
  encode: () => ({ parameters: {}, content: new Uint8Array(0) }),
  decode: () => ({}),
  shouldPush: () => false,
}
