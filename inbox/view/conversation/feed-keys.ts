import type { Actions } from "../../actions.ts"
import type { Open } from "../../state.ts"
import { copyText } from "../../text/words.ts"

/** Keys that act on the message in focus (single letters only there: WCAG 2.1.4). */
export function feedKeys(event: KeyboardEvent, open: Open, act: Actions["messages"]): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const inMessage = (event.target as HTMLElement).matches("article, .feed")
  if (!inMessage) return
  const { messages } = open
  const now = open.selected === undefined
    ? messages.length
    : messages.findIndex((one) => one.id === open.selected)
  const message = messages[now]
  const select = (row: number) =>
    act.select(messages[Math.max(0, Math.min(messages.length - 1, row))]?.id)
  switch (event.key) {
    case "ArrowUp":
    case "PageUp":
      select(now - 1)
      break
    case "ArrowDown":
    case "PageDown":
      select(now + 1)
      break
    case "Home":
      select(0)
      break
    case "End":
      select(messages.length - 1)
      break
    case "r":
      if (message) act.reply(message.id)
      break
    case "e":
      if (message) document.querySelector<HTMLElement>(`[data-key="${message.id}"] .react`)?.click()
      break
    case "c":
      if (message) copyText(message)
      break
    case "i":
      if (message) act.verify(message.id)
      break
    case "Delete":
      if (message?.delivery.state === "failed") act.discard(message.id)
      break
    default:
      return
  }
  event.preventDefault()
}
