import type { Actions } from "../actions.ts"
import type { Engine } from "../protocol.ts"
import type { Remote } from "../rpc.ts"
import type { State } from "../state.ts"
import type { Store } from "../store.ts"
import { routeTo } from "../route.ts"
import { messageActions } from "./messages.ts"
import { reading } from "./reading.ts"

const SEARCH_PAUSE_MS = 150

/** Wires everything a person can do to the worker. */
export function wire(
  { store, engine, go, account }: {
    store: Store<State>
    engine: Remote<Engine>
    go: Actions["go"]
    account: Actions["account"]
  },
): Actions {
  let searching: ReturnType<typeof setTimeout> | undefined
  return {
    go,
    account,
    people: {
      allow: (peer) => void engine.setConsent(peer, "allowed"),
      deny: (peer) => void engine.setConsent(peer, "denied"),
      name: (peer, name) => void engine.name(peer, name),
      mute: (peer, on) => void engine.mute(peer, on),
    },
    conversations: {
      lookUp: (text) => engine.lookUp(text),
      async start(address, about) {
        const made = await engine.start(address, about)
        store.set((state) =>
          state.conversations.some((one) => one.id === made.id)
            ? state
            : { ...state, conversations: [made, ...state.conversations] }
        )
        go(routeTo(made), true)
      },
      search(search) {
        store.set((state) => ({ ...state, search, ...(search ? {} : { hits: [] }) }))
        clearTimeout(searching)
        if (!search.trim()) return
        searching = setTimeout(async () => {
          const hits = await engine.search(search)
          store.set((state) => state.search === search ? { ...state, hits } : state)
        }, SEARCH_PAUSE_MS)
      },
    },
    messages: messageActions(store, engine, reading(store, engine)),
    settings: {
      change: (settings) => void engine.change(settings),
      async useNode(url) {
        store.set(({ proposedNode: _, ...state }) => state)
        if (!url) return
        await engine.useNode(url)
        location.reload()
      },
      tryNow: () => void engine.tryNow(),
      async refetch() {
        await engine.refetch()
        location.reload()
      },
      async askToNotify() {
        const notifications = await Notification.requestPermission() === "granted"
        await engine.change({ notifications })
      },
    },
  }
}
