import type { VNode } from "preact"

/** Where a passphrase is typed: one that is known, or a new one. */
export function PassphraseField(
  { id, isNew = false, value, onChange }: {
    id: string
    isNew?: boolean
    value: string
    onChange: (value: string) => void
  },
): VNode {
  return (
    <input
      id={id}
      class="field"
      type="password"
      autocomplete={isNew ? "new-password" : "current-password"}
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  )
}
