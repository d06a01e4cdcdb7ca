import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { Account } from "../../model.ts"
import { Button } from "../../parts/button.tsx"
import { CopyButton } from "../../parts/copy.tsx"
import { Dialog } from "../../parts/dialog.tsx"
import { later } from "../../parts/later.tsx"
import { SealOf } from "../../parts/seal.tsx"

const Qr = later(() => import("./qr.tsx").then((part) => part.Qr))

/** An inbox without a conversation: your seal, and the two ways to begin. */
export function NothingYet({ account }: { account: Account }): VNode {
  return (
    <div class="nothing">
      <SealOf address={account.address} size={84} />
      <h2 class="serif-title">Your seal is ready.</h2>
      <p>
        Give someone your link, or try both ends yourself: open a second account beside this one.
      </p>
      <Ways />
    </div>
  )
}

/** The ways to be written to. */
export function Ways(): VNode {
  const { account } = useAct()
  const [qr, setQr] = useState(false)
  return (
    <div class="ways">
      <Button look="solid" onClick={account.openSecond}>Open a second account</Button>
      <CopyButton icon="copy" text={account.link}>Copy my link</CopyButton>
      <Button icon="qr" onClick={() => setQr(true)}>QR code</Button>
      {qr && (
        <Dialog title="My link" onClose={() => setQr(false)}>
          <Qr text={account.link()} />
        </Dialog>
      )}
    </div>
  )
}
