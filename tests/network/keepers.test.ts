// Keepers that are nobody's direct peers: a node learns of them through others, and calls them when a client
// asks for what they keep.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Stream } from "@libp2p/interface"
import { create } from "@bufbuild/protobuf"
import { PeersRequestSchema, PeersResponseSchema } from "@wafer/proto/p2p"
import { channel } from "../../node/p2p/framing.ts"
import { PEERS } from "../../node/p2p/join/peers.ts"
import { signRecord } from "../../node/p2p/join/record.ts"
import { createShards } from "../../node/store/shard.ts"
import { until as eventually } from "../processes.ts"
import { until } from "./local.ts"
import { type Member, metricOf, startMember } from "./member.ts"
import { heardAs, type ShardNode, shardNode, SHARDS, some, topics } from "./shard-node.ts"
import { type Stranger, stranger } from "./stranger.ts"

const sharded = (kept: string) => ["--shards", String(SHARDS), "--keep-shards", kept]

// On a busy machine nothing here may be taken for a sick link. Processes have the heartbeat of every node.
const timings = { dial: 600_000, forward: 20_000, patience: 60_000, heartbeat: 5000 }

/** A node that keeps nothing and is connected to its seed alone, unless it calls somebody. */
function asker(seed: string): Promise<ShardNode> {
  return shardNode([], { seeds: [seed], outbound: 1, timings })
}

const peersOf = ({ peers }: ShardNode) => peers.status().peers.map(({ id }) => id)

/** Resolves when a node knows two keepers of each shard. */
async function knowsTwo({ peers }: ShardNode): Promise<void> {
  await until(
    () => peers.status().shards.every(({ keepers }) => keepers === 2),
    60_000,
    () => JSON.stringify(peers.status().shards),
  )
}

const calls = (node: ShardNode, result: string) =>
  node.metric("wafer_p2p_forwards_total", `kind="call"`, `"${result}"`)

test("a client's node reaches keepers that only another node is connected to", {
  timeout: 240_000,
}, async () => {
  const hub = await startMember("deno", undefined, sharded("none"))
  const members: Member[] = [hub]
  try {
    for (const runtime of ["deno", "bun"] as const) {
      members.push(
        await startMember(runtime, undefined, [...sharded("all"), "--peer", hub.address]),
      )
    }
    await eventually(async () => await metricOf(hub, "wafer_p2p_least_keepers") === 2, 60_000)
    await using node = await asker(hub.address)
    await knowsTwo(node)
    assert.equal(peersOf(node).length, 1)

    const listener = await node.listen(topics)
    const envelopes = some(8)
    await node.publish(...envelopes)
    const all = envelopes.map(heardAs).sort()
    assert.deepEqual((await node.read(topics)).map(heardAs).sort(), all)
    await until(
      () => listener.heard.length === 8,
      20_000,
      () => `heard ${listener.heard}, ${listener.ended?.error}`,
    )
    assert.deepEqual(listener.heard.toSorted(), all)
    assert.equal(node.store.head, 0n)
    assert.ok(await calls(node, "ok") >= 2)
    await listener.leave()

    // One keeper dies: the other has everything.
    await members[1]!.node.kill()
    await until(() => peersOf(node).length === 2, 60_000, () => `${peersOf(node)}`)
    assert.deepEqual((await node.read(topics)).map(heardAs).sort(), all)
    await node.publish(...some(4))
    assert.equal((await node.read(topics)).length, 12)
  } finally {
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
  }
})

/** Tells the first that it keeps everything, in a record that it signs, and everybody else that it keeps nothing. */
async function deceives({ host, key, address }: Stranger): Promise<void> {
  const all = createShards(SHARDS)
  const addresses = host.libp2p.getMultiaddrs()
  assert.ok(addresses.join().includes(address))
  const own = await signRecord(key, { addresses, seq: BigInt(Date.now()), shards: all })
  let first: string | undefined
  await host.libp2p.handle(PEERS, async (stream: Stream, { remotePeer }) => {
    first ??= remotePeer.toString()
    const told = first === remotePeer.toString()
    const limits = { maxBytes: 64 * 1024, timeoutMs: 5000 }
    const peers = channel(stream, PeersRequestSchema, PeersResponseSchema, limits)
    await peers.read()
    await peers.write(create(PeersResponseSchema, {
      network: "wafer",
      shards: { count: SHARDS, kept: told ? [...all.kept] : [] },
      ...(told && { own }),
    }))
    await peers.close()
  })
}

test("a keeper whose record lies is sent away, and its place goes to the next", {
  timeout: 120_000,
}, async () => {
  await using liar = await stranger()
  await deceives(liar)
  await using hub = await shardNode([], { seeds: [liar.address] })
  await using honest = await shardNode([0, 1, 2, 3], { seeds: [...hub.peers.addresses] })
  await knowsTwo(hub)
  await using node = await asker(hub.peers.addresses[0]!)
  await knowsTwo(node)
  assert.equal(peersOf(node).length, 1)
  const envelopes = some(8)
  await node.publish(...envelopes)
  assert.equal(honest.store.head, 8n)
  assert.deepEqual((await node.read(topics)).map(heardAs).sort(), envelopes.map(heardAs).sort())
  assert.ok(await calls(node, "misled") >= 1)
  assert.ok(await node.metric("wafer_p2p_bans_total", "shards") >= 1)
  await until(() => !peersOf(node).includes(liar.id), 20_000, () => "still there")
})
