// A peer that breaks every rule it can. The node stays up, says what happened, and its honest peer
// notices nothing.
import assert from "node:assert/strict"
import { test } from "node:test"
import { create, toBinary } from "@bufbuild/protobuf"
import { RPC } from "@libp2p/gossipsub/message"
import type { Stream } from "@libp2p/interface"
import { peerIdFromString } from "@libp2p/peer-id"
import {
  FetchFrameSchema,
  FetchRequestSchema,
  PeersRequestSchema,
  PeersResponseSchema,
  type SyncFrame,
  SyncFrameSchema,
} from "@wafer/proto/p2p"
import { DEFAULT_CONFIG } from "../../node/p2p/config.ts"
import { FETCH } from "../../node/p2p/repair/fetch-server.ts"
import { channel, prefixed } from "../../node/p2p/framing.ts"
import { PEERS } from "../../node/p2p/join/peers.ts"
import { INFINITY, MessageWriter } from "../../node/p2p/repair/rbsr/message.ts"
import { SYNC } from "../../node/p2p/repair/session.ts"
import { encodeWaku, wakuOf } from "../../node/p2p/waku/message.ts"
import { envelope, type LocalNode, localNode, metric, until } from "./local.ts"
import { introduced, type Stranger, stranger } from "./stranger.ts"

const TOPIC = DEFAULT_CONFIG.pubsubTopic
const LIMITS = { maxBytes: 4 * 1024 * 1024, timeoutMs: 60_000 }
const utf8 = new TextEncoder()

/** A node with an honest peer, and a hostile one connected to it. */
async function scene(
  story: (node: LocalNode, hostile: Stranger, honest: LocalNode) => Promise<void>,
  prepare: (hostile: Stranger) => Promise<void> = () => Promise.resolve(),
  config: Parameters<typeof localNode>[0] = {},
): Promise<void> {
  await using hostile = await stranger()
  await prepare(hostile)
  const timings = { full: 600_000, recent: 600_000, ...config.timings }
  await using node = await localNode({ ...config, timings })
  await using honest = await localNode({ seeds: [...node.peers.addresses] })
  await until(() => honest.peers.status().mesh >= 1, 40_000, () => "no honest peer")
  await hostile.dial(node.peers.addresses[0]!)
  await until(() => hostile.host.gossip.streamsOutbound.has(node.peers.id), 40_000, () => "no link")
  // Before that nobody is listened to.
  await until(() => introduced(node, hostile), 40_000, () => "not introduced")
  await story(node, hostile, honest)
  // Whatever happened: an envelope still reaches the honest peer, and it was not sent away.
  const before = honest.count()
  await node.publish(envelope())
  await until(() => honest.count() > before, 40_000, () => "the honest peer is cut off")
  const peers = node.peers.status().peers.map(({ id }) => id)
  assert.ok(peers.includes(honest.peers.id))
}

const banned = (node: LocalNode, { id }: Stranger) => () =>
  metric(node, "wafer_p2p_bans_total") >= 1 &&
  node.peers.status().peers.every((peer) => peer.id !== id)

async function open({ host }: Stranger, node: LocalNode, protocol: string): Promise<Stream> {
  const [connection] = host.libp2p.getConnections(peerIdFromString(node.peers.id))
  return await connection!.newStream(protocol)
}

/** The bytes of an RPC with one message. */
function rpc(message: Partial<RPC.Message>): Uint8Array {
  return RPC.encode({ subscriptions: [], messages: [{ topic: TOPIC, ...message }] })
}

for (
  const [name, protocol, bytes] of [
    ["a frame of 128 MiB on sync", SYNC, [0x80, 0x80, 0x80, 0x40]],
    ["a length without an end", FETCH, [0xff, 0xff, 0xff, 0xff, 0xff]],
    ["noise on fetch", FETCH, [...prefixed(Uint8Array.of(0x0b, 0xff, 0x01))]],
    ["noise on peers", PEERS, [...prefixed(Uint8Array.of(0xff, 0xff, 0xff))]],
    ["2000 ids in a request", FETCH, [
      ...prefixed(toBinary(
        FetchRequestSchema,
        create(FetchRequestSchema, {
          want: {
            case: "ids",
            value: { ids: Array.from({ length: 1500 }, () => new Uint8Array(32)) },
          },
        }),
      )),
    ]],
    ["a range of a set that is not there", FETCH, [
      ...prefixed(toBinary(
        FetchRequestSchema,
        create(FetchRequestSchema, { want: { case: "range", value: { set: 9 } } }),
      )),
    ]],
  ] as const
) {
  test(`${name}: sent away`, { timeout: 300_000 }, async () => {
    await scene(async (node, hostile) => {
      const stream = await open(hostile, node, protocol)
      stream.send(Uint8Array.from(bytes))
      await until(banned(node, hostile), 40_000, () => "not banned")
      assert.ok(metric(node, "wafer_p2p_violations_total", protocol) >= 1)
    })
  })
}

test("a peer that opens streams and says nothing is dropped, not banned", {
  timeout: 300_000,
}, async () => {
  await scene(async (node, hostile) => {
    await open(hostile, node, SYNC)
    await open(hostile, node, PEERS)
    await until(
      () => metric(node, "wafer_p2p_violations_total", "timeout") >= 2,
      40_000,
      () => "still waiting",
    )
    assert.equal(metric(node, "wafer_p2p_bans_total"), 0)
  })
})

test(
  "gossip that is signed, malformed or oversized is not forwarded",
  { timeout: 300_000 },
  async () => {
    await scene(async (node, hostile, honest) => {
      const data = wakuOf(envelope())
      const bad = [
        rpc({ data, from: new Uint8Array(38), seqno: new Uint8Array(8) }),
        rpc({ data: utf8.encode("not a message") }),
        rpc({ data: Uint8Array.of(...wakuOf(envelope()), ...wakuOf(envelope())) }),
        rpc({
          data: encodeWaku({ payload: new Uint8Array(0), contentTopic: "/xmtp/0/m-x/proto" }),
        }),
        rpc({ data: encodeWaku({ payload: Uint8Array.of(1), contentTopic: "t".repeat(301) }) }),
        rpc({ data: encodeWaku({ payload: new Uint8Array(1_048_215), contentTopic: "t" }) }),
      ]
      for (const one of bad) hostile.push(node.peers.id, one)
      await until(
        () => metric(node, "wafer_p2p_gossip_rx_total", "reject") >= 5,
        40_000,
        () => node.metrics.registry.text(),
      )
      const score = () => node.peers.status().peers.find(({ id }) => id === hostile.id)?.score ?? 0
      await until(() => score() < -100, 40_000, () => `a score of ${score()}`)
      assert.deepEqual([node.count(), honest.count()], [0, 0])
    })
  },
)

test("who sends only rubbish is sent away", { timeout: 300_000 }, async () => {
  await scene(async (node, hostile) => {
    for (let i = 0; i < 20; i++) {
      hostile.push(node.peers.id, rpc({ data: utf8.encode(`rubbish ${i}`) }))
    }
    await until(banned(node, hostile), 40_000, () => "not banned")
    assert.ok(metric(node, "wafer_p2p_bans_total", "score") >= 1)
  })
})

test("what is known is not news in another encoding", { timeout: 300_000 }, async () => {
  await scene(async (node, hostile, honest) => {
    const once = wakuOf(envelope())
    hostile.push(node.peers.id, rpc({ data: once }))
    await until(() => honest.count() === 1, 40_000, () => "not relayed")
    for (let i = 0; i < 5; i++) {
      hostile.push(node.peers.id, rpc({ data: Uint8Array.of(...once, 0x6a, 1, i) }))
    }
    await until(
      () => metric(node, "wafer_p2p_gossip_rx_total", "known") === 5,
      40_000,
      () => "not recognised",
    )
    assert.deepEqual([node.count(), honest.count()], [1, 1])
  })
})

test("a flood is cut to what a peer may send", { timeout: 300_000 }, async () => {
  // A bucket that hardly refills, so that how fast this machine is decides nothing.
  const gossipMessages = { perSecond: 1, burst: 1000 }
  await scene(
    async (node, hostile) => {
      for (let sent = 0; sent < 2000; sent += 100) {
        const messages = Array.from(
          { length: 100 },
          () => ({ topic: TOPIC, data: wakuOf(envelope()) }),
        )
        hostile.push(node.peers.id, RPC.encode({ subscriptions: [], messages }))
      }
      await until(
        () => metric(node, "wafer_p2p_gossip_rx_total{", "") >= 2000,
        40_000,
        () => `${metric(node, "wafer_p2p_gossip_rx_total{", "")}`,
      )
      assert.ok(metric(node, "wafer_p2p_gossip_rx_total", "flood") > 900)
      await until(() => node.count() >= 1000, 40_000, () => `${node.count()}`)
    },
    () => Promise.resolve(),
    { gossipMessages },
  )
})

/** Speaks the peers protocol, so that the node takes it for one of its own and comes to compare. */
async function pretend({ host }: Stranger, records: Uint8Array[] = []): Promise<void> {
  await host.libp2p.handle(PEERS, async (stream: Stream) => {
    const peers = channel(stream, PeersRequestSchema, PeersResponseSchema, LIMITS)
    await peers.read()
    await peers.write(create(PeersResponseSchema, { network: "wafer", records }))
    await peers.close()
  })
}

/** Answers sessions: `answer` makes the message of each round. */
async function compares({ host }: Stranger, answer: (round: number) => Uint8Array): Promise<void> {
  await host.libp2p.handle(SYNC, async (stream: Stream) => {
    const sync = channel(stream, SyncFrameSchema, SyncFrameSchema, LIMITS)
    const say = (frame: SyncFrame["frame"]) => sync.write(create(SyncFrameSchema, { frame }))
    const { frame } = await sync.read()
    if (frame.case !== "open") return
    const accept = { lowNs: frame.value.lowNs, highNs: frame.value.highNs, frame: 262_144 }
    await say(
      create(SyncFrameSchema, {
        frame: { case: "accept", value: { ...accept, count: 1n, fingerprint: new Uint8Array(16) } },
      }).frame,
    )
    for (let round = 0;; round++) {
      if ((await sync.read()).frame.case !== "round") return
      await say(
        create(SyncFrameSchema, {
          frame: { case: "round", value: { message: answer(round) } },
        }).frame,
      )
    }
  })
}

function idList(ids: readonly Uint8Array[]): Uint8Array {
  const writer = new MessageWriter()
  writer.ids(INFINITY, ids)
  return writer.finish()
}

/** A node that dials the hostile peer, and so comes to compare with it. */
async function lured(
  prepare: (hostile: Stranger) => Promise<void>,
  story: (node: LocalNode, hostile: Stranger) => Promise<void>,
  envelopes = 0,
): Promise<void> {
  await using hostile = await stranger()
  await prepare(hostile)
  await using node = await localNode({ seeds: [hostile.address] })
  await node.publish(...Array.from({ length: envelopes }, () => envelope()))
  await story(node, hostile)
}

test("a forged body: sent away, not stored", { timeout: 300_000 }, async () => {
  await lured(async (hostile) => {
    await pretend(hostile)
    await compares(hostile, () => idList([new Uint8Array(32).fill(7)]))
    await hostile.host.libp2p.handle(FETCH, async (stream: Stream) => {
      const fetch = channel(stream, FetchRequestSchema, FetchFrameSchema, LIMITS)
      await fetch.read()
      await fetch.write(
        create(FetchFrameSchema, { frame: { case: "envelope", value: envelope() } }),
      )
    })
  }, async (node, hostile) => {
    await until(banned(node, hostile), 40_000, () => "not banned")
    assert.equal(node.count(), 0)
  })
})

test("ids that nobody serves are counted, and their source is not asked again", {
  timeout: 300_000,
}, async () => {
  let sessions = 0
  await lured(async (hostile) => {
    await pretend(hostile)
    await compares(hostile, () => {
      sessions++
      return idList(Array.from({ length: 10 }, (_, i) => new Uint8Array(32).fill(i)))
    })
    await hostile.host.libp2p.handle(FETCH, async (stream: Stream) => {
      const fetch = channel(stream, FetchRequestSchema, FetchFrameSchema, LIMITS)
      const { want } = await fetch.read()
      const missing = want.case === "ids" ? want.value.ids : []
      await fetch.write(create(FetchFrameSchema, { frame: { case: "end", value: { missing } } }))
      await fetch.close()
    })
  }, async (node) => {
    await until(
      () => metric(node, "wafer_p2p_unserved_ids_total") >= 10,
      40_000,
      () => "not counted",
    )
    const before = sessions
    await new Promise((resolve) => setTimeout(resolve, 3000))
    assert.equal(sessions, before)
  })
})

test("a session without an end is ended", { timeout: 300_000 }, async () => {
  let last = 0
  await lured(
    async (hostile) => {
      await pretend(hostile)
      await compares(hostile, (round) => {
        last = round
        const writer = new MessageWriter()
        writer.fingerprint(INFINITY, new Uint8Array(16).fill(round))
        return writer.finish()
      })
    },
    async (node) => {
      await until(
        () => metric(node, "wafer_p2p_violations_total", "timeout") >= 1,
        60_000,
        () => `${last} rounds`,
      )
      assert.ok(last <= 256)
    },
    100,
  )
})

test("records that nobody signed: sent away", { timeout: 300_000 }, async () => {
  await lured(
    (hostile) => pretend(hostile, [utf8.encode("a record"), new Uint8Array(100)]),
    async (node, hostile) => {
      await until(banned(node, hostile), 40_000, () => "not banned")
      assert.equal(node.peers.status().known, 1)
    },
  )
})

test(
  "sessions in a row are turned away, one at a time is answered",
  { timeout: 300_000 },
  async () => {
    // Longer than all of this takes: the first session is left open.
    const config = { timings: { round: 60_000 } }
    await scene(
      async (node, hostile) => {
        const statuses: number[] = []
        for (let i = 0; i < 6; i++) {
          const sync = channel(
            await open(hostile, node, SYNC),
            SyncFrameSchema,
            SyncFrameSchema,
            LIMITS,
          )
          await sync.write(create(SyncFrameSchema, {
            frame: { case: "open", value: { network: "wafer", version: 1, highNs: 1n << 63n } },
          }))
          const { frame } = await sync.read()
          assert.equal(frame.case, "accept")
          if (frame.case === "accept") statuses.push(frame.value.status)
        }
        assert.deepEqual(statuses, [0, 1, 1, 1, 1, 1])
      },
      undefined,
      config,
    )
  },
)
