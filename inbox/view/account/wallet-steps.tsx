import type { VNode } from "preact"
import { useSelect } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { reasonOf } from "../../parts/problem.tsx"
import type { WalletView } from "../../wallets.ts"

/** How far a wallet has been asked. */
export interface Asking {
  readonly wallet: WalletView
  readonly state: "asking" | "refused" | "failed"
  readonly error?: unknown
}

/** What the wallet is being asked for, in the order it asks. */
export function WalletSteps(
  { asking, onAgain, onBack }: { asking: Asking; onAgain: () => void; onBack: () => void },
): VNode {
  const step = useSelect((state) => state.signing)
  if (asking.state !== "asking") {
    return (
      <div class="wallet-steps" role="alert">
        {asking.state === "refused"
          ? (
            <p>
              <Icon name="key" size={18} />
              <strong>Your wallet said no.</strong> Nothing was sent.
            </p>
          )
          : (
            <p>
              <Icon name="warn" size={18} />
              {explained(asking.error)}
            </p>
          )}
        <p class="buttons">
          <Button onClick={onBack}>Back</Button>
          <Button look="solid" onClick={onAgain}>Ask again</Button>
        </p>
      </div>
    )
  }
  return (
    <div class="wallet-steps" role="status">
      <p>
        {step === "open"
          ? "Your wallet will ask once. It costs nothing and sends no transaction."
          : "Your wallet will ask twice. It costs nothing and sends no transaction."}
      </p>
      <ol>
        {(step === "open" ? OPENING : CREATING).map(({ name, says }) => (
          <li key={name} {...(name === step ? { "aria-current": "step" as const } : {})}>{says}</li>
        ))}
      </ol>
      <Button look="plain" onClick={onBack}>Cancel</Button>
    </div>
  )
}

const OPENING = [{ name: "open", says: "1 of 1: open your keys" }] as const
const CREATING = [
  { name: "create", says: "1 of 2: create your identity" },
  { name: "enable", says: "2 of 2: enable it" },
] as const

function explained(error: unknown): string {
  const text = reasonOf(error)
  return /signature/i.test(text)
    ? "This wallet cannot be used: its signatures are made by a contract, and this network needs a key."
    : text
}
