import type { Body, Message } from "../model.ts"

/** A message in words: for the clipboard, the list, quotes and screen readers. */
export function wordsOf(body: Body): string {
  switch (body.kind) {
    case "text":
      return body.text
    case "file":
      return body.file.type.startsWith("image/") ? "Photo" : body.file.name
    case "transaction":
      return body.text
    case "unknown":
      return body.fallback ?? "Something this page has no view for."
    case "broken":
      return "The seal on this one is broken"
  }
}

export function copyText(message: Message): Promise<void> {
  return navigator.clipboard.writeText(wordsOf(message.body))
}
