import type { VNode } from "preact"
import { useAct } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { clock } from "../../text/time.ts"
import type { FeedRow } from "./rows.ts"

/** What is said under a message: when it was written, or how far mine has come. */
export function Caption(
  { row, readAt }: { row: FeedRow; readAt: number | undefined },
): VNode | null {
  const { messages } = useAct()
  const { message, caption } = row
  switch (message.delivery.state) {
    case "sending":
      return (
        <p class="caption caption-sending">
          <Icon name="ring" size={14} />Sending
        </p>
      )
    case "waiting":
      return (
        <p class="caption">
          <Icon name="clock" size={14} />Waiting for the connection
        </p>
      )
    case "uploading":
      return (
        <p class="caption">
          <Button look="text" onClick={() => messages.discard(message.id)}>Cancel</Button>
        </p>
      )
    case "failed":
      return (
        <p class="caption caption-failed" role="alert">
          <Icon name="warn" size={15} />
          <span>Not sent: {message.delivery.reason}</span>
          <Button look="text" onClick={() => messages.retry(message.id)}>Try again</Button>
          <Button look="text" onClick={() => messages.discard(message.id)}>Delete</Button>
        </p>
      )
    case "sent":
      if (!caption) return null
      return (
        <p class="caption">
          {caption === "read"
            ? `Read ${clock(readAt!)}`
            : caption === "sent"
            ? `Sent ${clock(message.at)}`
            : clock(message.at)}
        </p>
      )
  }
}
