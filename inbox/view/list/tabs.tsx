import type { VNode } from "preact"
import { useAct, useSelect } from "../../context.ts"
import type { Tab } from "../../route.ts"

const TABS: readonly { readonly tab: Tab; readonly label: string }[] = [
  { tab: "inbox", label: "Inbox" },
  { tab: "requests", label: "Requests" },
  { tab: "denied", label: "Denied" },
]

export function Tabs({ tab }: { tab: Tab }): VNode {
  const { go } = useAct()
  const requests = useSelect((state) =>
    state.conversations.filter((c) => c.consent === "unknown").length
  )
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
    if (!step) return
    event.preventDefault()
    const now = TABS.findIndex((one) => one.tab === tab)
    const next = TABS.at((now + step) % TABS.length)!
    go({ at: "list", tab: next.tab }, true)
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.tab}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Consent" onKeyDown={onKeyDown}>
      {TABS.map((one) => (
        <button
          type="button"
          role="tab"
          class="tab"
          key={one.tab}
          id={`tab-${one.tab}`}
          aria-selected={one.tab === tab}
          aria-controls="tabpanel"
          tabIndex={one.tab === tab ? 0 : -1}
          onClick={() => go({ at: "list", tab: one.tab }, true)}
        >
          {one.label}
          {one.tab === "requests" && requests > 0 && <span class="tab-count">{requests}</span>}
        </button>
      ))}
    </div>
  )
}
