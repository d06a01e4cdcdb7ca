import type { Client } from "@wafer/sdk"
import { http } from "@wafer/sdk"
import { indexedDbStore } from "@wafer/sdk/stores/indexed-db"
import type { Account, Settings } from "../model.ts"
import type { Engine, News, Shared } from "../protocol.ts"
import { initialSettings } from "../state.ts"
import { short } from "../text/address.ts"
import { seconds } from "../text/time.ts"
import { wordsOf } from "../text/words.ts"
import { verify } from "../verify.ts"
import { consents } from "./consent.ts"
import { pictureSize } from "./content.ts"
import { conversations } from "./conversations.ts"
import {
  type Database,
  databaseName,
  type StoredConversation,
  type StoredMessage,
} from "./database.ts"
import { files } from "./files.ts"
import { follow, type Following } from "./follow.ts"
import { incoming } from "./incoming.ts"
import { link } from "./link.ts"
import { lookUp } from "./look-up.ts"
import { messages } from "./messages.ts"
import { outbox } from "./outbox.ts"
import { sharedState } from "./shared.ts"
import { typing } from "./typing.ts"
import { upload } from "./upload.ts"

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

const DEFAULT_LIMIT = 1_048_214

/** Puts the parts together: from here on the account receives, sends and remembers. */
export async function engine(options: EngineOptions): Promise<RunningEngine> {
  const { database, tell, profile } = options
  const me = options.account.address
  const kept = await database.value("node")
  const url = kept?.url ?? options.node
  let seenAt = await database.value("seenAt") ?? 0

  const shared = sharedState({
    connection: { state: "connecting" },
    node: { url, ...(kept?.network && { network: kept.network }) },
    conversations: [],
    names: await database.value("names") ?? {},
    muted: await database.value("muted") ?? [],
    typing: {},
    settings: { ...initialSettings, pointers: isLocal(url), ...await database.value("settings") },
    problems: [],
    stored: { messages: 0, bytes: 0 },
  }, tell)
  const settings = () => shared.get().settings

  const threads = await conversations(database, shared)
  const shelf = messages(database)
  const attached = files({ database, messages: shelf, tell })
  const node = link({
    keys: options.keys,
    url,
    network: kept?.network,
    transport: http(url),
    store: indexedDbStore(`${databaseName(profile)}-sdk`),
    shared,
    onNetwork: (network) => database.setValue("node", { url, network }),
  })
  const consent = consents(threads, node.client)
  const writing = typing({ me, shared, channel })
  const inbound = incoming({
    me,
    database,
    conversations: threads,
    find: async (topic) => threads.get(topic) ?? await known(await channel(topic)),
    messages: shelf,
    tell,
    seen(at) {
      // A sender whose clock is ahead does not carry us past what comes next.
      seenAt = Math.max(seenAt, Math.min(at, Date.now()))
      database.setValue("seenAt", seenAt)
    },
    wrote: writing.wrote,
  })
  let following: Following | undefined
  const closed = new AbortController()
  const out = await outbox({
    database,
    shared,
    conversations: threads,
    messages: shelf,
    channel,
    isReachable: () => following?.isReachable() ?? false,
    upload: upload({
      limit: () => shared.get().node.maxMessageBytes ?? DEFAULT_LIMIT,
      fileStore: () => settings().fileStore,
    }),
    tell,
  })
  node.client().then(keepUp).catch((error) => {
    if (!closed.signal.aborted) console.warn("the node is not followed:", error)
  })
  measure()

  /** The SDK's handles, by topic; the list is asked for again when one is missing. */
  const channels = new Map<string, Awaited<ReturnType<Client["conversations"]["list"]>>[number]>()
  async function channel(id: string) {
    const client = await node.client()
    if (!channels.has(id)) {
      for (const one of await client.conversations.list()) channels.set(one.topic, one)
    }
    const found = channels.get(id)
    if (!found) throw new Error("This conversation is not on this network.")
    return found
  }

  async function known(one: Awaited<ReturnType<typeof channel>>): Promise<StoredConversation> {
    channels.set(one.topic, one)
    return threads.get(one.topic) ?? threads.add(one, await consent.of(one.peerAddress))
  }

  async function keepUp(client: Client): Promise<void> {
    for (const one of await client.conversations.list()) await known(one)
    await consent.refresh(client)
    following = follow({
      client,
      shared,
      seenAt: () => seenAt,
      onMessages: inbound.take,
      onLive: () => {
        out.flush()
        measure()
        consent.refresh(client)
      },
    })
  }

  async function measure(): Promise<void> {
    const { usage = 0 } = await navigator.storage?.estimate?.() ?? {}
    shared.set({ stored: { messages: await database.count("messages"), bytes: usage } })
  }

  function draft(
    local: string,
    conversation: string,
    rest: Pick<StoredMessage, "body"> & Partial<StoredMessage>,
  ): StoredMessage {
    const at = Date.now()
    return {
      id: local,
      local,
      conversation,
      sender: me,
      mine: true,
      at,
      order: -at,
      delivery: { state: following?.isReachable() ? "sending" : "waiting" },
      seen: { type: "", bytes: 0 },
      ...rest,
    }
  }

  function noteLast(message: StoredMessage): void {
    writing.sent(message.conversation)
    const text = wordsOf(message.body).slice(0, 200)
    threads.change(message.conversation, { last: { text, mine: true, at: message.at } })
  }

  return {
    snapshot: (): Promise<Shared> => Promise.resolve(shared.get()),
    open(conversation, count) {
      if (settings().typing) writing.listen(conversation).catch(() => {})
      return shelf.newest(conversation, count)
    },
    older: (conversation, before, count) => shelf.newest(conversation, count, before),
    openTo: (conversation, message) => shelf.from(conversation, message),
    lookUp: (text) => lookUp(text, me, node.client),
    async start(address, about) {
      const client = await node.client()
      const made = await client.conversations.newConversation(
        address,
        about === undefined ? {} : { context: { conversationId: about, metadata: {} } },
      )
      channels.set(made.topic, made)
      threads.add(made, "allowed")
      await consent.set(made.peerAddress, "allowed")
      return { ...threads.get(made.topic)!, failed: false }
    },
    search: (text) => shelf.search(text),

    async send(local, conversation, text, answers) {
      const message = draft(local, conversation, {
        body: { kind: "text", text },
        ...(answers === undefined ? {} : { answers }),
      })
      noteLast(message)
      const content = { kind: "text", text, ...(answers === undefined ? {} : { answers }) } as const
      await out.add({ conversation, message: local, content }, message)
    },
    async attach(local, conversation, { name, type, data }) {
      const file = {
        name,
        type,
        size: data.size,
        ...await pictureSize(data),
        state: "here",
      } as const
      const message = draft(local, conversation, { body: { kind: "file", file } })
      noteLast(message)
      await out.add(
        { conversation, message: local, content: { kind: "file", name, type, data } },
        message,
        data,
      )
    },
    retry: out.retry,
    discard: out.discard,
    async react(conversation, reference, content, added) {
      await database.put({
        reactions: [{ conversation, reference, sender: me, content, added, at: Date.now() }],
      })
      const stored = await database.get("messages", reference)
      if (stored) {
        tell({ kind: "messages", conversation, changed: await shelf.view([stored]), removed: [] })
      }
      await out.add({ conversation, content: { kind: "reaction", reference, content, added } })
    },

    setConsent: consent.set,
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
        await out.add({ conversation, content: { kind: "receipt" } })
      }
    },
    async writing(conversation) {
      const now = threads.get(conversation)
      if (settings().typing && now?.consent === "allowed" && following?.isReachable()) {
        await writing.tell(conversation)
      }
    },

    async verify(id) {
      const message = await database.get("messages", id)
      const thread = message && threads.get(message.conversation)
      if (!thread) throw new Error("This message is not here any more.")
      return verify({
        id,
        mine: message.mine,
        sender: shared.get().names[message.sender] ?? short(message.sender),
        address: message.sender,
        version: thread.version,
        topic: thread.id,
        consent: thread.consent,
        contentType: message.seen.type,
        bytes: message.seen.bytes,
        clock: seconds(message.at),
        ...(message.seen.code && { refused: message.seen.code }),
      })
    },
    fetchFile: attached.fetch,
    file: attached.get,
    async save(conversation) {
      const { messages } = await shelf.newest(conversation, Infinity)
      return JSON.stringify({ conversation: threads.get(conversation), messages }, null, 2)
    },
    async change(change: Partial<Settings>) {
      const next = { ...settings(), ...change }
      shared.set({ settings: next })
      await database.setValue("settings", next)
    },
    async useNode(url) {
      await database.setValue("node", { url })
    },
    tryNow() {
      node.hurry()
      if (following && !following.isReachable()) following.again()
      return Promise.resolve()
    },
    async refetch() {
      await database.clear(["messages", "reactions", "conversations", "files"])
      await database.setValue("seenAt", 0)
    },
    async close() {
      closed.abort()
      writing.stop()
      following?.stop()
      await node.close()
      database.close()
    },
  }
}

/** Developers run a node of their own. */
function isLocal(url: string): boolean {
  return /^(localhost|127\.0\.0\.1)$/.test(new URL(url).hostname)
}
