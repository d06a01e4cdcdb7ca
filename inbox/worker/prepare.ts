import type { Conversation as Channel, Message } from "@wafer/sdk"
import { attachment } from "@wafer/sdk/codecs/attachment"
import { reaction } from "@wafer/sdk/codecs/reaction"
import { readReceipt } from "@wafer/sdk/codecs/read-receipt"
import { remoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import { reply } from "@wafer/sdk/codecs/reply"
import { text } from "@wafer/sdk/codecs/text"
import type { Consents } from "./consent.ts"
import type { Outbound } from "./database.ts"
import type { Upload } from "./upload.ts"

/** Sealed, and ready to go. */
export interface Prepared {
  /** What it will be known by, if it is a message. */
  readonly id: string
  /** Resolves to the message that was sent, if it is one. */
  send(): Promise<Message | void>
}

/** Makes of what I wrote what can be sent: encodes it, uploads what is too large, and seals it. */
export interface Preparing {
  run(item: Outbound, progress: (done: number, total: number) => void): Promise<Prepared>
  /** Stops the upload of a message's file. */
  stop(message: string): void
}

export function preparing(
  { channel, consents, upload }: {
    channel: (conversation: string) => Promise<Channel>
    consents: Consents
    upload: Upload
  },
): Preparing {
  const uploads = new Map<string, AbortController>()

  return {
    async run({ conversation, message, content }, progress) {
      if (content.kind === "consent") {
        return { id: "", send: () => consents.publish(content.peer, content.consent) }
      }
      const to = await channel(conversation)
      switch (content.kind) {
        case "text":
          return content.answers === undefined ? await to.prepare(content.text) : await to.prepare(
            { reference: content.answers, contentType: text.type, content: content.text },
            reply,
          )
        case "reaction": {
          const { reference, content: emoji, added } = content
          return await to.prepare(
            { reference, action: added ? "added" : "removed", schema: "unicode", content: emoji },
            reaction,
          )
        }
        case "receipt":
          return await to.prepare({}, readReceipt)
        case "file": {
          const data = new Uint8Array(await content.data.arrayBuffer())
          const file = { filename: content.name, mimeType: content.type, data }
          if (!upload.isNeeded(data.length)) return await to.prepare(file, attachment)
          const stop = new AbortController()
          uploads.set(message!, stop)
          try {
            const remote = await upload.run(file, stop.signal, progress)
            return await to.prepare(remote, remoteAttachment)
          } finally {
            uploads.delete(message!)
          }
        }
      }
    },
    stop: (message) => uploads.get(message)?.abort(),
  }
}
