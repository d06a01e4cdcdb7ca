import type { Account } from "../model.ts"
import type { Engine, News } from "../protocol.ts"
import { initialSettings } from "../state.ts"
import { short } from "../text/address.ts"
import { wordsOf } from "../text/words.ts"
import { verify } from "../verify.ts"
import { conversations } from "./conversations.ts"
import type { Database, StoredMessage } from "./database.ts"
import { evidenceOf } from "./evidence.ts"
import { messages } from "./messages.ts"
import { pictureSize } from "./picture.ts"
import { unseen } from "./seen.ts"
import { sharedState } from "./shared.ts"

export interface EngineOptions {
  readonly profile: string
  readonly account: Account
  readonly keys: Uint8Array
  readonly database: Database
  readonly node: string
  readonly tell: (news: News) => void
}

export interface RunningEngine extends Engine {
  close(): Promise<void>
}

/** The account at work: what is stored answers at once, the network as soon as it is there. */
export async function engine(options: EngineOptions): Promise<RunningEngine> {
  const { profile, account: { address: me }, keys, database, tell } = options
  const kept = await database.values("node", "names", "muted", "settings")
  const url = kept.node?.url ?? options.node
  const shared = sharedState({
    connection: { state: "connecting" },
    node: { url, ...(kept.node?.network && { network: kept.node.network }) },
    conversations: [],
    names: kept.names ?? {},
    muted: kept.muted ?? [],
    typing: {},
    settings: { ...initialSettings, pointers: isLocal(url), ...kept.settings },
    problems: [],
    stored: { messages: 0, bytes: 0 },
  }, tell)
  const settings = () => shared.get().settings
  const threads = await conversations(database, shared)
  const shelf = messages(database)
  let measuring: ReturnType<typeof setTimeout> | undefined
  const looked = firstLook()
  const online = looked.done.then(loaded).then(({ network }) =>
    network({
      profile,
      me,
      keys,
      database,
      shared,
      conversations: threads,
      messages: shelf,
      tell,
      onStored: () => measuring ??= setTimeout(measure, MEASURE_AFTER_MS),
    })
  )
  measure()

  async function measure(): Promise<void> {
    measuring = undefined
    const { usage = 0 } = await navigator.storage?.estimate?.() ?? {}
    shared.set({ stored: { messages: await database.count("messages"), bytes: usage } })
  }

  /** A message of mine as it is stored before it is sealed. */
  function draft(
    local: string,
    conversation: string,
    rest: Pick<StoredMessage, "body" | "answers">,
  ): StoredMessage {
    const at = Date.now()
    const text = wordsOf(rest.body).slice(0, 200)
    threads.change(conversation, { last: { text, mine: true, at } })
    return {
      id: local,
      local,
      conversation,
      sender: me,
      mine: true,
      at,
      order: -at,
      delivery: { state: "sending" },
      seen: unseen,
      ...rest,
    }
  }

  return {
    snapshot: () => Promise.resolve(shared.get()),
    open(conversation, count) {
      if (settings().typing) {
        online.then(({ typing }) => typing.listen(conversation)).catch(() => {})
      }
      return shelf.newest(conversation, count).finally(looked.end)
    },
    older: (conversation, before, count) => shelf.newest(conversation, count, before),
    openTo: (conversation, message) => shelf.from(conversation, message),
    search: (text) => shelf.search(text),
    lookUp: async (text) => (await online).lookUp(text),
    start: async (address, about) => ({
      ...await (await online).start(address, about),
      failed: false,
    }),

    async send(local, conversation, text, answers) {
      const answering = answers === undefined ? {} : { answers }
      const message = draft(local, conversation, { body: { kind: "text", text }, ...answering })
      const { outbox, typing } = await online
      typing.sent(conversation)
      const content = { kind: "text", text, ...answering } as const
      await outbox.add({ conversation, message: local, content }, message)
    },
    async attach(local, conversation, { name, type, data }) {
      const pixels = await pictureSize(data)
      const file = { name, type, size: data.size, ...pixels, state: "here" } as const
      const message = draft(local, conversation, { body: { kind: "file", file } })
      const content = { kind: "file", name, type, data } as const
      await (await online).outbox.add({ conversation, message: local, content }, message, data)
    },
    retry: async (message) => (await online).outbox.retry(message),
    discard: async (message) => (await online).outbox.discard(message),
    async react(conversation, reference, content, added) {
      await database.put({
        reactions: [{ conversation, reference, sender: me, content, added, at: Date.now() }],
      })
      const stored = await database.get("messages", reference)
      if (stored) {
        tell({ kind: "messages", conversation, changed: await shelf.view([stored]), removed: [] })
      }
      const reaction = { kind: "reaction", reference, content, added } as const
      await (await online).outbox.add({ conversation, content: reaction })
    },

    async setConsent(peer, consent) {
      const { consents, outbox } = await online
      consents.note(peer, consent)
      await outbox.add({ conversation: "", content: { kind: "consent", peer, consent } })
    },
    async name(peer, name) {
      const { [peer]: _, ...others } = shared.get().names
      const names = name ? { ...others, [peer]: name } : others
      shared.set({ names })
      await database.setValue("names", names)
    },
    async mute(peer, on) {
      const muted = shared.get().muted.filter((one) => one !== peer).concat(on ? peer : [])
      shared.set({ muted })
      await database.setValue("muted", muted)
    },
    async read(conversation) {
      const now = threads.get(conversation)
      if (!now || now.unread === 0) return
      threads.change(conversation, { unread: 0, unreadFrom: undefined, readAt: now.last?.at ?? 0 })
      if (settings().receipts && now.consent === "allowed") {
        await (await online).outbox.add({ conversation, content: { kind: "receipt" } })
      }
    },
    async writing(conversation) {
      const { typing, isReachable } = await online
      const allowed = threads.get(conversation)?.consent === "allowed"
      if (!settings().typing || !allowed || !isReachable()) return
      // Nobody misses a word that somebody is writing.
      await typing.tell(conversation).catch(() => {})
    },

    async verify(id) {
      const message = await database.get("messages", id)
      const thread = message && threads.get(message.conversation)
      if (!thread) throw new Error("This message is not here any more.")
      const sender = shared.get().names[message.sender] ?? short(message.sender)
      return verify(evidenceOf(message, thread, sender))
    },
    fetchFile: async (message) => (await online).files.fetch(message),
    async file(message) {
      const found = await database.get("files", message)
      if (!found) throw new Error("This file is not here.")
      return found.data
    },
    async save(conversation) {
      const { messages } = await shelf.newest(conversation, Infinity)
      return JSON.stringify({ conversation: threads.get(conversation), messages }, null, 2)
    },

    async change(change) {
      const next = { ...settings(), ...change }
      shared.set({ settings: next })
      await database.setValue("settings", next)
    },
    useNode: (url) => database.setValue("node", { url }),
    tryNow: async () => (await online).hurry(),
    async refetch() {
      await database.clear(["messages", "reactions", "conversations", "files"])
      await database.setValue("seenAt", 0)
    },
    async close() {
      await (await online).close()
      database.close()
    },
  }
}

const AGAIN_MS = 2000
const MEASURE_AFTER_MS = 1000
const FIRST_LOOK_MS = 250

/** What is stored is shown first: reading the SDK's code keeps this thread busy for as long. */
function firstLook(): { readonly done: Promise<void>; end(): void } {
  const { promise: done, resolve: end } = Promise.withResolvers<void>()
  setTimeout(end, FIRST_LOOK_MS)
  return { done, end }
}

/** The SDK's chunk, however long the node is away. */
async function loaded(): Promise<typeof import("./network.ts")> {
  for (;;) {
    try {
      return await import("./network.ts")
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}

/** Developers run a node of their own. */
function isLocal(url: string): boolean {
  return /^(localhost|127\.0\.0\.1)$/.test(new URL(url).hostname)
}
