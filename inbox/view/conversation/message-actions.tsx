import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { Message } from "../../model.ts"
import { IconButton } from "../../parts/button.tsx"
import { later } from "../../parts/later.tsx"
import { Menu, type MenuItem } from "../../parts/menu.tsx"
import { copyText } from "../../text/words.ts"

const Emoji = later(() => import("./emoji.tsx").then((part) => part.Emoji))

/** What can be done with a message: beside it on hover and focus, in a sheet on a phone. */
export function MessageActions(
  { message, open, onOpen }: { message: Message; open: boolean; onOpen: (open: boolean) => void },
): VNode {
  const { messages } = useAct()
  const [emoji, setEmoji] = useState(false)
  const sent = message.delivery.state === "sent" && message.body.kind !== "broken"
  const items: MenuItem[] = [
    ...(sent
      ? [
        { label: "Reply", icon: "reply", key: "R", run: () => messages.reply(message.id) },
        { label: "React", icon: "smile", key: "E", run: () => setEmoji(true) },
        { label: "Copy text", icon: "copy", key: "C", run: () => copyText(message) },
      ] as const
      : []),
    {
      label: "Copy message id",
      icon: "copy",
      run: () => navigator.clipboard.writeText(message.id),
    },
    {
      label: "What was verified",
      icon: "shield",
      key: "I",
      run: () => messages.verify(message.id),
    },
  ]
  return (
    <div class={`message-actions ${open || emoji ? "is-open" : ""}`}>
      {sent && (
        <IconButton
          icon="smile"
          label="React"
          class="icon-button react"
          tabIndex={-1}
          onClick={() => setEmoji(true)}
        />
      )}
      <IconButton
        icon="more"
        label="Message actions"
        tabIndex={-1}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
      />
      {open && <Menu label="Message actions" items={items} onClose={() => onOpen(false)} />}
      {emoji && (
        <Emoji
          onChoose={(content) => messages.react(message, content)}
          onClose={() => setEmoji(false)}
        />
      )}
    </div>
  )
}
