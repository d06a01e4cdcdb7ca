import type { VNode } from "preact"
import { useAct, useSelect } from "../context.ts"
import { Button } from "../parts/button.tsx"
import { Dialog } from "../parts/dialog.tsx"
import { hostOf } from "../text/connection.ts"

/** A link may propose a node; only a person may choose it. */
export function NodeQuestion(): VNode | null {
  const { settings } = useAct()
  const proposed = useSelect((state) => state.proposedNode)
  return proposed ? <AskForNode url={proposed} onNo={() => settings.useNode("")} /> : null
}

/** What another node will see, before it is used. */
export function AskForNode({ url, onNo }: { url: string; onNo: () => void }): VNode {
  const { settings } = useAct()
  return (
    <Dialog title="Another node" onClose={onNo}>
      <p>Use the node at {hostOf(url)}? It will see your address and who you write to.</p>
      <p class="buttons">
        <Button onClick={onNo}>No</Button>
        <Button look="solid" onClick={() => settings.useNode(url)}>Use it</Button>
      </p>
    </Dialog>
  )
}
