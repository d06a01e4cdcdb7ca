import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import type { Account } from "../../model.ts"
import type { SettingsPage } from "../../route.ts"
import { Button } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { IconLink, Link } from "../../parts/link.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { setTheme, type Theme, theme } from "../../theme.ts"
import { short } from "../../text/address.ts"
import { date } from "../../text/time.ts"
import { hostOf } from "../../text/connection.ts"
import { ConsentPage } from "./consent.tsx"
import { KeysPage } from "./keys.tsx"
import { Line, Switch } from "./line.tsx"
import { NodePage } from "./node.tsx"
import { PassphraseLine } from "./passphrase.tsx"
import { StorageLine } from "./storage.tsx"

const TITLES: Record<SettingsPage, string> = {
  "": "Settings",
  keys: "Export key",
  consent: "Consent",
  node: "Node",
}

export function Settings({ page, account }: { page: SettingsPage; account: Account }): VNode {
  return (
    <div class="sheet">
      <header class="bar">
        <IconLink
          to={page ? { at: "settings", page: "" } : { at: "list", tab: "inbox" }}
          icon="back"
          label="Back"
          class={page ? "" : "narrow-only"}
        />
        <h1>{TITLES[page]}</h1>
      </header>
      <div class="pane">
        {page === "" && <Overview account={account} />}
        {page === "keys" && <KeysPage account={account} />}
        {page === "consent" && <ConsentPage />}
        {page === "node" && <NodePage />}
      </div>
    </div>
  )
}

function Overview({ account }: { account: Account }): VNode {
  const { go, settings: act } = useAct()
  const settings = useSelect((state) => state.settings)
  const node = useSelect((state) => state.node)
  const conversations = useSelect((state) => state.conversations)
  const tally = (consent: string) =>
    new Set(
      conversations.filter((one) => one.consent === consent).map((one) => one.peer),
    ).size
  return (
    <>
      <div class="setting">
        <SealOf address={account.address} size={42} />
        <div>
          <strong>This account</strong>
          <p class="mono">{short(account.address)}</p>
        </div>
        <Button onClick={() => go({ at: "settings", page: "keys" })}>Export key</Button>
      </div>
      <Line
        name="Backed up"
        says={account.backedUpAt
          ? `On ${date(account.backedUpAt)}`
          : account.kind === "wallet"
          ? "Your wallet can open this account anywhere."
          : "Never. This browser holds the only copy."}
      >
        {!account.backedUpAt && account.kind === "local" && (
          <Link class="setting-urge" to={{ at: "settings", page: "keys" }}>
            <Icon name="warn" size={16} />Do it now
          </Link>
        )}
      </Line>
      <PassphraseLine account={account} />
      <Switch
        name="Read receipts"
        says="Tell people when you have read a message."
        on={settings.receipts}
        onChange={(receipts) => act.change({ receipts })}
      />
      <Switch
        name="Typing"
        says="Tell people that you are writing."
        on={settings.typing}
        onChange={(typing) => act.change({ typing })}
      />
      <Switch
        name="Notifications"
        says="When a message comes and this page is not in front. The text stays hidden."
        on={settings.notifications}
        onChange={(on) => on ? act.askToNotify() : act.change({ notifications: false })}
      />
      <Switch
        name="Send with Enter"
        says="Off: Ctrl and Enter sends, Enter makes a line."
        on={settings.sendWithEnter}
        onChange={(sendWithEnter) => act.change({ sendWithEnter })}
      />
      <ThemeLine />
      <Line
        name="Node"
        says={[hostOf(node.url), node.network && `network “${node.network}”`, node.version].filter(
          Boolean,
        ).join(", ")}
      >
        <Button onClick={() => go({ at: "settings", page: "node" })}>Change</Button>
      </Line>
      <Line
        name="Consent"
        says={`${tally("allowed")} allowed, ${tally("denied")} denied, sealed to your own key`}
      >
        <Button onClick={() => go({ at: "settings", page: "consent" })}>Review</Button>
      </Line>
      <Switch
        name="Code pointers"
        says="Shows beside each panel which file of the source it is."
        on={settings.pointers}
        onChange={(pointers) => act.change({ pointers })}
      />
      <StorageLine />
    </>
  )
}

function ThemeLine(): VNode {
  const [now, setNow] = useState<Theme>(theme)
  return (
    <Line name={<label for="theme">Theme</label>} says="Day and night, or as the system says.">
      <span class="select">
        <select
          id="theme"
          value={now}
          onChange={(event) => {
            const next = event.currentTarget.value as Theme
            setTheme(next)
            setNow(next)
          }}
        >
          <option value="system">System</option>
          <option value="light">Day</option>
          <option value="dark">Night</option>
        </select>
        <Icon name="open" size={16} />
      </span>
    </Line>
  )
}
