import type { VNode } from "preact"
import { useState } from "preact/hooks"
import type { ExportFormat } from "../../actions.ts"
import { useAct } from "../../context.ts"
import type { Account } from "../../model.ts"
import { Button } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { PassphraseField } from "../../parts/passphrase.tsx"
import { Pointer } from "../../parts/pointer.tsx"
import { Problem, reasonOf } from "../../parts/problem.tsx"
import { saveFile } from "../../save-file.ts"
import { short } from "../../text/address.ts"

const FORMATS: readonly {
  readonly format: ExportFormat
  readonly name: string
  readonly says: string
}[] = [
  {
    format: "file",
    name: "A file, under a passphrase",
    says: "Opens here and in the command line.",
  },
  { format: "bundle", name: "Key bundle", says: "What the official clients export." },
  { format: "raw", name: "Raw key", says: "The account’s private key, for a wallet." },
]

/** Takes the keys out of this browser. */
export function KeysPage({ account }: { account: Account }): VNode {
  const { account: act } = useAct()
  const [format, setFormat] = useState<ExportFormat>("file")
  const [passphrase, setPassphrase] = useState("")
  const [sure, setSure] = useState(false)
  const [problem, setProblem] = useState<string>()
  const ready = format === "file" ? passphrase.length > 0 : sure

  const save = async () => {
    try {
      const text = await act.export(format, passphrase)
      const name = `wafer-${short(account.address).replace("…", "-")}`
      const end = format === "file" ? "json" : "txt"
      saveFile(`${name}.${end}`, new Blob([text], { type: "text/plain" }))
      setProblem(undefined)
    } catch (error) {
      setProblem(reasonOf(error))
    }
  }
  return (
    <form class="form" onSubmit={(event) => (event.preventDefault(), save())}>
      <p class="warning">
        <Icon name="warn" size={18} />
        Whoever has this file can read everything, past and future. Keep it like money.
      </p>
      <fieldset class="choices">
        <legend>Format</legend>
        {FORMATS.filter((one) => one.format !== "raw" || account.kind === "local").map((one) => (
          <label key={one.format}>
            <input
              type="radio"
              name="format"
              checked={format === one.format}
              onChange={() => setFormat(one.format)}
            />
            <span>
              <strong>{one.name}</strong>
              {one.says}
            </span>
          </label>
        ))}
      </fieldset>
      {format === "file"
        ? (
          <>
            <label for="export-passphrase">Passphrase for the file</label>
            <PassphraseField
              id="export-passphrase"
              isNew
              value={passphrase}
              onChange={setPassphrase}
            />
          </>
        )
        : (
          <label class="check">
            <input
              type="checkbox"
              checked={sure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />
            I know that this is not encrypted.
          </label>
        )}
      <p class="buttons">
        <Button look="solid" type="submit" icon="fetch" disabled={!ready}>Export</Button>
      </p>
      {problem && <Problem>{problem}</Problem>}
      <Pointer file="inbox/worker/vault.ts" />
    </form>
  )
}
