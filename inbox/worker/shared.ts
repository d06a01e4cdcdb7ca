import type { Problem } from "../model.ts"
import type { News, Shared } from "../protocol.ts"

/** The state that all tabs of a profile show alike. Changes within a moment are told together. */
export interface SharedState {
  get(): Shared
  set(change: Partial<Shared>): void
  raise(problem: Problem): void
  settle(kind: Problem["kind"]): void
}

const TOGETHER_MS = 16

export function sharedState(initial: Shared, tell: (news: News) => void): SharedState {
  let state = initial
  let changed: Partial<Shared> = {}
  let timer: ReturnType<typeof setTimeout> | undefined

  function set(change: Partial<Shared>): void {
    state = { ...state, ...change }
    changed = { ...changed, ...change }
    timer ??= setTimeout(() => {
      const news = changed
      changed = {}
      timer = undefined
      tell({ kind: "state", state: news })
    }, TOGETHER_MS)
  }
  return {
    get: () => state,
    set,
    raise(problem) {
      const others = state.problems.filter(({ kind }) => kind !== problem.kind)
      set({ problems: [...others, problem] })
    },
    settle(kind) {
      if (state.problems.some((one) => one.kind === kind)) {
        set({ problems: state.problems.filter((one) => one.kind !== kind) })
      }
    },
  }
}
