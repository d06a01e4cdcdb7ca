import type { ComponentChildren, VNode } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { IconButton } from "./button.tsx"

/** A modal sheet: native, so focus stays inside, Esc closes, and focus returns to what opened it. */
export function Dialog(
  { title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren },
): VNode {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    ref.current?.showModal()
    return () => (opener as HTMLElement | null)?.focus?.()
  }, [])
  return (
    <dialog ref={ref} class="dialog" aria-label={title} onClose={onClose}>
      <header class="dialog-head">
        <h2>{title}</h2>
        <IconButton icon="close" label="Close" onClick={() => ref.current?.close()} />
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
