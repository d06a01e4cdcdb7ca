import { announce } from "../announce.ts"
import type { Conversation } from "../model.ts"
import type { Engine, PageOfMessages } from "../protocol.ts"
import type { Remote } from "../rpc.ts"
import type { Open, State } from "../state.ts"
import type { Store } from "../store.ts"
import { same } from "../text/address.ts"
import { merged } from "./news.ts"

const PAGE = 200
// Messages before the first new one, and the most that are loaded to get there.
const CONTEXT = 20
const MOST = 1000

/** Keeps the sheet's messages those of the route's conversation. */
export interface Reading {
  older(): Promise<void>
  find(conversation: string, message: string): Promise<void>
}

export function reading(store: Store<State>, engine: Remote<Engine>): Reading {
  let opening: { readonly id: string; readonly done: Promise<void> } | undefined

  /** The page that is asked for, with what was told of its conversation meanwhile. */
  async function ask<T extends PageOfMessages | undefined>(
    id: string,
    question: () => Promise<T>,
  ): Promise<T> {
    store.set((state) => ({ ...state, opening: { id, changed: [], removed: [] } }))
    try {
      const page = await question()
      const told = store.get().opening
      if (!page || told?.id !== id) return page
      return { ...page, messages: merged(page.messages, told.changed, told.removed, page.more) }
    } finally {
      store.set(({ opening, ...state }) =>
        !opening || opening.id === id ? state : { ...state, opening }
      )
    }
  }

  async function open(conversation: Conversation): Promise<void> {
    const { id, unread, unreadFrom } = conversation
    const wanted = unread + CONTEXT
    const page = await ask(id, () => engine.open(id, wanted > MOST ? PAGE : Math.max(PAGE, wanted)))
    if (opening?.id !== id) return
    const { messages, more } = page
    // Where the new ones begin, unless that is too far back to begin reading there.
    const reached = unreadFrom !== undefined && (!more || messages[0]!.at <= unreadFrom)
    store.set(({ drawer: _, ...state }) => ({
      ...state,
      open: {
        id,
        messages,
        more,
        loading: false,
        newCount: reached ? unread : 0,
        ...(reached ? { newFrom: unreadFrom } : {}),
      },
    }))
  }

  function follow(): void {
    const wanted = conversationOf(store.get())
    if (wanted?.id === opening?.id) return
    if (wanted) {
      // Not within this change of the store: to begin is one, too.
      opening = { id: wanted.id, done: Promise.resolve(wanted).then(open) }
      opening.done.catch((error) => console.warn("the conversation did not open:", error))
    } else {
      opening = undefined
      store.set(({ open: _, drawer: __, ...state }) => state)
    }
  }
  store.watch(follow)

  /** Changes the open conversation, if it still is `id`. */
  function change(id: string, change: (open: Open) => Open): void {
    store.set((state) => state.open?.id === id ? { ...state, open: change(state.open) } : state)
  }

  return {
    async older() {
      const now = store.get().open
      if (!now || !now.more || now.loading) return
      change(now.id, (open) => ({ ...open, loading: true }))
      const { messages, more } = await engine.older(now.id, now.messages[0]?.at ?? Infinity, PAGE)
      change(now.id, (open) => {
        const known = new Set(open.messages.map((one) => one.id))
        const fresh = messages.filter((one) => !known.has(one.id))
        return {
          ...open,
          messages: [...fresh, ...open.messages],
          more: more && fresh.length > 0,
          loading: false,
        }
      })
    },
    async find(conversation, message) {
      await opening?.done
      const loaded = store.get().open?.messages.some((one) => one.id === message)
      if (!loaded) {
        const page = await ask(conversation, () => engine.openTo(conversation, message))
        if (!page) return announce("Wafer", "That message is not stored in this browser.")
        change(conversation, (open) => ({ ...open, ...page }))
      }
      change(conversation, (open) => ({ ...open, selected: message }))
    },
  }
}

/** The conversation that the route means. */
function conversationOf({ route, conversations, open }: State): Conversation | undefined {
  if (route.at === "conversation") {
    return conversations.find((one) =>
      same(one.peer, route.peer) && (one.conversationId ?? undefined) === route.about
    )
  }
  // Beside the list the conversation that was read stays on the sheet.
  return route.at === "list" ? conversations.find((one) => one.id === open?.id) : undefined
}
