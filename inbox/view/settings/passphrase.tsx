import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { Account } from "../../model.ts"
import { Button } from "../../parts/button.tsx"
import { Dialog } from "../../parts/dialog.tsx"
import { PassphraseField } from "../../parts/passphrase.tsx"
import { Line } from "./line.tsx"

/** Whether the keys in this browser are under a passphrase. */
export function PassphraseLine({ account }: { account: Account }): VNode {
  const { account: act } = useAct()
  const [editing, setEditing] = useState(false)
  const [text, setText] = useState("")
  const close = () => setEditing(false)
  return (
    <Line
      name="Passphrase"
      says={account.passphrase
        ? "Asked for when this page opens."
        : "None. The key is encrypted with one that this browser keeps."}
    >
      <Button onClick={() => setEditing(true)}>{account.passphrase ? "Change" : "Set"}</Button>
      {editing && (
        <Dialog title="Passphrase" onClose={close}>
          <form
            class="form"
            onSubmit={async (event) => {
              event.preventDefault()
              await act.setPassphrase(text)
              close()
            }}
          >
            <label for="new-passphrase">
              Forget it, and only a backup opens this account. Empty removes it.
            </label>
            <PassphraseField id="new-passphrase" isNew value={text} onChange={setText} />
            <p class="buttons">
              <Button look="solid" type="submit">Keep</Button>
            </p>
          </form>
        </Dialog>
      )}
    </Line>
  )
}
