// Four nodes, four shards, each kept by two of them: a client of any node does not see the difference.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Envelope } from "@wafer/proto"
import { shardOf } from "../../node/store/shard.ts"
import { heardAs, type ShardNode, shardNode, SHARDS, some, topics } from "./shard-node.ts"
import { until } from "./local.ts"

const byContents = (envelopes: readonly Envelope[]) => envelopes.map(heardAs).sort()

async function four(): Promise<ShardNode[]> {
  const first = await shardNode([0, 1])
  const seeds = [...first.peers.addresses]
  const nodes = [
    first,
    await shardNode([1, 2], { seeds }),
    await shardNode([2, 3], { seeds }),
    await shardNode([3, 0], { seeds }),
  ]
  await until(
    () => nodes.every(({ peers }) => peers.status().peers.filter((p) => p.wafer).length === 3),
    40_000,
    () => JSON.stringify(nodes.map(({ peers }) => peers.status().peers)),
  )
  await until(
    () => nodes.every(({ peers }) => peers.status().mesh > 0),
    40_000,
    () => nodes.map(({ peers }) => peers.status().mesh).join(),
  )
  return nodes
}

test("a client of any node publishes, reads and hears everything", {
  timeout: 120_000,
}, async () => {
  const nodes = await four()
  try {
    const listeners = await Promise.all(nodes.map((node) => node.listen(topics)))
    const all: Envelope[] = []
    for (const node of nodes) {
      const envelopes = some(40)
      await node.publish(...envelopes)
      all.push(...envelopes)
    }
    for (const [i, listener] of listeners.entries()) {
      await until(
        () => listener.heard.length >= all.length,
        20_000,
        () => `node ${i}: ${listener.heard}`,
      )
      assert.deepEqual(listener.heard.toSorted(), byContents(all))
      await listener.leave()
    }
    const expected = byContents(all)
    for (const node of nodes) {
      const seen = await node.read(topics)
      assert.deepEqual(byContents(seen), expected)
      const times = seen.map(({ timestampNs }) => timestampNs)
      assert.deepEqual(times, times.toSorted((a, b) => Number(a - b)))
    }
    // Each shard is stored twice, and nowhere else.
    for (const [i, { store }] of nodes.entries()) {
      const entries = await store.log(0n, 1000)
      const shards = new Set(entries.map(({ contentTopic }) => shardOf(contentTopic, SHARDS)))
      assert.deepEqual([...shards].sort(), [i, (i + 1) % SHARDS].sort())
      assert.equal(entries.length, all.length / 2)
    }
  } finally {
    await Promise.all(nodes.map(({ close }) => close()))
  }
})
