import type { VNode } from "preact"
import { useSelect } from "../context.ts"
import type { Account } from "../model.ts"
import { later } from "../parts/later.tsx"
import { Mark } from "../parts/mark.tsx"
import type { Route } from "../route.ts"
import { NewConversation } from "./account/new.tsx"
import { NothingYet } from "./account/nothing.tsx"
import { ConversationSheet } from "./conversation/conversation.tsx"

const Settings = later(() => import("./settings/settings.tsx").then((part) => part.Settings))
const Me = later(() => import("./account/me.tsx").then((part) => part.Me))

/** What lies on the sheet of paper. */
export function Sheet({ route, account }: { route: Route; account: Account }): VNode {
  const open = useSelect((state) => state.open)
  const conversation = useSelect((state) =>
    state.conversations.find((one) => one.id === state.open?.id)
  )
  const ready = useSelect((state) => state.ready)
  const none = useSelect((state) => state.conversations.length === 0)
  switch (route.at) {
    case "conversation":
      if (open && conversation) return <ConversationSheet conversation={conversation} open={open} />
      return ready ? <NewConversation address={route.peer} /> : <Empty />
    case "new":
      return (
        <NewConversation {...(route.address === undefined ? {} : { address: route.address })} />
      )
    case "me":
      return <Me account={account} />
    case "settings":
      return <Settings page={route.page} account={account} />
    default:
      return ready && none
        ? (
          <div class="sheet">
            <NothingYet account={account} />
          </div>
        )
        : <Empty />
  }
}

function Empty(): VNode {
  return (
    <div class="sheet sheet-empty">
      <Mark size={56} />
    </div>
  )
}
