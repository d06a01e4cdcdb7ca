import { downloadAttachment } from "@wafer/sdk/attachments"
import { attachment } from "@wafer/sdk/codecs/attachment"
import type { RemoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import type { WaferError } from "@wafer/sdk"
import type { FileView } from "../model.ts"
import type { News } from "../protocol.ts"
import type { Database } from "./database.ts"
import type { Messages } from "./messages.ts"
import { pictureSize } from "./picture.ts"

/** The files that are kept elsewhere, until a person asks for them. */
export interface Files {
  /** Fetches a remote attachment, checks its digest and opens it. */
  fetch(message: string): Promise<void>
}

export function files(
  { database, messages, tell }: {
    database: Database
    messages: Messages
    tell: (news: News) => void
  },
): Files {
  async function show(message: string, change: Partial<FileView>): Promise<void> {
    const stored = await database.get("messages", message)
    if (stored?.body.kind !== "file") return
    const row = { ...stored, body: { ...stored.body, file: { ...stored.body.file, ...change } } }
    await database.put({ messages: [row] })
    tell({
      kind: "messages",
      conversation: row.conversation,
      changed: await messages.view([row]),
      removed: [],
    })
  }

  return {
    async fetch(message) {
      const remote = (await database.get("messages", message))?.remote as
        | RemoteAttachment
        | undefined
      if (!remote) return
      await show(message, { state: "fetching" })
      try {
        const { value, error } = await downloadAttachment(remote, [attachment])
        if (error) throw error
        const { filename, mimeType, data } = value as {
          filename: string
          mimeType: string
          data: Uint8Array<ArrayBuffer>
        }
        const blob = new Blob([data], { type: mimeType })
        await database.put({ files: [{ id: message, data: blob }] })
        await show(message, {
          name: filename,
          type: mimeType,
          size: blob.size,
          ...await pictureSize(blob),
          state: "here",
        })
      } catch (error) {
        await show(message, {
          state: (error as WaferError).code === "forged" ? "unlike" : "failed",
        })
      }
    },
  }
}
