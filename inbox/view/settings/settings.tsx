import type { ComponentChildren, VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import type { Account } from "../../model.ts"
import type { SettingsPage } from "../../route.ts"
import { Button } from "../../parts/button.tsx"
import { Dialog } from "../../parts/dialog.tsx"
import { Icon } from "../../parts/icon.tsx"
import { IconLink, Link } from "../../parts/link.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { setTheme, type Theme, theme } from "../../theme.ts"
import { short } from "../../text/address.ts"
import { count, size } from "../../text/size.ts"
import { date } from "../../text/time.ts"
import { hostOf } from "../list/foot.tsx"
import { ConsentPage } from "./consent.tsx"
import { KeysPage } from "./keys.tsx"
import { NodePage } from "./node.tsx"

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

function Switch(
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

function PassphraseLine({ account }: { account: Account }): VNode {
  const { account: act } = useAct()
  const [editing, setEditing] = useState(false)
  const [text, setText] = useState("")
  const close = () => setEditing(false)
  return (
    <Line
      name="Passphrase"
      says={account.passphrase
        ? "Asked for when this page opens."
        : "None. The key is encrypted with one that this browser keeps."}
    >
      <Button onClick={() => setEditing(true)}>{account.passphrase ? "Change" : "Set"}</Button>
      {editing && (
        <Dialog title="Passphrase" onClose={close}>
          <form
            class="form"
            onSubmit={async (event) => {
              event.preventDefault()
              await act.setPassphrase(text)
              close()
            }}
          >
            <label for="new-passphrase">
              Forget it, and only a backup opens this account. Empty removes it.
            </label>
            <input
              id="new-passphrase"
              class="field"
              type="password"
              autocomplete="new-password"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <p class="buttons">
              <Button look="solid" type="submit">Keep</Button>
            </p>
          </form>
        </Dialog>
      )}
    </Line>
  )
}

function StorageLine(): VNode {
  const { account } = useAct()
  const stored = useSelect((state) => state.stored)
  const [asking, setAsking] = useState(false)
  return (
    <Line name="Storage" says={`${count(stored.messages)} messages, ${size(stored.bytes)}`}>
      <Button onClick={() => setAsking(true)}>Forget this account here</Button>
      {asking && (
        <Dialog title="Forget this account here" onClose={() => setAsking(false)}>
          <p>
            Its keys, names and messages leave this browser. Without a backup or a wallet nobody can
            open this account again.
          </p>
          <p class="buttons">
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="solid" onClick={() => account.forget()}>Forget it</Button>
          </p>
        </Dialog>
      )}
    </Line>
  )
}
