// Peers that say they keep what they do not, that hang, lie and flood. Clients get what honest keepers
// have, in bounded time, and all of it is counted.
import assert from "node:assert/strict"
import { test } from "node:test"
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import { peerIdFromString } from "@libp2p/peer-id"
import {
  ForwardFrameSchema,
  type ForwardRequest,
  ForwardRequestSchema,
  PeersRequestSchema,
  PeersResponseSchema,
} from "@wafer/proto/p2p"
import { asking, FORWARD, MAX_TAKEN } from "../../node/p2p/shards/forward-frames.ts"
import { type Channel, channel, ProtocolError } from "../../node/p2p/framing.ts"
import { PEERS } from "../../node/p2p/join/peers.ts"
import { until as eventually } from "../processes.ts"
import { envelope, until } from "./local.ts"
import { heardAs, type ShardNode, shardNode, SHARDS, some, topics } from "./shard-node.ts"
import { type Stranger, stranger } from "./stranger.ts"

const LIMITS = { maxBytes: 8 * 1024 * 1024, timeoutMs: 60_000 }
// With one that does not answer; long enough for the honest one on a busy machine.
const PATIENCE_MS = 2500
const [OWN, OTHER] = [topics[0]!, topics[1]!]

type Asked = Channel<typeof ForwardRequestSchema, typeof ForwardFrameSchema>
type Frame = NonNullable<MessageInitShape<typeof ForwardFrameSchema>["frame"]>

const say = (asked: Asked, frame: Frame) => asked.write(create(ForwardFrameSchema, { frame }))
const done = { case: "done", value: {} } as const

/** Takes part in the network and claims to keep shards. */
async function claims({ host }: Stranger, count: number, kept: readonly number[]): Promise<void> {
  await host.libp2p.handle(PEERS, async (stream: Stream) => {
    const peers = channel(stream, PeersRequestSchema, PeersResponseSchema, LIMITS)
    await peers.read()
    await peers.write(
      create(PeersResponseSchema, { network: "wafer", shards: { count, kept: [...kept] } }),
    )
    await peers.close()
  })
}

/** A hostile keeper of shard 1 that a node of shard 0 dials first, and an honest one of shard 1. */
async function deceived(
  answer: (asked: Asked, want: ForwardRequest["want"]) => Promise<void>,
  story: (node: ShardNode, hostile: Stranger, honest: ShardNode) => Promise<void>,
  // Only who does not answer is waited for so long.
  forward = 15_000,
): Promise<void> {
  await using hostile = await stranger()
  await claims(hostile, SHARDS, [1])
  await hostile.host.libp2p.handle(FORWARD, async (stream: Stream) => {
    const asked = channel(stream, ForwardRequestSchema, ForwardFrameSchema, LIMITS)
    try {
      for (;;) await answer(asked, (await asked.read(60_000)).want)
    } catch {
      // The node has left.
    }
  }, { maxInboundStreams: 256 })
  await using node = await shardNode([0], { seeds: [hostile.address], timings: { forward } })
  await until(
    () => node.peers.status().shards[1]!.keepers === 1,
    40_000,
    () => "the hostile keeper is not known",
  )
  await using honest = await shardNode([1], { seeds: [...node.peers.addresses] })
  await until(
    () => node.peers.status().shards[1]!.keepers === 2,
    40_000,
    () => "no honest keeper",
  )
  await story(node, hostile, honest)
}

const isGone = (node: ShardNode, { id }: Stranger) => () =>
  node.peers.status().peers.every((peer) => peer.id !== id)

test("a keeper that stores nothing and shows nothing", { timeout: 300_000 }, async () => {
  await deceived(async (asked) => {
    await say(asked, done)
    await asked.close()
  }, async (node, _, honest) => {
    const envelopes = some(5, [OTHER])
    await node.publish(...envelopes)
    assert.equal(honest.store.head, 5n)
    assert.deepEqual((await node.read([OTHER])).map(heardAs), envelopes.map(heardAs))
  })
})

test("a keeper that never answers", { timeout: 300_000 }, async () => {
  await deceived(() => new Promise(() => {}), async (node, { id }, honest) => {
    const envelopes = some(5, [OTHER])
    await node.publish(...envelopes)
    assert.deepEqual((await node.read([OTHER])).map(heardAs), envelopes.map(heardAs))
    assert.ok(await node.metric("wafer_p2p_violations_total", FORWARD, "timeout") >= 1)
    // It was slow, not false: it stays, and is asked last.
    assert.ok(node.peers.status().peers.some((peer) => peer.id === id))
    const before = await node.metric("wafer_p2p_violations_total", FORWARD, "timeout")
    const listener = await node.listen([OTHER])
    const [live] = some(1, [OTHER])
    await honest.publish(live!)
    await until(() => listener.heard.includes(heardAs(live!)), 40_000, () => "not heard")
    assert.equal(await node.metric("wafer_p2p_violations_total", FORWARD, "timeout"), before)
    await listener.leave()
  }, PATIENCE_MS)
})

for (
  const [name, lie] of [
    ["an envelope of another topic", () => [envelope({ contentTopic: topics[2]! })]],
    ["a page out of order", () => some(2, [OTHER]).reverse()],
    ["the same envelope for ever", () => new Array(200).fill(envelope({ contentTopic: OTHER }))],
    ["more than was asked for", () => some(200, [OTHER])],
  ] as const
) {
  test(`a keeper that shows ${name} is sent away`, { timeout: 300_000 }, async () => {
    await deceived(async (asked, { case: kind }) => {
      if (kind === "page") {
        for (const value of lie()) await say(asked, { case: "envelope", value })
      }
      await say(asked, done)
    }, async (node, hostile) => {
      const envelopes = some(5, [OTHER])
      await node.publish(...envelopes)
      assert.deepEqual((await node.read([OTHER])).map(heardAs), envelopes.map(heardAs))
      await until(isGone(node, hostile), 40_000, () => "still there")
      assert.ok(await node.metric("wafer_p2p_bans_total", "violation") >= 1)
      assert.equal((await node.read([OTHER])).length, 5)
    })
  })
}

test("a keeper that drips is left for the next", { timeout: 300_000 }, async () => {
  const drops = some(400, [OTHER])
  await deceived(async (asked, { case: kind }) => {
    for (const value of kind === "page" ? drops : []) {
      await say(asked, { case: "envelope", value })
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
    await say(asked, done)
  }, async (node) => {
    const envelopes = some(5, [OTHER])
    await node.publish(...envelopes)
    assert.deepEqual((await node.read([OTHER], 100)).map(heardAs), envelopes.map(heardAs))
    assert.ok(await node.metric("wafer_p2p_violations_total", FORWARD, "timeout") >= 1)
  }, PATIENCE_MS)
})

test("who listens to a keeper that goes silent is told", { timeout: 300_000 }, async () => {
  await deceived(async (asked, { case: kind }) => {
    await say(asked, done)
    if (kind === "live") await new Promise(() => {})
  }, async (node, _, honest) => {
    const listener = await node.listen([OTHER])
    await until(() => listener.ended !== undefined, 40_000, () => "not told")
    assert.match(listener.ended!.error!, /is gone, subscribe again/)
    const again = await node.listen([OTHER])
    const [live] = some(1, [OTHER])
    await honest.publish(live!)
    await until(() => again.heard.includes(heardAs(live!)), 40_000, () => "not heard")
    await again.leave()
  })
})

for (
  const [name, count, kept, reason] of [
    ["three shards", 3, [0], "violation"],
    ["a shard beyond the last", SHARDS, [SHARDS], "violation"],
    ["another number of shards", 2 * SHARDS, [0], "shards"],
  ] as const
) {
  test(`a claim of ${name}: sent away`, { timeout: 300_000 }, async () => {
    await using hostile = await stranger()
    await claims(hostile, count, kept)
    await using node = await shardNode([0], { seeds: [hostile.address] })
    await eventually(async () => await node.metric("wafer_p2p_bans_total", reason) >= 1)
    await until(isGone(node, hostile), 40_000, () => "still there")
    assert.equal(node.peers.status().shards[0]!.keepers, 0)
  })
}

/** A node of shard 0 with a stranger connected that it takes for one of its network. */
async function asked(
  story: (
    node: ShardNode,
    ask: (...requests: ForwardRequest[]) => Promise<string>,
    hostile: Stranger,
  ) => Promise<void>,
  config: Parameters<typeof shardNode>[1] = {},
): Promise<void> {
  await using hostile = await stranger()
  await claims(hostile, SHARDS, [2])
  await using node = await shardNode([0], { ...config, seeds: [hostile.address] })
  await until(() => node.peers.status().shards[2]!.keepers === 1, 40_000, () => "not met")
  const ask = async (...requests: ForwardRequest[]): Promise<string> => {
    const [connection] = hostile.host.libp2p.getConnections(peerIdFromString(node.peers.id))
    const stream = await connection!.newStream(FORWARD, { maxOutboundStreams: 512 })
    const answers = channel(stream, ForwardFrameSchema, ForwardRequestSchema, LIMITS)
    await answers.write(...requests)
    try {
      for (;;) {
        const { frame } = await answers.read()
        if (frame.case === "refused") return frame.value.reason
        if (frame.case === "done") return "done"
      }
    } catch (error) {
      return (error as ProtocolError).code
    }
  }
  await story(node, ask, hostile)
}

const page = (contentTopics: string[], limit = 100) =>
  asking({ case: "page", value: { contentTopics, endNs: 2n ** 63n - 1n, limit } })
const take = (count: number, topic: string) =>
  asking({ case: "take", value: { envelopes: some(count, [topic]) } })

test("what is forwarded is never forwarded again", { timeout: 300_000 }, async () => {
  await asked(async (node, ask) => {
    for (const request of [page([OTHER]), page([OWN, OTHER]), take(1, OTHER)]) {
      assert.equal(await ask(request), "not kept here")
    }
    const { case: kind, value } = asking({ case: "follow", value: { contentTopics: [OTHER] } }).want
    assert.equal(kind, "follow")
    assert.equal(await ask(asking({ case: "follow", value: value as never })), "not kept here")
    assert.equal(node.store.head, 0n)
    assert.equal(await node.metric("wafer_p2p_forwards_total", `role="asker"`), 0)
  })
})

test("floods are cut to what a peer may ask for", { timeout: 300_000 }, async () => {
  // Buckets that hardly refill, so that how fast this machine is decides nothing.
  const few = { perSecond: 0.01, burst: 20 }
  await asked(async (node, ask) => {
    const count = (answers: string[], what: string) => answers.filter((a) => a === what).length
    const pages: string[] = []
    for (let i = 0; i < 30; i++) pages.push(await ask(page([OWN])))
    assert.deepEqual([count(pages, "done"), count(pages, "too many requests")], [20, 10])
    const takes: string[] = []
    for (let i = 0; i < 30; i++) takes.push(await ask(take(1, OWN)))
    assert.deepEqual([count(takes, "done"), count(takes, "too many envelopes")], [20, 10])
    assert.equal(node.store.head, 20n)
    assert.ok(await node.metric("wafer_p2p_forwards_total", `role="keeper"`, "refused") >= 20)
    // Its own clients are not slower for it.
    await node.publish(...some(50, [OWN]))
    assert.equal((await node.read([OWN], 100)).length, 70)
  }, { forwardedReads: few, gossipMessages: few })
})

test("many streams at once are served in turn", { timeout: 300_000 }, async () => {
  await asked(async (node, ask) => {
    await node.publish(...some(50, [OWN]))
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(page([OWN]))))
    assert.deepEqual(new Set(answers), new Set(["done"]))
  })
})

for (
  const [name, request] of [
    ["an empty request", create(ForwardRequestSchema)],
    ["a page of a million rows", page([OWN], 1_000_000)],
    ["a page of no topics", page([])],
    ["too many envelopes", take(MAX_TAKEN + 1, OWN)],
    ["live topics that are not kept", asking({ case: "live", value: { add: [OTHER] } })],
    ["a log of no topics", asking({ case: "follow", value: {} })],
  ] as const
) {
  test(`${name}: sent away`, { timeout: 300_000 }, async () => {
    await asked(async (node, ask, hostile) => {
      assert.notEqual(await ask(request), "done")
      await until(isGone(node, hostile), 40_000, () => "still there")
      assert.ok(await node.metric("wafer_p2p_violations_total", FORWARD, "violation") >= 1)
    })
  })
}
