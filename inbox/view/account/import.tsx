import type { VNode } from "preact"
import { useState } from "preact/hooks"
import type { Found } from "../../actions.ts"
import { useAct } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Dialog } from "../../parts/dialog.tsx"
import { PassphraseField } from "../../parts/passphrase.tsx"
import { Problem, reasonOf } from "../../parts/problem.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { grouped } from "../../text/address.ts"

/** Takes an account over from a file or from pasted text; shows whose it is before accepting. */
export function Import({ onClose }: { onClose: () => void }): VNode {
  const { account } = useAct()
  const [text, setText] = useState("")
  const [passphrase, setPassphrase] = useState("")
  const [found, setFound] = useState<Found>()
  const [problem, setProblem] = useState<string>()
  const sealed = text.trimStart().startsWith("{")

  const attempt = async (run: () => Promise<void>) => {
    setProblem(undefined)
    try {
      await run()
    } catch (error) {
      setProblem(reasonOf(error))
    }
  }
  const readFile = async (file: File | undefined) => {
    if (file) setText(await file.text())
  }
  return (
    <Dialog title="Import a key" onClose={onClose}>
      {found
        ? (
          <div class="centred">
            <SealOf address={found.address} size={72} />
            <p class="address-groups mono">{grouped(found.address)}</p>
            <Button look="solid" onClick={() => attempt(() => account.take())}>
              Use this account
            </Button>
          </div>
        )
        : (
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault()
              attempt(async () => setFound(await account.read(text, passphrase)))
            }}
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault()
              readFile(event.dataTransfer?.files[0])
            }}
          >
            <label for="key">Paste a key, or drop a backup file here.</label>
            <textarea
              id="key"
              class="field mono"
              rows={4}
              spellcheck={false}
              autocomplete="off"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <label class="file-choice">
              Choose a file
              <input type="file" onChange={(event) => readFile(event.currentTarget.files?.[0])} />
            </label>
            {sealed && (
              <>
                <label for="passphrase">The passphrase of this file</label>
                <PassphraseField id="passphrase" value={passphrase} onChange={setPassphrase} />
              </>
            )}
            <p class="buttons">
              <Button look="solid" type="submit" disabled={!text.trim()}>Open</Button>
            </p>
          </form>
        )}
      {problem && <Problem>{problem}</Problem>}
    </Dialog>
  )
}
