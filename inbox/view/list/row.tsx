import type { VNode } from "preact"
import { useSelect } from "../../context.ts"
import type { Conversation } from "../../model.ts"
import { routeTo } from "../../route.ts"
import { Icon } from "../../parts/icon.tsx"
import { Link } from "../../parts/link.tsx"
import { Person } from "../../parts/person.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { oneLine } from "../../text/plain.ts"
import { dayOf, when } from "../../text/time.ts"

export function Row({ conversation }: { conversation: Conversation }): VNode {
  const { peer, unread, failed } = conversation
  const current = useSelect((state) => state.open?.id === conversation.id)
  const today = useSelect((state) => dayOf(state.now))
  const writing = useSelect((state) => (state.typing[conversation.id] ?? 0) > state.now)
  const at = conversation.last?.at ?? conversation.createdAt
  const text = preview(conversation, writing)
  return (
    <li>
      <Link
        to={routeTo(conversation)}
        class={`row ${unread ? "row-unread" : ""}`}
        {...(current ? { "aria-current": "page" as const } : {})}
      >
        <SealOf address={peer} size={42} />
        <span class="row-name">
          <Person address={peer} />
          <Chip conversation={conversation} />
        </span>
        {unread > 0 && (
          <span class="row-count">
            {unread > 99 ? "99+" : unread}
            <span class="unseen">unread</span>
          </span>
        )}
        <span class={`row-text ${writing ? "row-writing" : ""} ${failed ? "row-failed" : ""}`}>
          {failed && <Icon name="warn" size={15} />}
          {text}
        </span>
        <time class="row-time">{when(at, today)}</time>
      </Link>
    </li>
  )
}

function preview(conversation: Conversation, writing: boolean): string {
  if (writing) return "Writing…"
  if (conversation.failed) return "Not sent"
  if (!conversation.last) return ""
  return `${conversation.last.mine ? "You: " : ""}${oneLine(conversation.last.text)}`
}

const chipOf = ({ conversationId, version }: Conversation): string | undefined =>
  conversationId ? oneLine(conversationId) : version === "v1" ? "V1" : undefined

/** What sets this conversation apart from others with the same peer. */
export function Chip({ conversation }: { conversation: Conversation }): VNode | null {
  const text = chipOf(conversation)
  return text ? <span class="chip">{text}</span> : null
}
