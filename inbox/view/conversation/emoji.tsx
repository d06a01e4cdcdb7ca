import type { VNode } from "preact"
import { useEffect, useRef } from "preact/hooks"

// Few and useful; a keyboard's own picker has the rest.
const EMOJI = [
  "❤️",
  ..."👍😂😮😢🙏🎉🔥👏👌💯✅👀🤔😅😊😍😎🥳😴😬🙄😭🤝💪🙌👋✋👎💔⭐✨⚡☕🍀🌙🌊⛵📎📌📬🔒🧭",
]
const COLUMNS = 8

/** A small board of emoji. Arrows move, Enter chooses, Esc closes. */
export function Emoji(
  { onChoose, onClose }: { onChoose: (emoji: string) => void; onClose: () => void },
): VNode {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    ref.current?.querySelector("button")?.focus()
    const outside = (event: Event) => {
      if (!ref.current?.contains(event.target as Node)) onClose()
    }
    addEventListener("pointerdown", outside)
    return () => {
      removeEventListener("pointerdown", outside)
      opener?.focus()
    }
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    const buttons = [...ref.current!.querySelectorAll("button")]
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key]
    if (event.key === "Escape") onClose()
    else if (step) buttons.at((now + step) % buttons.length)?.focus()
    else return
    event.preventDefault()
  }
  return (
    <div ref={ref} class="emoji" role="group" aria-label="Emoji" onKeyDown={onKeyDown}>
      {EMOJI.map((emoji) => (
        <button type="button" key={emoji} onClick={() => (onChoose(emoji), onClose())}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
