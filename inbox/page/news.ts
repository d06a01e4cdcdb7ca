import { announce } from "../announce.ts"
import type { Message } from "../model.ts"
import type { News } from "../protocol.ts"
import { pathOf, routeTo } from "../route.ts"
import type { State } from "../state.ts"
import type { Store } from "../store.ts"
import { short } from "../text/address.ts"
import { oneLine } from "../text/plain.ts"
import { wordsOf } from "../text/words.ts"

/** Takes what the worker tells into the page's state. */
export function hear(store: Store<State>, news: News): void {
  switch (news.kind) {
    case "state":
      store.set((state) => ({ ...state, ...news.state, now: Date.now() }))
      break
    case "messages":
      store.set((state) => noted(state, news))
      break
    case "arrived":
      arrived(store.get(), news.message)
  }
}

/** For the conversation on the sheet, and for the one that is on its way there. */
function noted(
  state: State,
  { conversation, changed, removed }: Extract<News, { kind: "messages" }>,
): State {
  const { open, opening } = state
  return {
    ...state,
    ...(open?.id === conversation && {
      open: { ...open, messages: merged(open.messages, changed, removed, open.more) },
    }),
    ...(opening?.id === conversation && {
      opening: {
        ...opening,
        changed: [...opening.changed.filter(({ id }) => !removed.includes(id)), ...changed],
        removed: [...opening.removed, ...removed],
      },
    }),
  }
}

/** `known` with some messages changed, added in their place, or gone. */
export function merged(
  known: readonly Message[],
  changed: readonly Message[],
  removed: readonly string[],
  more: boolean,
): readonly Message[] {
  const fresh = new Map(changed.map((one) => [one.id, one]))
  const gone = new Set(removed)
  const kept: Message[] = []
  for (const one of known) {
    if (gone.has(one.id)) continue
    kept.push(fresh.get(one.id) ?? one)
    fresh.delete(one.id)
  }
  // What is older than everything loaded comes when the reader gets there.
  const oldest = more ? known[0]?.at ?? -Infinity : -Infinity
  const added = [...fresh.values()].filter((one) => one.at >= oldest).sort(bySending)
  const last = kept.at(-1)
  const inOrder = !last || !added[0] || bySending(last, added[0]) <= 0
  return inOrder ? [...kept, ...added] : [...kept, ...added].sort(bySending)
}

/** Oldest first; what was dated alike in the order in which a page of the database has it. */
function bySending(a: Message, b: Message): number {
  return a.at - b.at || (a.id < b.id ? 1 : -1)
}

function arrived(state: State, message: Message): void {
  const conversation = state.conversations.find((one) => one.id === message.conversation)
  if (
    !conversation || conversation.consent !== "allowed" || state.muted.includes(conversation.peer)
  ) return
  const name = state.names[message.sender] ?? short(message.sender)
  announce(oneLine(name), oneLine(wordsOf(message.body)))
  if (!state.settings.notifications || document.hasFocus()) return
  const notice = new Notification(oneLine(name), {
    body: "New message",
    tag: conversation.id,
    icon: "/mark.svg",
  })
  notice.onclick = () => {
    focus()
    history.pushState(null, "", pathOf(routeTo(conversation)))
    dispatchEvent(new PopStateEvent("popstate"))
  }
}
