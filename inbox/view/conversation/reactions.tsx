import type { VNode } from "preact"
import { useAct, useSelect } from "../../context.ts"
import type { Message } from "../../model.ts"
import { short } from "../../text/address.ts"
import { oneLine } from "../../text/plain.ts"

/** Chips on the bubble's lower edge; a click adds mine or takes it back. */
export function Reactions({ message }: { message: Message }): VNode {
  const { messages } = useAct()
  const me = useSelect((state) => state.account?.address)
  const names = useSelect((state) => state.names)
  return (
    <div class="reactions">
      {message.reactions.map(({ content, senders }) => {
        const who = senders.map((one) => one === me ? "you" : names[one] ?? short(one)).join(", ")
        return (
          <button
            type="button"
            class="reaction"
            key={content}
            aria-pressed={senders.includes(me ?? "")}
            onClick={() => messages.react(message, content)}
          >
            <bdi>{oneLine(content).slice(0, 24)}</bdi>
            <span>{senders.length}</span>
            <span class="unseen">{who}</span>
          </button>
        )
      })}
    </div>
  )
}
