import type { Codec } from "../content/content.ts"
import { WaferError } from "../error.ts"

/** A file inside the message. A message holds 1 MiB: what is larger goes as a remote attachment. */
export interface Attachment {
  /** Shown to people. Written by the sender, so not to be used as a path. */
  readonly filename: string
  /** Such as `image/png`. Written by the sender, so not to be trusted. */
  readonly mimeType: string
  /** The file. */
  readonly data: Uint8Array
}

/** What clients without attachments show in place of one. */
export function attachmentFallback(filename: string): string {
  return `Can’t display "${filename}". This app doesn’t support attachments.`
}

/** Attachments that travel inside the message. */
export const attachment: Codec<Attachment> = {
  type: { authorityId: "xmtp.org", typeId: "attachment", versionMajor: 1, versionMinor: 0 },
  encode: ({ filename, mimeType, data }) => ({ parameters: { filename, mimeType }, content: data }),
  decode({ parameters: { filename, mimeType }, content }) {
    if (filename === undefined || mimeType === undefined) {
      throw new WaferError("invalid-content", "attachment without filename or mimeType")
    }
    return { filename, mimeType, data: content }
  },
  fallback: ({ filename }) => attachmentFallback(filename),
}
