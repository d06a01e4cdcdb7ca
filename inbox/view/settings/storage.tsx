import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Dialog } from "../../parts/dialog.tsx"
import { count, size } from "../../text/size.ts"
import { Line } from "./line.tsx"

/** What this browser holds, and the way to be rid of it. */
export function StorageLine(): VNode {
  const { account } = useAct()
  const stored = useSelect((state) => state.stored)
  const [asking, setAsking] = useState(false)
  return (
    <Line name="Storage" says={`${count(stored.messages)} messages, ${size(stored.bytes)}`}>
      <Button onClick={() => setAsking(true)}>Forget this account here</Button>
      {asking && (
        <Dialog title="Forget this account here" onClose={() => setAsking(false)}>
          <p>
            Its keys, names and messages leave this browser. Without a backup or a wallet nobody can
            open this account again.
          </p>
          <p class="buttons">
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="solid" onClick={() => account.forget()}>Forget it</Button>
          </p>
        </Dialog>
      )}
    </Line>
  )
}
