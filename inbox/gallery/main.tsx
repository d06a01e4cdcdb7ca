// For developers: each state of the page from fixtures, at /states.html?state=NAME. Not in the build.
import { render } from "preact"
import "../style/all.css"
import type { Actions, LookUp } from "../actions.ts"
import { App } from "../app.tsx"
import { PageContext } from "../context.ts"
import { store } from "../store.ts"
import { applyTheme } from "../theme.ts"
import { ME } from "./cast.ts"
import { lighthouse } from "./lighthouse.ts"
import { states } from "./states.ts"

declare global {
  interface ImportMeta {
    /** Vite's: the modules that a pattern names, each behind a function that loads it. */
    glob(pattern: string): Record<string, () => Promise<unknown>>
  }
}

// Nothing of a state comes later than the rest of it.
const parts = import.meta.glob("../view/**/*.tsx")
await Promise.all(Object.values(parts).map((load) => load()))

applyTheme()
const name = new URLSearchParams(location.search).get("state")
const root = document.querySelector<HTMLElement>("#page")!

if (name && states[name]) {
  const state = store(states[name])
  const nothing = () => {}
  const later = () => Promise.resolve()
  const act: Actions = {
    go: (route) => state.set((now) => ({ ...now, route })),
    account: {
      create: later,
      useWallet: () => new Promise(nothing),
      read: () => Promise.reject(new Error("This is not a key.")),
      take: later,
      unlock: () => Promise.resolve(false),
      setPassphrase: later,
      export: () => Promise.resolve(""),
      forget: later,
      openSecond: nothing,
      link: () => `http://localhost:5555/dm/${ME}`,
    },
    people: { allow: nothing, deny: nothing, name: nothing, mute: nothing },
    conversations: {
      lookUp: (text): Promise<LookUp> =>
        Promise.resolve(
          /^0x[0-9a-f]{40}$/i.test(text)
            ? { state: text.endsWith("6") ? "joined" : "not-joined", address: text }
            : { state: "not-an-address" },
        ),
      start: later,
      search: (search) => state.set((now) => ({ ...now, search })),
    },
    messages: {
      send: nothing,
      attach: nothing,
      retry: nothing,
      discard: nothing,
      react: nothing,
      older: later,
      find: later,
      select: (selected) =>
        state.set((now) => now.open ? { ...now, open: { ...now.open, selected: selected! } } : now),
      reply: nothing,
      verify: later,
      closeDrawer: () => state.set(({ drawer: _, ...now }) => now),
      fetchFile: nothing,
      file: () => lighthouse(),
      writing: nothing,
      read: nothing,
      save: later,
    },
    settings: {
      change: nothing,
      useNode: nothing,
      tryNow: nothing,
      refetch: nothing,
      askToNotify: later,
    },
  }
  render(
    <PageContext.Provider value={{ store: state, act }}>
      <App />
    </PageContext.Provider>,
    root,
  )
  Object.assign(globalThis, { states: Object.keys(states) })
} else {
  render(
    <ul>
      {Object.keys(states).map((one) => (
        <li key={one}>
          <a href={`?state=${one}`}>{one}</a>
        </li>
      ))}
    </ul>,
    root,
  )
  Object.assign(globalThis, { states: Object.keys(states) })
}
