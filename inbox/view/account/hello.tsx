import type { VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { later } from "../../parts/later.tsx"
import { Mark } from "../../parts/mark.tsx"
import { reasonOf } from "../../parts/problem.tsx"
import { discoverWallets, saidNo, type WalletView } from "../../wallets.ts"
import { Envelope } from "./envelope.tsx"
import { type Asking, WalletSteps } from "./wallet-steps.tsx"

const Import = later(() => import("./import.tsx").then((part) => part.Import))

/** First run: the back of an envelope, the mark seals its flap. */
export function Hello(): VNode {
  const { account } = useAct()
  const [importing, setImporting] = useState(false)
  const [creating, setCreating] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [asking, setAsking] = useState<Asking>()

  const create = async () => {
    setCreating(true)
    setProblem(undefined)
    try {
      await account.create()
    } catch (error) {
      setProblem(reasonOf(error))
      setCreating(false)
    }
  }
  const ask = async (wallet: WalletView) => {
    setAsking({ wallet, state: "asking" })
    try {
      await account.useWallet(wallet)
    } catch (error) {
      setAsking({ wallet, state: saidNo(error) ? "refused" : "failed", error })
    }
  }

  return (
    <Envelope>
      <Mark size={78} />
      <h1 class="hello-title">Letters between accounts, sealed.</h1>
      <p class="hello-lead">
        Only you and the person you write to can open them. This node carries them unread.
      </p>
      {asking
        ? (
          <WalletSteps
            asking={asking}
            onAgain={() => ask(asking.wallet)}
            onBack={() => setAsking(undefined)}
          />
        )
        : (
          <>
            <Button look="solid" class="hello-create" disabled={creating} onClick={create}>
              {creating ? "Creating…" : "Create an account here"}
            </Button>
            {problem
              ? (
                <p class="hello-note caption-failed" role="alert">
                  <Icon name="warn" size={15} />
                  {problem}
                </p>
              )
              : <p class="hello-note">Takes a second. The key stays in this browser, encrypted.</p>}
            <Wallets onChoose={ask} />
            <Button look="plain" icon="key" onClick={() => setImporting(true)}>Import a key</Button>
          </>
        )}
      {importing && <Import onClose={() => setImporting(false)} />}
    </Envelope>
  )
}

function Wallets({ onChoose }: { onChoose: (wallet: WalletView) => void }): VNode {
  const [wallets, setWallets] = useState<readonly WalletView[]>([])
  useEffect(() => discoverWallets(setWallets), [])
  return (
    <>
      <p class="or">
        <span>or use a wallet</span>
      </p>
      {wallets.length === 0 && (
        <p class="hello-note">No wallet in this browser. An account made here works the same.</p>
      )}
      <div class="wallets">
        {wallets.map((wallet) => (
          <button
            type="button"
            class="wallet"
            key={wallet.id}
            onClick={() => onChoose(wallet)}
          >
            {wallet.icon && <img src={wallet.icon} alt="" width={26} height={26} />}
            {wallet.name}
          </button>
        ))}
      </div>
    </>
  )
}
