import type { VNode } from "preact"
import { useMemo } from "preact/hooks"
import { useSelect } from "../../context.ts"
import type { Conversation } from "../../model.ts"
import { type Tab, tabOf } from "../../route.ts"
import { IconLink, Link } from "../../parts/link.tsx"
import { Mark } from "../../parts/mark.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { Foot } from "./foot.tsx"
import { Row } from "./row.tsx"
import { Search, SearchResults } from "./search.tsx"
import { Tabs } from "./tabs.tsx"

const EMPTY: Record<Tab, string> = {
  inbox: "Nothing here yet.",
  requests: "No requests.",
  denied: "You denied nobody.",
}

/** The list of conversations: mark, search, tabs, rows, and the connection at its foot. */
export function List({ tab }: { tab: Tab }): VNode {
  const searching = useSelect((state) => state.search.trim() !== "")
  return (
    <nav class="list" aria-label="Conversations">
      <Head />
      <Search />
      {searching ? <SearchResults /> : <TabPanel tab={tab} />}
      <Foot />
    </nav>
  )
}

function Head(): VNode {
  const address = useSelect((state) => state.account?.address)
  return (
    <header class="list-head">
      <h1 class="wordmark">
        <Mark size={27} />
        Wafer
      </h1>
      <IconLink to={{ at: "me" }} icon="qr" label="My seal and link" class="wide-only" />
      <IconLink to={{ at: "new" }} icon="pen" label="New conversation" class="wide-only" />
      {address && (
        <Link to={{ at: "me" }} class="narrow-only me-link" aria-label="My seal, link and settings">
          <SealOf address={address} size={32} />
        </Link>
      )}
    </header>
  )
}

function TabPanel({ tab }: { tab: Tab }): VNode {
  const conversations = useSelect((state) => state.conversations)
  const ready = useSelect((state) => state.ready)
  const shown = useMemo(() => conversations.filter((one) => tabOf(one) === tab), [
    conversations,
    tab,
  ])
  return (
    <>
      <Tabs tab={tab} />
      <div
        class="list-scroll"
        role="tabpanel"
        id="tabpanel"
        aria-labelledby={`tab-${tab}`}
        tabIndex={-1}
      >
        {tab === "requests" && shown.length > 0 && (
          <p class="list-note">
            People you have not written to. They cannot see that you read this.
          </p>
        )}
        {shown.length
          ? <Rows conversations={shown} />
          : ready && <p class="list-note">{EMPTY[tab]}</p>}
      </div>
    </>
  )
}

function Rows({ conversations }: { conversations: readonly Conversation[] }): VNode {
  return <ul class="rows">{conversations.map((one) => <Row conversation={one} key={one.id} />)}</ul>
}
