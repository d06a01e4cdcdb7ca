import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { itemOf } from "./store/envelope.ts"
import { createHub, type Hub, type Subscription } from "./hub.ts"
import { createMetrics } from "./metrics.ts"
import { Refusal } from "./refusal.ts"
import type { Item, Store } from "./store/store.ts"
import { memoryStore } from "./store/memory.ts"

function item(contentTopic: string, n: number): Item {
  const envelope = create(EnvelopeSchema, { contentTopic, timestampNs: BigInt(n) })
  return itemOf(envelope, "client", 1n)
}

function open(buffer?: number): { store: Store; hub: Hub } {
  const store = memoryStore()
  const metrics = createMetrics()
  return { store, hub: createHub({ store, metrics, ...(buffer && { buffer }) }) }
}

/** What a subscription still shows until it ends. */
async function drain(subscription: Subscription): Promise<number[]> {
  subscription.close()
  const seen: number[] = []
  for await (const { timestampNs } of subscription) seen.push(Number(timestampNs))
  return seen
}

describe("the hub", () => {
  it("shows each subscriber its topics, in order", async () => {
    const { store, hub } = open()
    const [a, ab, all, none] = [["a"], ["a", "b"], ["*"], []].map((topics) => hub.subscribe(topics))
    await store.append([item("a", 1), item("b", 2), item("/xmtp/0/c", 3), item("a", 4)])
    assert.deepEqual(await drain(a!), [1, 4])
    assert.deepEqual(await drain(ab!), [1, 2, 4])
    assert.deepEqual(await drain(all!), [3])
    assert.deepEqual(await drain(none!), [])
  })

  it("shows an envelope once to who asks for its topic and for all", async () => {
    const { store, hub } = open()
    const both = hub.subscribe(["*", "/xmtp/0/c"])
    await store.append([item("/xmtp/0/c", 3)])
    assert.deepEqual(await drain(both), [3])
  })

  it("moves a subscription to other topics", async () => {
    const { store, hub } = open()
    const moving = hub.subscribe(["a"])
    await store.append([item("a", 1), item("b", 2)])
    moving.retarget(["b"])
    await store.append([item("a", 3), item("b", 4)])
    assert.deepEqual(await drain(moving), [1, 4])
  })

  it("ends a subscription whose reader fell behind, after what it still holds", async () => {
    const { store, hub } = open(3)
    const [slow, other] = [hub.subscribe(["a"]), hub.subscribe(["b"])]
    await store.append([1, 2, 3, 4, 5].map((n) => item("a", n)))
    assert.equal(hub.subscribers, 1)
    const seen: number[] = []
    await assert.rejects(async () => {
      for await (const { timestampNs } of slow) seen.push(Number(timestampNs))
    }, Refusal)
    assert.deepEqual(seen, [1, 2, 3])
    await store.append([item("b", 9)])
    assert.deepEqual(await drain(other), [9])
  })

  it("tells how much waits for the slowest, of envelopes and of bytes no more than it holds", async () => {
    const { store, hub } = open()
    const slow = hub.subscribe(["a"])
    hub.subscribe(["b"])
    const large = (n: number): Item => {
      const one = item("a", n)
      return { ...one, envelope: { ...one.envelope, message: new Uint8Array(30 * 1024 * 1024) } }
    }
    await store.append([large(1), large(2), item("b", 3)])
    assert.equal(hub.longestBacklog, 2)
    await store.append([large(4)])
    assert.equal(hub.longestBacklog, 1)
    await assert.rejects(async () => {
      for await (const _ of slow);
    }, /fell behind/)
  })

  it("forgets a subscriber that leaves", async () => {
    const { store, hub } = open()
    const leaving = hub.subscribe(["a"])
    await store.append([item("a", 1), item("a", 2)])
    for await (const _ of leaving) break
    assert.equal(hub.subscribers, 0)
  })

  it("carries ten thousand idle subscriptions", async () => {
    const { store, hub } = open()
    const idle = Array.from({ length: 10_000 }, (_, i) => hub.subscribe([`idle-${i}`]))
    const one = hub.subscribe(["busy"])
    await store.append([item("busy", 1)])
    assert.deepEqual(await drain(one), [1])
    assert.equal(hub.subscribers, 10_000)
    hub.close()
    assert.equal(hub.subscribers, 0)
    for (const subscription of idle) assert.deepEqual(await drain(subscription), [])
  })
})
