import type { VNode } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { Icon, type IconName } from "./icon.tsx"

export interface MenuItem {
  readonly label: string
  readonly icon: IconName
  readonly key?: string
  readonly run: () => void
}

/** A menu at its opener. Arrows move, letters choose, Esc and a click outside close. */
export function Menu(
  { label, items, onClose }: { label: string; items: readonly MenuItem[]; onClose: () => void },
): VNode {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    const buttons = () => [...ref.current!.querySelectorAll<HTMLElement>("[role=menuitem]")]
    buttons()[0]?.focus()
    const outside = (event: Event) => {
      if (!ref.current?.contains(event.target as Node)) onClose()
    }
    addEventListener("pointerdown", outside)
    return () => {
      removeEventListener("pointerdown", outside)
      if (document.activeElement === document.body) opener?.focus()
    }
  }, [])
  const choose = (item: MenuItem) => {
    onClose()
    item.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    const buttons = [...ref.current!.querySelectorAll<HTMLElement>("[role=menuitem]")]
    const now = buttons.indexOf(document.activeElement as HTMLElement)
    const to =
      ({ ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 } as Record<string, number>)[
        event.key
      ]
    const item = items.find((one) => one.key?.toLowerCase() === event.key.toLowerCase())
    if (to !== undefined) buttons.at(to % buttons.length)?.focus()
    else if (event.key === "Escape" || event.key === "Tab") onClose()
    else if (item && !event.ctrlKey && !event.metaKey) choose(item)
    else return
    event.preventDefault()
  }
  return (
    <div ref={ref} class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          type="button"
          role="menuitem"
          tabIndex={-1}
          class="menu-item"
          key={item.label}
          onClick={() => choose(item)}
          onPointerEnter={(event) => event.currentTarget.focus()}
        >
          <Icon name={item.icon} size={18} />
          <span>{item.label}</span>
          {item.key && <kbd aria-hidden="true">{item.key}</kbd>}
        </button>
      ))}
    </div>
  )
}
