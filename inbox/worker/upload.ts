import { uploadAttachment } from "@wafer/sdk/attachments"
import { type Attachment, attachment } from "@wafer/sdk/codecs/attachment"
import type { RemoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import { isTooLarge } from "../limits.ts"
import { hex } from "../text/hex.ts"

/** Puts files that are too large for a message into the file store, sealed. */
export interface Upload {
  isNeeded(bytes: number): boolean
  run(
    file: Attachment,
    signal: AbortSignal,
    progress: (done: number, total: number) => void,
  ): Promise<RemoteAttachment>
}

export function upload(
  { limit, fileStore }: { limit: () => number | undefined; fileStore: () => string },
): Upload {
  return {
    isNeeded: (bytes) => isTooLarge(bytes, limit()),
    run(file, signal, progress) {
      const template = fileStore()
      if (!template) {
        throw new Error("This file is too large for a message, and no file store is set.")
      }
      return uploadAttachment(file, attachment, async (payload) => {
        const digest = await crypto.subtle.digest("SHA-256", payload as Uint8Array<ArrayBuffer>)
        const url = template.includes("{digest}")
          ? template.replace("{digest}", hex(new Uint8Array(digest)))
          : `${template.replace(/\/$/, "")}/${hex(new Uint8Array(digest))}`
        await put(url, payload, signal, progress)
        return url
      })
    },
  }
}

/** `fetch` tells nothing about what has gone up; XMLHttpRequest does. */
function put(
  url: string,
  payload: Uint8Array,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open("PUT", url)
    request.setRequestHeader("content-type", "application/octet-stream")
    request.upload.onprogress = ({ loaded }) => progress(loaded, payload.length)
    request.onload = () =>
      request.status < 300
        ? resolve()
        : reject(new Error(`The file store answered ${request.status}.`))
    request.onerror = () => reject(new Error("The file store did not answer."))
    request.onabort = () => reject(signal.reason)
    signal.addEventListener("abort", () => request.abort(), { once: true })
    request.send(payload as Uint8Array<ArrayBuffer>)
  })
}
