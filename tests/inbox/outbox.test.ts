// What was written, between the database and the node.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Database, Outbound, StoredMessage } from "../../inbox/worker/database.ts"
import { outbox, type OutboxOptions } from "../../inbox/worker/outbox.ts"
import type { Preparing } from "../../inbox/worker/prepare.ts"
import { unseen } from "../../inbox/worker/seen.ts"

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The tables of a profile in memory. Reads tell what there was when they were asked, a moment later. */
function tables(): Pick<Database, "all" | "get" | "put" | "range" | "remove"> {
  const rows = new Map<number, Outbound>()
  const later = async <T>(value: T): Promise<T> => (await pause(2), value)
  return {
    all: () => later([...rows.values()]) as never,
    get: () => later(undefined),
    range: () => later([]),
    put({ outbox = [] }) {
      for (const row of outbox) rows.set(row.seq, row)
      return later(undefined)
    },
    remove(table, keys) {
      if (table === "outbox") { for (const key of keys) rows.delete(key as number) }
      return later(undefined)
    },
  }
}

test("what is written while something else goes out is sent once, in order", async () => {
  const sent: string[] = []
  const nothing = () => {}
  const prepare: Preparing = {
    run({ content }) {
      const said = content.kind === "text" ? content.text : content.kind
      const send = async () => (await pause(1 + sent.length % 5), void sent.push(said))
      return Promise.resolve({ id: said, send })
    },
    stop: nothing,
  }
  const box = await outbox({
    database: tables(),
    shared: { get: nothing, set: nothing, raise: nothing, settle: nothing },
    conversations: { setFailed: nothing, change: nothing },
    messages: { view: () => Promise.resolve([]) },
    prepare,
    isReachable: () => true,
    tell: nothing,
  } as unknown as OutboxOptions)
  const words = Array.from({ length: 20 }, (_, i) => `word ${i}`)
  for (const text of words) await box.add({ conversation: "c", content: { kind: "text", text } })
  while (sent.length < words.length) await pause(1)
  await pause(20)
  assert.deepEqual(sent, words)
})

const row: StoredMessage = {
  id: "m",
  conversation: "c",
  sender: "me",
  mine: true,
  at: 1,
  order: -1,
  body: { kind: "text", text: "gm" },
  delivery: { state: "sending" },
  seen: unseen,
}
const item: Outbound = {
  seq: 1,
  conversation: "c",
  message: "m",
  content: { kind: "text", text: "gm" },
}

test("what finds nobody while the connection comes back is sent all the same", async () => {
  const rows = new Map([[row.id, row]])
  const writing = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const database = {
    all: () => Promise.resolve([item]),
    get: (_: string, id: string) => Promise.resolve(rows.get(id)),
    async put({ messages = [] }: { messages?: readonly StoredMessage[] }) {
      writing.resolve()
      await written.promise
      for (const one of messages) rows.set(one.id, one)
    },
    remove: () => Promise.resolve(),
  }
  let reachable = false
  let sent = 0
  const prepare: Preparing = {
    run: () => Promise.resolve({ id: "m", send: () => Promise.resolve(void sent++) }),
    stop() {},
  }
  const out = await outbox({
    database: database as unknown as Database,
    shared: { settle() {}, raise() {} },
    conversations: { setFailed() {} },
    messages: { view: () => Promise.resolve([]) },
    prepare,
    isReachable: () => reachable,
    tell() {},
  } as unknown as OutboxOptions)

  const flushing = out.flush()
  await writing.promise
  reachable = true
  await out.flush()
  written.resolve()
  await flushing
  assert.equal(sent, 1)
  assert.equal(rows.get("m")!.delivery.state, "sent")
})
