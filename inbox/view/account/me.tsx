import type { VNode } from "preact"
import type { Account } from "../../model.ts"
import { CopyButton } from "../../parts/copy.tsx"
import { Icon } from "../../parts/icon.tsx"
import { IconLink, Link } from "../../parts/link.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { grouped } from "../../text/address.ts"
import { Ways } from "./nothing.tsx"

/** My seal, address and link. */
export function Me({ account }: { account: Account }): VNode {
  return (
    <div class="sheet">
      <header class="bar">
        <IconLink
          to={{ at: "list", tab: "inbox" }}
          icon="back"
          label="Back to the list"
          class="narrow-only"
        />
        <h1>You</h1>
        <span class="bar-space" />
        <IconLink to={{ at: "settings", page: "" }} icon="sliders" label="Settings" />
      </header>
      {account.kind === "local" && account.backedUpAt === undefined && <BackUp />}
      <div class="nothing">
        <SealOf address={account.address} size={84} />
        <p class="address-groups mono">{grouped(account.address)}</p>
        <CopyButton look="plain" text={() => account.address}>Copy address</CopyButton>
        <Ways />
      </div>
    </div>
  )
}

/** One calm reminder, where it can be acted on. */
export function BackUp(): VNode {
  return (
    <div class="strip strip-ochre">
      <Icon name="key" size={18} />
      <p>
        This browser holds the only copy.{" "}
        <Link to={{ at: "settings", page: "keys" }}>Export key</Link>
      </p>
    </div>
  )
}
