import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import type { Conversation } from "../../model.ts"
import { Button, IconButton } from "../../parts/button.tsx"
import { CopyButton } from "../../parts/copy.tsx"
import { Dialog } from "../../parts/dialog.tsx"
import { IconLink } from "../../parts/link.tsx"
import { Menu, type MenuItem } from "../../parts/menu.tsx"
import { Person } from "../../parts/person.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { grouped, short } from "../../text/address.ts"
import { clock } from "../../text/time.ts"
import { Chip } from "../list/row.tsx"
import { pathOf, routeTo } from "../../route.ts"

/** Who this conversation is with, and what can be done with it. */
export function Bar({ conversation }: { conversation: Conversation }): VNode {
  const { messages } = useAct()
  const [shown, setShown] = useState<"menu" | "name" | "address">()
  const named = useSelect((state) => state.names[conversation.peer] !== undefined)
  const drawer = useSelect((state) => state.drawer !== undefined)
  const newest = useSelect((state) => state.open?.messages.at(-1)?.id)
  const selected = useSelect((state) => state.open?.selected)
  const close = () => setShown(undefined)
  return (
    <header class="bar">
      <IconLink
        to={{ at: "list", tab: "inbox" }}
        icon="back"
        label="Back to the list"
        class="narrow-only"
      />
      <SealOf address={conversation.peer} size={38} />
      <div class="bar-names">
        <h1 id="person" tabIndex={-1}>
          <Person address={conversation.peer} />
          <Chip conversation={conversation} />
        </h1>
        <p>
          <button
            type="button"
            class={`bar-address ${named ? "mono" : ""}`}
            onClick={() => setShown("address")}
          >
            {named ? short(conversation.peer) : "Whole address"}
          </button>
          <Presence conversation={conversation} />
        </p>
      </div>
      <IconButton
        icon="search"
        label="Search"
        class="icon-button wide-only"
        onClick={() => document.querySelector<HTMLElement>("#search")?.focus()}
      />
      <IconButton
        icon="shield"
        label="What was verified"
        pressed={drawer}
        disabled={!newest}
        onClick={() => drawer ? messages.closeDrawer() : messages.verify(selected ?? newest!)}
      />
      <span class="bar-more">
        <IconButton
          icon="more"
          label="More"
          aria-haspopup="menu"
          aria-expanded={shown === "menu"}
          onClick={() => setShown("menu")}
        />
        {shown === "menu" && (
          <BarMenu
            conversation={conversation}
            onName={() => setShown("name")}
            onClose={close}
          />
        )}
      </span>
      {shown === "name" && <NameDialog peer={conversation.peer} onClose={close} />}
      {shown === "address" && <AddressDialog peer={conversation.peer} onClose={close} />}
    </header>
  )
}

function Presence({ conversation }: { conversation: Conversation }): VNode | null {
  const writing = useSelect((state) => (state.typing[conversation.id] ?? 0) > state.now)
  if (writing) return <span class="bar-note bar-writing">· Writing…</span>
  if (conversation.peerReadAt === undefined) return null
  return <span class="bar-note wide-only">· last read {clock(conversation.peerReadAt)}</span>
}

function BarMenu(
  { conversation, onName, onClose }: {
    conversation: Conversation
    onName: () => void
    onClose: () => void
  },
): VNode {
  const { people, messages } = useAct()
  const { peer } = conversation
  const muted = useSelect((state) => state.muted.includes(peer))
  const items: MenuItem[] = [
    { label: "Name this account", icon: "pen", run: onName },
    { label: muted ? "Unmute" : "Mute", icon: "mute", run: () => people.mute(peer, !muted) },
    conversation.consent === "denied"
      ? { label: "Allow", icon: "check", run: () => people.allow(peer) }
      : { label: "Deny", icon: "block", run: () => people.deny(peer) },
    {
      label: "Copy link",
      icon: "link",
      run: () => navigator.clipboard.writeText(location.origin + pathOf(routeTo(conversation))),
    },
    { label: "Save as a file", icon: "fetch", run: () => messages.save(conversation.id) },
  ]
  return <Menu label="Conversation" items={items} onClose={onClose} />
}

function NameDialog({ peer, onClose }: { peer: string; onClose: () => void }): VNode {
  const { people } = useAct()
  const [name, setName] = useState(useSelect((state) => state.names[peer]) ?? "")
  return (
    <Dialog title="Name this account" onClose={onClose}>
      <form
        class="form"
        method="dialog"
        onSubmit={() => people.name(peer, name.trim())}
      >
        <label for="name">Only you see this name. Empty shows the address again.</label>
        <input
          id="name"
          class="field"
          maxLength={60}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <p class="buttons">
          <Button look="solid" type="submit">Keep</Button>
        </p>
      </form>
    </Dialog>
  )
}

/** The seal helps the eye; this is what gets compared. */
function AddressDialog({ peer, onClose }: { peer: string; onClose: () => void }): VNode {
  return (
    <Dialog title="Address" onClose={onClose}>
      <div class="centred">
        <SealOf address={peer} size={72} />
        <p class="address-groups mono">{grouped(peer)}</p>
        <CopyButton text={() => peer}>Copy address</CopyButton>
      </div>
    </Dialog>
  )
}
