import type { VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import { Dialog } from "../parts/dialog.tsx"

const KEYS: readonly (readonly [string, string])[] = [
  ["Ctrl K", "Search, or paste an address"],
  ["Alt ↑ ↓", "Previous, next conversation"],
  ["Ctrl Alt N", "New conversation"],
  ["F6", "Next pane"],
  ["Enter", "Send"],
  ["Shift Enter", "New line"],
  ["Esc", "Close, then back to writing"],
  ["↑ ↓ Home End", "Move between messages"],
  ["R E C I", "On a message: reply, react, copy, what was verified"],
  ["Del", "On a message that failed: delete it"],
]

/** `?` on a message or in the list shows what the keys do. */
export function KeyMap(): VNode | null {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).matches?.("input, textarea, select")
      if (event.key === "?" && !typing) setShown(true)
    }
    addEventListener("keydown", onKeyDown)
    return () => removeEventListener("keydown", onKeyDown)
  }, [])
  if (!shown) return null
  return (
    <Dialog title="Keys" onClose={() => setShown(false)}>
      <dl class="facts">
        {KEYS.map(([key, says]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
