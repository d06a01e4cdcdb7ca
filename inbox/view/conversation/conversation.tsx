import type { VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { Conversation } from "../../model.ts"
import type { Open } from "../../state.ts"
import { Bar } from "./bar.tsx"
import { Composer } from "./composer.tsx"
import { ConsentCard } from "./consent.tsx"
import { Feed } from "./feed.tsx"

/** The sheet: bar, messages, composer. Drop a file anywhere on it. */
export function ConversationSheet(
  { conversation, open }: { conversation: Conversation; open: Open },
): VNode {
  const { messages } = useAct()
  const [dropping, setDropping] = useState(false)
  const [dropped, setDropped] = useState<readonly File[]>([])
  const allowed = conversation.consent === "allowed"

  useReading(conversation, () => messages.read(conversation.id))
  useEffect(() => {
    const field = matchMedia("(hover: hover)").matches
      ? document.querySelector<HTMLElement>("#composer")
      : document.querySelector<HTMLElement>("#person")
    field?.focus()
  }, [conversation.id])

  const accepts = (event: DragEvent) => allowed && event.dataTransfer?.types.includes("Files")
  return (
    <div
      class="sheet conversation"
      {...(dropping ? { "data-dropping": "Drop to attach" } : {})}
      onDragOver={(event) => {
        if (!accepts(event)) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node)) setDropping(false)
      }}
      onDrop={(event) => {
        if (!accepts(event)) return
        event.preventDefault()
        setDropping(false)
        setDropped([...event.dataTransfer!.files])
      }}
    >
      <Bar conversation={conversation} />
      <Feed conversation={conversation} open={open} key={`feed-${conversation.id}`} />
      {allowed
        ? (
          <Composer
            key={conversation.id}
            conversation={conversation}
            replyTo={open.replyTo}
            dropped={dropped}
          />
        )
        : <ConsentCard conversation={conversation} />}
    </div>
  )
}

/** Counts as read only while somebody can be looking. */
function useReading(conversation: Conversation, read: () => void): void {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible" && document.hasFocus()) read()
    }
    look()
    addEventListener("focus", look)
    document.addEventListener("visibilitychange", look)
    return () => {
      removeEventListener("focus", look)
      document.removeEventListener("visibilitychange", look)
    }
  }, [conversation.id, conversation.unread])
}
