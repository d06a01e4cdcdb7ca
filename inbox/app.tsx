import type { VNode } from "preact"
import { useSelect } from "./context.ts"
import { later } from "./parts/later.tsx"
import { Mark } from "./parts/mark.tsx"
import { KeyMap } from "./view/key-map.tsx"
import { List } from "./view/list/list.tsx"
import { Live } from "./view/live.tsx"
import { NodeQuestion } from "./view/node-question.tsx"
import { Sheet } from "./view/sheet.tsx"
import { Strips } from "./view/strips.tsx"

const Hello = later(() => import("./view/account/hello.tsx").then((part) => part.Hello))
const Unlock = later(() => import("./view/account/unlock.tsx").then((part) => part.Unlock))
const Drawer = later(() => import("./view/conversation/drawer.tsx").then((part) => part.Drawer))

/** The whole page: the list on the desk, the sheet beside it, details over or beside the sheet. */
export function App(): VNode {
  const route = useSelect((state) => state.route)
  const started = useSelect((state) => state.started)
  const account = useSelect((state) => state.account)
  const locked = useSelect((state) => state.locked)
  const drawer = useSelect((state) => state.drawer)
  const none = useSelect((state) => state.ready && state.conversations.length === 0)
  if (!started) {
    return (
      <main class="opening">
        <Strips />
        <Mark size={56} />
      </main>
    )
  }
  if (locked) return <Unlock />
  if (route.at === "hello" || !account) return <Hello />
  return (
    <div
      class="page"
      data-at={route.at === "list" ? none ? "welcome" : "list" : "sheet"}
      {...(drawer ? { "data-drawer": "" } : {})}
    >
      <List tab={route.at === "list" ? route.tab : "inbox"} />
      <main class="desk">
        <Strips />
        <Sheet route={route} account={account} />
      </main>
      {drawer && <Drawer verification={drawer} />}
      <Live />
      <KeyMap />
      <NodeQuestion />
    </div>
  )
}
