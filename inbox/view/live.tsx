import type { VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import { onAnnounce } from "../announce.ts"

/** Arrivals, read aloud once: the list of messages itself is silent, because it recycles rows. */
export function Live(): VNode {
  const [text, setText] = useState("")
  useEffect(() => onAnnounce(setText), [])
  return <div class="unseen" role="status" aria-live="polite">{text}</div>
}
