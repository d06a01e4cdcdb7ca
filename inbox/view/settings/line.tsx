import type { ComponentChildren, VNode } from "preact"

/** A line of settings: what it is, how it stands, what can be done. */
export function Line(
  { name, says, children }: {
    name: ComponentChildren
    says?: ComponentChildren
    children?: ComponentChildren
  },
): VNode {
  return (
    <div class="setting">
      <div>
        <strong>{name}</strong>
        {says && <p>{says}</p>}
      </div>
      {children}
    </div>
  )
}

/** A line that is on or off. */
export function Switch(
  { name, says, on, onChange }: {
    name: string
    says: string
    on: boolean
    onChange: (on: boolean) => void
  },
): VNode {
  return (
    <Line name={name} says={says}>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={on}
        aria-label={name}
        onClick={() => onChange(!on)}
      />
    </Line>
  )
}
