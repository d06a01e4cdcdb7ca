import type { Actions } from "./actions.ts"
import type { State } from "./state.ts"
import type { Store } from "./store.ts"
import { routeTo, tabOf } from "./route.ts"

const PANES = ["#search", "#tabpanel", ".feed", "#composer", ".drawer"]

/** The keys that work everywhere on the page. */
export function listenForKeys(store: Store<State>, act: Actions): void {
  addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey
    if (command && event.key.toLowerCase() === "k") focus("#search")
    else if (command && event.altKey && event.code === "KeyN") act.go({ at: "new" })
    else if (event.altKey && event.key === "ArrowUp") step(store.get(), act, -1)
    else if (event.altKey && event.key === "ArrowDown") step(store.get(), act, 1)
    else if (event.key === "F6") nextPane(event.shiftKey ? -1 : 1)
    else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      escape(store.get(), act)
    } else return
    event.preventDefault()
  })
}

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus()
}

function step(state: State, act: Actions, by: number): void {
  const tab = state.route.at === "list" ? state.route.tab : "inbox"
  const listed = state.conversations.filter((one) => tabOf(one) === tab)
  const now = listed.findIndex((one) => one.id === state.open?.id)
  const next = listed[Math.max(0, Math.min(listed.length - 1, now + by))]
  if (next) act.go(routeTo(next))
}

function nextPane(by: number): void {
  const panes = PANES.map((one) => document.querySelector<HTMLElement>(one)).filter((one) =>
    one !== null
  )
  const now = panes.findIndex((pane) => pane.contains(document.activeElement))
  panes.at((now + by) % panes.length)?.focus()
}

/** Closes the innermost thing: reply, drawer, search; then back to writing. */
function escape(state: State, act: Actions): void {
  if (state.open?.replyTo) act.messages.reply(undefined)
  else if (state.drawer) act.messages.closeDrawer()
  else if (state.search) act.conversations.search("")
  else {
    act.messages.select(undefined)
    focus("#composer")
  }
}
