import assert from "node:assert/strict"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import { createHub } from "./hub.ts"
import { createIngest } from "./ingest.ts"
import { createMetrics } from "./metrics.ts"
import { defaultLimits } from "./refusal.ts"
import { memoryStore } from "./store/memory.ts"
import { createShards, shardOf } from "./store/shard.ts"
import { createWhole, type Whole } from "./whole.ts"

const topicIn = (shard: number) => {
  for (let i = 0;; i++) if (shardOf(`topic ${i}`, 2) === shard) return `topic ${i}`
}
const envelope = (contentTopic: string, bytes = 1) =>
  create(EnvelopeSchema, { contentTopic, timestampNs: 1n, message: new Uint8Array(bytes) })

/** One of two shards, and no peers. */
function half(): { whole: Whole; stored: () => bigint } {
  const store = memoryStore()
  const metrics = createMetrics()
  const limits = { ...defaultLimits, maxMessageBytes: 10 }
  const now = () => new Date()
  const whole = createWhole({
    store,
    ingest: createIngest({ store, limits, metrics, now }),
    hub: createHub({ store, metrics }),
    shards: createShards(2, [0]),
    elsewhere: undefined,
    limits,
    followHeartbeatMs: 5000,
    now,
  })
  return { whole, stored: () => store.head }
}

test("what is kept here needs no peers, and the first fault is told", async () => {
  const { whole, stored } = half()
  const envelopes = [envelope(topicIn(0)), envelope(topicIn(1), 11)]
  await assert.rejects(whole.accept(envelopes, "client"), /too big/)
  assert.equal(stored(), 1n)
})

test("without peers the other shard is not available", async () => {
  const { whole } = half()
  await assert.rejects(whole.accept([envelope(topicIn(1))], "client"), /no peers to ask/)
  await assert.rejects(whole.subscribe([topicIn(1)]), /no peers to ask/)
  await assert.rejects(whole.subscribe(["*"]), /keeps 1 of 2 shards/)
})
