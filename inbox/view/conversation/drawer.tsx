import type { VNode } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import type { Step, Verification } from "../../model.ts"
import { IconButton } from "../../parts/button.tsx"
import { CopyButton } from "../../parts/copy.tsx"
import { Icon } from "../../parts/icon.tsx"
import { Pointer } from "../../parts/pointer.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { oneLine } from "../../text/plain.ts"
import { wordsOf } from "../../text/words.ts"

/** What was checked before a message was shown, step by step, and what nobody can prove. */
export function Drawer({ verification }: { verification: Verification }): VNode {
  const { messages } = useAct()
  const message = useSelect((state) =>
    state.open?.messages.find((one) => one.id === verification.message)
  )
  const ref = useRef<HTMLElement>(null)
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    ref.current?.focus()
    return () => opener?.focus()
  }, [])
  return (
    <aside class="drawer" aria-labelledby="drawer-title" ref={ref} tabIndex={-1}>
      <header class="drawer-head">
        <h2 id="drawer-title">What was verified</h2>
        <IconButton icon="close" label="Close" onClick={messages.closeDrawer} />
      </header>
      <div class="drawer-body">
        {message && (
          <blockquote class="drawer-quote">
            {oneLine(wordsOf(message.body)).slice(0, 160)}
          </blockquote>
        )}
        <div class="verdict">
          {message && <SealOf address={message.sender} size={56} />}
          <p>{verification.verdict}</p>
        </div>
        <ol class="chain">
          {verification.steps.map((step) => <ChainStep step={step} key={step.name} />)}
        </ol>
        {verification.note.length > 0 && (
          <section class="not-proved">
            <h3>
              <Icon name="clock" size={17} />Not proved: the time
            </h3>
            <p>{verification.note.join(" ")}</p>
          </section>
        )}
        <dl class="facts">
          {verification.facts.map(({ name, value, full }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd {...(full ? { title: full } : {})} class={full ? "mono" : ""}>{value}</dd>
            </div>
          ))}
        </dl>
        <CopyButton look="plain" text={() => JSON.stringify(verification, null, 2)}>
          Copy as JSON
        </CopyButton>
        <Pointer file="inbox/verify.ts" />
      </div>
    </aside>
  )
}

const ICONS = { proved: "check", failed: "close", "not reached": "more" } as const

function ChainStep({ step }: { step: Step }): VNode {
  return (
    <li class={`step step-${step.state.replace(" ", "-")}`}>
      <span class="step-dot">
        <Icon name={ICONS[step.state]} size={14} />
      </span>
      <strong>{step.name}</strong>
      {step.value && <span class="mono step-value" title={step.full}>{step.value}</span>}
      <span class="step-says">{step.state === "not reached" ? "not reached" : step.says}</span>
    </li>
  )
}
