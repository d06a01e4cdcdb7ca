import type { Actions } from "../actions.ts"
import type { Body, Message } from "../model.ts"
import type { Engine } from "../protocol.ts"
import type { Remote } from "../rpc.ts"
import { saveFile } from "../save-file.ts"
import type { Open, State } from "../state.ts"
import type { Store } from "../store.ts"
import { oneLine } from "../text/plain.ts"
import { wordsOf } from "../text/words.ts"
import type { Reading } from "./reading.ts"

/** Writing, answering and looking closer. What I write is on the sheet before the worker hears of it. */
export function messageActions(
  store: Store<State>,
  engine: Remote<Engine>,
  reading: Reading,
): Actions["messages"] {
  const change = (change: (open: Open) => Open) =>
    store.set((state) => state.open ? { ...state, open: change(state.open) } : state)

  function draft(conversation: string, body: Body, answers?: string): string {
    const { account, connection, open } = store.get()
    const quoted = open?.messages.find((one) => one.id === answers)
    const message: Message = {
      id: `local-${crypto.randomUUID()}`,
      conversation,
      sender: account!.address,
      mine: true,
      at: Date.now(),
      body,
      reactions: [],
      delivery: { state: connection.state === "live" ? "sending" : "waiting" },
      ...(answers === undefined ? {} : {
        answers: quoted
          ? { id: answers, sender: quoted.sender, text: oneLine(wordsOf(quoted.body)) }
          : { id: answers },
      }),
    }
    change((now) =>
      now.id === conversation ? { ...now, messages: [...now.messages, message] } : now
    )
    return message.id
  }

  return {
    send(conversation, text, answers) {
      engine.send(draft(conversation, { kind: "text", text }, answers), conversation, text, answers)
    },
    attach(conversation, files) {
      for (const file of files) {
        const { name, type, size } = file
        const local = draft(conversation, {
          kind: "file",
          file: { name, type, size, state: "here" },
        })
        engine.attach(local, conversation, { name, type, data: file })
      }
    },
    retry: (message) => void engine.retry(message),
    discard: (message) => void engine.discard(message),
    react({ conversation, id, reactions }, content) {
      const me = store.get().account!.address
      const mine = reactions.some((one) => one.content === content && one.senders.includes(me))
      engine.react(conversation, id, content, !mine)
    },
    older: reading.older,
    find: reading.find,
    select: (selected) =>
      change(({ selected: _, ...open }) => selected === undefined ? open : { ...open, selected }),
    reply: (replyTo) =>
      change(({ replyTo: _, ...open }) => replyTo === undefined ? open : { ...open, replyTo }),
    async verify(message) {
      const drawer = await engine.verify(message)
      store.set((state) => ({
        ...state,
        drawer,
        ...(state.open && { open: { ...state.open, selected: message } }),
      }))
    },
    closeDrawer: () => store.set(({ drawer: _, ...state }) => state),
    fetchFile: (message) => void engine.fetchFile(message),
    file: (message) => engine.file(message),
    writing: (conversation) => void engine.writing(conversation),
    read: (conversation) => void engine.read(conversation),
    async save(conversation) {
      const text = await engine.save(conversation)
      saveFile("conversation.json", new Blob([text], { type: "application/json" }))
    },
  }
}
