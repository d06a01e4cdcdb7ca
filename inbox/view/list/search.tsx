import type { VNode } from "preact"
import { useMemo } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import { Icon } from "../../parts/icon.tsx"
import { Link } from "../../parts/link.tsx"
import { Person } from "../../parts/person.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { findAddress, short } from "../../text/address.ts"
import { oneLine } from "../../text/plain.ts"
import { dayOf, when } from "../../text/time.ts"
import { routeTo } from "../../route.ts"
import { Row } from "./row.tsx"

/** Finds people, and words in what this browser holds; a pasted address starts a conversation. */
export function Search(): VNode {
  const { conversations } = useAct()
  const text = useSelect((state) => state.search)
  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <Icon name="search" size={18} />
      <input
        type="search"
        id="search"
        aria-label="Search, or paste an address"
        {...(text.trim() ? { "aria-controls": "found" } : {})}
        placeholder="Search, or paste an address"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => conversations.search(event.currentTarget.value)}
        onKeyDown={toResults}
      />
      <kbd class="wide-only" aria-hidden="true">
        {/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘ K" : "Ctrl K"}
      </kbd>
    </form>
  )
}

function toResults(event: KeyboardEvent & { currentTarget: HTMLInputElement }): void {
  if (event.key !== "ArrowDown" && event.key !== "Enter") return
  const first = event.currentTarget.closest("nav")?.querySelector<HTMLElement>("#found a, .rows a")
  if (!first) return
  event.preventDefault()
  if (event.key === "Enter") first.click()
  else first.focus()
}

export function SearchResults(): VNode {
  const { messages } = useAct()
  const query = useSelect((state) => state.search.trim().toLowerCase())
  const conversations = useSelect((state) => state.conversations)
  const names = useSelect((state) => state.names)
  const hits = useSelect((state) => state.hits)
  const today = useSelect((state) => dayOf(state.now))
  const people = useMemo(
    () =>
      conversations.filter((one) =>
        [one.peer, names[one.peer], one.conversationId]
          .some((text) => text?.toLowerCase().includes(query))
      ),
    [conversations, names, query],
  )
  const byId = useMemo(() => new Map(conversations.map((one) => [one.id, one])), [conversations])
  const address = findAddress(query)
  return (
    <div class="list-scroll" id="found">
      {address && (
        <Link to={{ at: "new", address }} class="row row-offer">
          <SealOf address={address} size={42} />
          <span class="row-name">Write to {short(address)}</span>
          <span class="row-text">Looks it up first; nothing is sent.</span>
        </Link>
      )}
      {people.length > 0 && (
        <ul class="rows">{people.map((one) => <Row conversation={one} key={one.id} />)}</ul>
      )}
      {hits.length > 0 && (
        <>
          <h2 class="list-title">Messages</h2>
          <ul class="rows">
            {hits.map((hit) => {
              const conversation = byId.get(hit.conversation)
              return conversation && (
                <li key={hit.message}>
                  <Link
                    to={routeTo(conversation)}
                    class="row"
                    onOpen={() => messages.find(hit.conversation, hit.message)}
                  >
                    <SealOf address={conversation.peer} size={42} />
                    <span class="row-name">
                      <Person address={conversation.peer} />
                    </span>
                    <time class="row-time">{when(hit.at, today)}</time>
                    <span class="row-text">
                      <Marked text={oneLine(hit.text)} query={query} />
                    </span>
                  </Link>
                </li>
              )
            })}
          </ul>
        </>
      )}
      {!address && !people.length && !hits.length && <p class="list-note">Nothing found.</p>}
    </div>
  )
}

/** The text around the first match, which is marked. */
function Marked({ text, query }: { text: string; query: string }): VNode {
  const at = text.toLowerCase().indexOf(query)
  if (at < 0) return <>{text}</>
  const from = Math.max(0, at - 18)
  const end = at + query.length
  return (
    <>
      {from > 0 ? "…" : ""}
      {text.slice(from, at)}
      <mark>{text.slice(at, end)}</mark>
      {text.slice(end)}
    </>
  )
}
