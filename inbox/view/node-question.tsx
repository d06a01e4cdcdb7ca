import type { VNode } from "preact"
import { useAct, useSelect } from "../context.ts"
import { Button } from "../parts/button.tsx"
import { Dialog } from "../parts/dialog.tsx"
import { hostOf } from "./list/foot.tsx"

/** A link may propose a node; only a person may choose it. */
export function NodeQuestion(): VNode | null {
  const { settings } = useAct()
  const proposed = useSelect((state) => state.proposedNode)
  if (!proposed) return null
  return (
    <Dialog title="Another node" onClose={() => settings.useNode("")}>
      <p>Use the node at {hostOf(proposed)}? It will see your address and who you write to.</p>
      <p class="buttons">
        <Button onClick={() => settings.useNode("")}>No</Button>
        <Button look="solid" onClick={() => settings.useNode(proposed)}>Use it</Button>
      </p>
    </Dialog>
  )
}
