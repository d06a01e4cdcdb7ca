import type { Message, WaferError } from "@wafer/sdk"
import type { Delivery } from "../model.ts"
import type { News } from "../protocol.ts"
import type { Conversations } from "./conversations.ts"
import type { Database, Outbound, StoredMessage } from "./database.ts"
import type { Messages } from "./messages.ts"
import type { Preparing } from "./prepare.ts"
import { seenOf } from "./seen.ts"
import type { SharedState } from "./shared.ts"

/**
 * What I wrote, until the node has stored it: kept in the database, sent in the order of writing, one
 * conversation beside another. One that failed holds back those after it.
 */
export interface Outbox {
  /** Takes something to send; `shown` is the message that shows it meanwhile. */
  add(outbound: Omit<Outbound, "seq">, shown?: StoredMessage, file?: Blob): Promise<void>
  retry(message: string): Promise<void>
  discard(message: string): Promise<void>
  /** Sends what waits: the node can be reached. Resolves when nothing can go any more. */
  flush(): Promise<void>
}

export interface OutboxOptions {
  readonly database: Database
  readonly shared: SharedState
  readonly conversations: Conversations
  readonly messages: Messages
  readonly prepare: Preparing
  readonly isReachable: () => boolean
  readonly tell: (news: News) => void
}

export async function outbox(options: OutboxOptions): Promise<Outbox> {
  const {
    database,
    shared,
    conversations,
    messages,
    prepare,
    isReachable,
    tell,
  } = options
  let queue: readonly Outbound[] = await database.all("outbox")
  let lastSeq = queue.at(-1)?.seq ?? 0
  const busy = new Set<string>()
  // Asked for while busy: what was found out before, like that nobody can be reached, may be past.
  const asked = new Set<string>()
  markFailed()

  function markFailed(): void {
    const failed = queue.filter((one) => one.failed !== undefined && one.message)
    conversations.setFailed(new Set(failed.map((one) => one.conversation)))
  }

  async function show(
    id: string,
    change: Partial<StoredMessage>,
    removed: readonly string[] = [],
  ): Promise<void> {
    const stored = await database.get("messages", id)
    if (!stored) return
    const row = { ...stored, ...change }
    await database.put({ messages: [row] })
    await database.remove("messages", removed)
    tell({
      kind: "messages",
      conversation: row.conversation,
      changed: await messages.view([row]),
      removed,
    })
  }
  const deliver = (item: Outbound, delivery: Delivery) =>
    item.message ? show(item.message, { delivery }) : Promise.resolve()

  async function keep(item: Outbound, change: Partial<Outbound>): Promise<Outbound> {
    const kept = { ...item, ...change }
    queue = queue.map((one) => one === item ? kept : one)
    await database.put({ outbox: [kept] })
    return kept
  }
  async function drop(item: Outbound): Promise<void> {
    queue = queue.filter((one) => one.seq !== item.seq)
    await database.remove("outbox", [item.seq])
  }

  async function flush(): Promise<void> {
    await Promise.all([...new Set(queue.map((one) => one.conversation))].map(drain))
  }

  async function drain(conversation: string): Promise<void> {
    if (busy.has(conversation)) return void asked.add(conversation)
    busy.add(conversation)
    try {
      do {
        asked.delete(conversation)
        for (;;) {
          const item = queue.find((one) => one.conversation === conversation)
          if (!item || item.failed !== undefined || !await sendOne(item)) break
        }
      } while (asked.has(conversation))
    } finally {
      busy.delete(conversation)
    }
  }

  /** True when the next one may go. */
  async function sendOne(item: Outbound): Promise<boolean> {
    if (!isReachable()) {
      await deliver(item, { state: "waiting" })
      return false
    }
    let sealed = item
    let sent: Message | void
    try {
      const prepared = await prepare.run(
        item,
        (done, total) => deliver(item, { state: "uploading", done, total }),
      )
      if (item.message && item.message !== prepared.id) sealed = await rename(item, prepared.id)
      sent = await prepared.send()
    } catch (error) {
      if (!queue.some((one) => one.seq === item.seq)) return true
      return await failed(sealed, error as WaferError)
    }
    shared.settle("pause")
    await drop(sealed)
    if (sealed.message) {
      const seen = sent && { seen: seenOf(sent) }
      await show(sealed.message, { delivery: { state: "sent" }, ...seen })
    }
    return true
  }

  async function failed(item: Outbound, error: WaferError): Promise<boolean> {
    if (error.code === "closed") return false
    if (error.code === "rate-limited") {
      const pause = error.retryAfterMs ?? 10_000
      shared.raise({ kind: "pause", until: Date.now() + pause })
      await deliver(item, { state: "waiting" })
      setTimeout(() => (shared.settle("pause"), flush()), pause)
      return false
    }
    // Without a connection it waits for one; the connection calls flush.
    if (!isReachable() || (error.code === "unavailable" && !item.message)) {
      await deliver(item, { state: "waiting" })
      return false
    }
    if (!item.message) {
      // There is no bubble to say it under.
      shared.raise({ kind: "broken", report: String(error.stack ?? error) })
      await drop(item)
      return true
    }
    const reason = reasonOf(error)
    await keep(item, { failed: reason })
    await deliver(item, { state: "failed", reason })
    markFailed()
    return false
  }

  /** From here on the message is known by the id that everybody knows it by. */
  async function rename(item: Outbound, id: string): Promise<Outbound> {
    const local = item.message!
    const [stored, file] = await Promise.all([
      database.get("messages", local),
      database.get("files", local),
    ])
    const sealed = await keep(item, { message: id })
    if (!stored) return sealed
    const at = Date.now()
    const row: StoredMessage = { ...stored, id, at, order: -at, delivery: { state: "sending" } }
    await database.put({ messages: [row], ...(file && { files: [{ id, data: file.data }] }) })
    await Promise.all([database.remove("messages", [local]), database.remove("files", [local])])
    tell({
      kind: "messages",
      conversation: row.conversation,
      changed: await messages.view([row]),
      removed: [local],
    })
    return sealed
  }

  return {
    flush,
    async add(outbound, shown, file) {
      // Asked again by a tab whose question outlived the one who was asked.
      const again = shown &&
        await database.range("messages", "local", IDBKeyRange.only(shown.local))
      if (again?.length) return
      const item = { ...outbound, seq: ++lastSeq }
      await database.put({
        ...(shown && { messages: [shown] }),
        ...(shown && file && { files: [{ id: shown.id, data: file }] }),
        outbox: [item],
      })
      queue = [...queue, item]
      if (shown) {
        const { conversation, at } = shown
        tell({ kind: "messages", conversation, changed: await messages.view([shown]), removed: [] })
        conversations.change(conversation, { readAt: at, unread: 0 })
      }
      drain(outbound.conversation)
    },
    async retry(message) {
      const item = queue.find((one) => one.message === message)
      if (!item) return
      const { failed: _, ...again } = item
      queue = queue.map((one) => one === item ? again : one)
      await database.put({ outbox: [again] })
      await deliver(again, { state: "sending" })
      markFailed()
      drain(item.conversation)
    },
    async discard(message) {
      prepare.stop(message)
      const item = queue.find((one) => one.message === message)
      if (!item) return
      await drop(item)
      await Promise.all([
        database.remove("messages", [message]),
        database.remove("files", [message]),
      ])
      tell({ kind: "messages", conversation: item.conversation, changed: [], removed: [message] })
      markFailed()
      drain(item.conversation)
    },
  }
}

function reasonOf(error: WaferError): string {
  switch (error.code) {
    case "unavailable":
      return "the node did not answer."
    case "too-large":
      return "it is too large for a message."
    case "not-registered":
      return "this account has left the network."
    default:
      return error.message.replace(/\.?$/, ".")
  }
}
