// What waits to be sent, while the connection comes and goes.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Conversation as Channel } from "@wafer/sdk"
import type { Database, Outbound, StoredMessage } from "../../inbox/worker/database.ts"
import { outbox, type OutboxOptions } from "../../inbox/worker/outbox.ts"
import { unseen } from "../../inbox/worker/seen.ts"

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
  const channel = {
    prepare: () => Promise.resolve({ id: "m", send: () => Promise.resolve(void sent++) }),
  }
  const out = await outbox({
    database: database as unknown as Database,
    shared: { settle() {}, raise() {} },
    conversations: { setFailed() {} },
    messages: { view: () => Promise.resolve([]) },
    channel: () => Promise.resolve(channel as unknown as Channel),
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
