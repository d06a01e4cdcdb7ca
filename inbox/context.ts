import { createContext } from "preact"
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Actions } from "./actions.ts"
import type { State } from "./state.ts"
import type { Store } from "./store.ts"

/** What every part of the page is handed: what to show, and what can be done. */
export interface Page {
  readonly store: Store<State>
  readonly act: Actions
}

export const PageContext = createContext<Page>(undefined as unknown as Page)

/** The part of the state that `select` picks; draws again when that part is another value. */
export function useSelect<T>(select: (state: State) => T): T {
  const { store } = useContext(PageContext)
  const picked = select(store.get())
  const latest = useRef(select)
  latest.current = select
  const [, draw] = useState<T>(picked)
  useLayoutEffect(() => {
    const check = () => draw(() => latest.current(store.get()))
    check()
    return store.watch(check)
  }, [store])
  return picked
}

/** What can be done. */
export function useAct(): Actions {
  return useContext(PageContext).act
}
