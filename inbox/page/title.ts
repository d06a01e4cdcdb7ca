import type { State } from "../state.ts"
import type { Store } from "../store.ts"

/** The tab says how much is unread, in words and with a dot on its icon. */
export function watchUnread(store: Store<State>): void {
  let shown = 0
  store.watch(() => {
    const { conversations, muted } = store.get()
    const unread = conversations
      .filter((one) => one.consent === "allowed" && !muted.includes(one.peer))
      .reduce((sum, one) => sum + one.unread, 0)
    if (unread === shown) return
    shown = unread
    document.title = unread ? `(${unread}) Wafer` : "Wafer"
    document.querySelector<HTMLLinkElement>("link[rel=icon]")!.href = unread
      ? "/favicon-unread.svg"
      : "/favicon.svg"
  })
}

const TICK_MS = 30_000

/** Moves the clock that times are drawn by; sooner when somebody stops writing. */
export function keepTime(store: Store<State>): void {
  let timer: ReturnType<typeof setTimeout>
  const tick = () => {
    store.set((state) => ({ ...state, now: Date.now() }))
    plan()
  }
  const plan = () => {
    clearTimeout(timer)
    const now = Date.now()
    const ends = Object.values(store.get().typing).filter((until) => until > now)
    timer = setTimeout(tick, Math.min(TICK_MS, ...ends.map((until) => until - now + 50)))
  }
  let typing = store.get().typing
  store.watch(() => {
    if (store.get().typing === typing) return
    typing = store.get().typing
    plan()
  })
  plan()
}
