import type { ComponentChildren, VNode } from "preact"
import { Icon } from "./icon.tsx"

/** What went wrong with what somebody has just done, said where it was done. */
export function Problem({ children }: { children: ComponentChildren }): VNode {
  return (
    <p class="problem" role="alert">
      <Icon name="warn" size={16} />
      {children}
    </p>
  )
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
