import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Mark } from "../../parts/mark.tsx"
import { PassphraseField } from "../../parts/passphrase.tsx"
import { Problem } from "../../parts/problem.tsx"
import { Envelope } from "./envelope.tsx"

/** The keys here are under a passphrase: nothing opens before it is typed. */
export function Unlock(): VNode {
  const { account } = useAct()
  const [passphrase, setPassphrase] = useState("")
  const [wrong, setWrong] = useState(false)
  return (
    <Envelope>
      <Mark size={78} />
      <h1 class="hello-title">This envelope has a passphrase.</h1>
      <form
        class="form"
        onSubmit={async (event) => {
          event.preventDefault()
          setWrong(!await account.unlock(passphrase))
        }}
      >
        <label for="passphrase">Passphrase</label>
        <PassphraseField id="passphrase" value={passphrase} onChange={setPassphrase} />
        {wrong && <Problem>That does not open it.</Problem>}
        <Button look="solid" type="submit" class="hello-create">Open</Button>
      </form>
    </Envelope>
  )
}
