// The conversation on the sheet: what is told while it is on its way there is not lost.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Conversation, Message } from "../../inbox/model.ts"
import { hear } from "../../inbox/page/news.ts"
import { reading } from "../../inbox/page/reading.ts"
import type { Engine, PageOfMessages } from "../../inbox/protocol.ts"
import type { Remote } from "../../inbox/rpc.ts"
import { initialState, type State } from "../../inbox/state.ts"
import { store } from "../../inbox/store.ts"
import { until } from "../processes.ts"

const peer = `0x${"ab".repeat(20)}`
const conversation: Conversation = {
  id: "c",
  peer,
  version: "v2",
  createdAt: 0,
  consent: "allowed",
  unread: 0,
  failed: false,
}

const message = (id: string, at: number): Message => ({
  id,
  conversation: "c",
  sender: peer,
  mine: false,
  at,
  body: { kind: "text", text: id },
  reactions: [],
  delivery: { state: "sent" },
})

/** A page whose worker answers when it is told to. */
function page() {
  const state = store<State>(initialState({ at: "list", tab: "inbox" }, "http://node"))
  const answers: ((page: PageOfMessages) => void)[] = []
  const ask = () => new Promise<PageOfMessages>((resolve) => answers.push(resolve))
  const sheet = reading(state, { open: ask, openTo: ask } as unknown as Remote<Engine>)
  return {
    sheet,
    go: () =>
      state.set((now) => ({
        ...now,
        conversations: [conversation],
        route: { at: "conversation", peer },
      })),
    hear: (changed: Message[], removed: string[] = []) =>
      hear(state, { kind: "messages", conversation: "c", changed, removed }),
    async answer(...messages: Message[]) {
      await until(() => answers.length > 0)
      answers.shift()!({ messages, more: false })
    },
    shown: () => state.get().open?.messages.map(({ id }) => id),
    isAsking: () => answers.length > 0,
    state,
  }
}

test("a message that comes while its conversation opens is on the sheet", async () => {
  const { go, hear, answer, shown, isAsking, state } = page()
  go()
  await until(isAsking)
  hear([message("local", 3)])
  hear([message("mine", 3), message("theirs", 2)], ["local"])
  await answer(message("old", 1))
  await until(() => shown() !== undefined)
  assert.deepEqual(shown(), ["old", "theirs", "mine"])
  assert.equal(state.get().opening, undefined)
})

test("a message that comes while another one is looked for stays", async () => {
  const { go, hear, answer, shown, sheet, isAsking } = page()
  go()
  await answer(message("new", 8))
  await until(() => shown() !== undefined)
  const finding = sheet.find("c", "old")
  await until(isAsking)
  hear([message("newest", 9)])
  await answer(message("old", 1), message("new", 8))
  await finding
  assert.deepEqual(shown(), ["old", "new", "newest"])
})
