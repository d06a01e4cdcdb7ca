// Four nodes, four shards, each kept by two of them: a client of any node does not see the difference.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Envelope } from "@wafer/proto"
import { shardOf } from "../../node/store/shard.ts"
import { until as eventually } from "../processes.ts"
import { heardAs, type ShardNode, shardNode, SHARDS, some, topics } from "./shard-node.ts"
import { until } from "./local.ts"

const byContents = (envelopes: readonly Envelope[]) => envelopes.map(heardAs).sort()

async function met(nodes: readonly ShardNode[]): Promise<void> {
  const others = nodes.length - 1
  await until(
    () => nodes.every(({ peers }) => peers.status().peers.filter((p) => p.wafer).length >= others),
    40_000,
    () => JSON.stringify(nodes.map(({ peers }) => peers.status().peers)),
  )
}

/** Each shard at two of four nodes. */
const RING = [[0, 1], [1, 2], [2, 3], [3, 0]]

/** Runs a story among nodes that have met, each keeping some shards. */
async function among(
  kept: readonly (readonly number[])[],
  story: (...nodes: ShardNode[]) => Promise<void>,
): Promise<void> {
  const nodes: ShardNode[] = []
  try {
    for (const shards of kept) {
      const seeds = nodes.flatMap(({ peers }) => peers.addresses)
      nodes.push(await shardNode(shards, { seeds }))
    }
    await met(nodes)
    if (kept === RING) {
      await until(
        () => nodes.every(({ peers }) => peers.status().mesh > 0),
        40_000,
        () => `meshes of ${nodes.map(({ peers }) => peers.status().mesh)}`,
      )
    }
    await story(...nodes)
  } finally {
    await Promise.all(nodes.map(({ close }) => close()))
  }
}

async function shardsIn({ store }: ShardNode): Promise<number[]> {
  const entries = await store.log(0n, 10_000)
  return [...new Set(entries.map(({ contentTopic }) => shardOf(contentTopic, SHARDS)))].sort()
}

test("a client of any node publishes, reads and hears everything", {
  timeout: 300_000,
}, async () => {
  await among(RING, async (...nodes) => {
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
        40_000,
        () => `node ${i}: ${listener.heard}`,
      )
      assert.deepEqual(listener.heard.toSorted(), byContents(all))
      await listener.leave()
    }
    for (const node of nodes) {
      const seen = await node.read(topics)
      assert.deepEqual(byContents(seen), byContents(all))
      const times = seen.map(({ timestampNs }) => timestampNs)
      assert.deepEqual(times, times.toSorted((a, b) => Number(a - b)))
    }
    // Each shard is stored twice, and nowhere else.
    for (const [i, node] of nodes.entries()) {
      await until(() => node.store.head === BigInt(all.length / 2), 40_000, () => `node ${i}`)
      assert.deepEqual(await shardsIn(node), RING[i]!.toSorted())
      const { shards, keptShards } = await node.info.nodeInfo({})
      assert.deepEqual([shards, keptShards], [SHARDS, RING[i]!.toSorted()])
    }
    const [first, second] = nodes.map(({ peers }) => peers.status().shards)
    await until(
      () =>
        String(nodes[0]!.peers.status().shards[1]!.sets?.kept.fingerprint) ===
          String(nodes[1]!.peers.status().shards[1]!.sets?.kept.fingerprint),
      40_000,
      () => "different fingerprints of a shard that both keep",
    )
    assert.deepEqual(first!.map(({ keepers }) => keepers), [1, 1, 2, 2])
    assert.deepEqual(second!.map(({ sets }) => sets !== undefined), [false, true, true, false])
  })
})

test("a node dies, and everything is still there", { timeout: 300_000 }, async () => {
  await among(RING, async (a, b, c, d) => {
    const before = some(40)
    await a.publish(...before)
    await until(
      () => [a, b, c, d].every(({ store }) => store.head === 20n),
      40_000,
      () => [a, b, c, d].map(({ store }) => store.head).join(),
    )
    const listener = await d.listen([topics[1]!])
    await b.close()
    // Whom it heard through b hears that something may be missing; whom through a, goes on.
    await until(
      () => d.peers.status().peers.length === 2,
      40_000,
      () => "a dead node is still a peer",
    )
    const after = some(8)
    await d.publish(...after)
    // Each reads from one of two keepers, and gossip brings the other what the first was given.
    const all = byContents([...before, ...after])
    for (const node of [a, c, d]) {
      await eventually(async () => (await node.read(topics)).length === all.length)
      assert.deepEqual(byContents(await node.read(topics)), all)
    }
    const mine = after.filter(({ contentTopic }) => contentTopic === topics[1]).map(heardAs)
    await until(
      () => listener.ended !== undefined || listener.heard.length === mine.length,
      40_000,
      () => "neither heard nor told",
    )
    if (listener.ended) assert.match(listener.ended.error!, /is gone, subscribe again/)
    else assert.deepEqual(listener.heard, mine)
    const again = await d.listen(topics)
    const [last] = some(1, [topics[1]!])
    await c.publish(last!)
    await until(() => again.heard.includes(heardAs(last!)), 40_000, () => "not heard again")
    await again.leave()
  })
})

test("ephemeral envelopes pass, in whichever shard", { timeout: 300_000 }, async () => {
  await among(RING, async (...nodes) => {
    const passing = Array.from({ length: 12 }, (_, i) => `/xmtp/0/mE-${i}/proto`)
    const listeners = await Promise.all(nodes.map((node) => node.listen(passing)))
    const envelopes = some(12, passing)
    await nodes[0]!.publish(...envelopes)
    for (const listener of listeners) {
      await until(() => listener.heard.length >= 12, 40_000, () => listener.heard.join())
      assert.deepEqual(listener.heard.toSorted(), byContents(envelopes))
      await listener.leave()
    }
    assert.ok(nodes.every(({ store }) => store.head === 0n))
  })
})

test("a publisher learns how many keepers have stored it", { timeout: 300_000 }, async () => {
  await among(RING, async (a) => {
    const headers = { authorization: a.authorization }
    for (const topic of topics) {
      const minPeers = RING[0]!.includes(shardOf(topic, SHARDS)) ? 1 : 2
      const envelopes = some(3, [topic])
      const { storedByPeers } = await a.info.publish({ envelopes, minPeers, timeoutMs: 40_000 }, {
        headers,
      })
      assert.equal(storedByPeers, minPeers)
      await assert.rejects(
        a.info.publish({ envelopes, minPeers: minPeers + 1, timeoutMs: 700 }, { headers }),
        /stored here, and by \d of \d peers/,
      )
    }
  })
})

test("what nobody keeps is refused in words", { timeout: 300_000 }, async () => {
  await among([[0], [1]], async (a) => {
    const missing = /no node that keeps shard 3 of 4 answers/
    await assert.rejects(a.publish(...some(1, [topics[3]!])), missing)
    await assert.rejects(a.read([topics[0]!, topics[3]!]), missing)
    await assert.rejects(a.listen([topics[1]!, topics[3]!]), missing)
    await assert.rejects(a.listen(["*"]), /keeps 1 of 4 shards/)
    // What did not depend on it was not harmed.
    await a.publish(...some(2, [topics[1]!]))
    assert.equal((await a.read(topics.slice(0, 2))).length, 2)
    assert.ok(await a.metric("wafer_p2p_forwards_total", `result="failed"`) >= 3)
  })
})

test("a topic is followed at a node that keeps it", { timeout: 300_000 }, async () => {
  await among([[0], [1, 2], [1]], async (a, b, c) => {
    const contentTopics = [topics[1]!]
    const old = some(5, contentTopics)
    await a.publish(...old)
    await until(() => b.store.head === 5n && c.store.head === 5n, 40_000, () => "not stored twice")
    const stop = new AbortController()
    const seen: string[] = []
    let cursor: Uint8Array = new Uint8Array(0)
    const read = async (from: Parameters<typeof a.info.follow>[0], count: number) => {
      for await (const { event, cursor: next } of a.info.follow(from, { signal: stop.signal })) {
        cursor = next
        if (event.case === "item") seen.push(heardAs(event.value.envelope!))
        if (seen.length === count) return
      }
    }
    await read({ contentTopics, sinceNs: 0n }, 5)
    assert.deepEqual(seen, old.map(heardAs))
    const next = some(2, contentTopics)
    const reading = read({ contentTopics, cursor }, 7)
    await a.publish(...next)
    await reading
    assert.deepEqual(seen, [...old, ...next].map(heardAs))
    await assert.rejects(
      read({ contentTopics: [topics[0]!, topics[1]!] }, 99),
      /no peer keeps all of the shards 0, 1/,
    )
    // Cursors are those of the node that was followed: when it is gone, so are they.
    const follows = () => b.metric("wafer_p2p_forwards_total", "follow", `"ok"`)
    const before = await follows()
    const elsewhere = a.info.follow({ contentTopics, cursor })[Symbol.asyncIterator]()
    await elsewhere.next()
    await (await follows() > before ? b : c).close()
    await assert.rejects(async () => {
      for (;;) await elsewhere.next()
    }, /the node that was followed is gone/)
    await until(() => a.peers.status().peers.length === 1, 40_000, () => "a dead node is a peer")
    await assert.rejects(read({ contentTopics, cursor }, 99), /not of this node's log/)
  })
})

test("a node keeps other shards after a restart", { timeout: 300_000 }, async () => {
  await among([[0, 1], [0, 1, 2, 3], [0, 1, 2, 3]], async (a, b) => {
    const all = some(80)
    await b.publish(...all)
    await until(() => a.store.head === 40n, 40_000, () => `${a.store.head}`)
    await a.close()
    const seeds = [...b.peers.addresses]
    await using changed = await shardNode([1, 2], { seeds }, a.store)
    const held = () => changed.peers.status().shards.map(({ sets }) => sets?.kept.count)
    await until(() => held()[2] === 20, 40_000, () => held().join())
    assert.deepEqual(held(), [undefined, 20, 20, undefined])
    assert.deepEqual(byContents(await changed.read(topics)), byContents(all))
    // The sweeper comes ten seconds after the start.
    const count = () => Number(changed.store.fingerprint("kept").count)
    await until(() => count() === 40, 60_000, () => `${count()}`)
    assert.deepEqual(await shardsIn(changed), [1, 2])
    await eventually(async () =>
      await changed.metric("wafer_removed_total", `reason="shard"`) === 20
    )
  })
})
