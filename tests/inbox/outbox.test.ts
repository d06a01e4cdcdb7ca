// What was written, between the database and the node.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Database, Outbound } from "../../inbox/worker/database.ts"
import { outbox, type OutboxOptions } from "../../inbox/worker/outbox.ts"
import type { Preparing } from "../../inbox/worker/prepare.ts"

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
