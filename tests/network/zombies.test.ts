// Links that look alive and carry nothing, each made on purpose and healed by the watchdog.
import type { Startable } from "@libp2p/interface"
import assert from "node:assert/strict"
import { test } from "node:test"
import { RELAY_PROTOCOLS } from "../../node/p2p/relay/gossip.ts"
import { DEFAULT_CONFIG } from "../../node/p2p/config.ts"
import { wakuOf } from "../../node/p2p/waku/message.ts"
import { envelope, type LocalNode, localNode, metric, until } from "./local.ts"
import { inbound, introduced, outbound, type Stranger, stranger } from "./stranger.ts"

const TOPIC = DEFAULT_CONFIG.pubsubTopic
const IMPATIENT = { patience: 1000 }

function linked(node: LocalNode, other: Stranger): boolean {
  const { host } = other
  const id = node.peers.id
  return node.peers.status().mesh === 1 && introduced(node, other) &&
    host.gossip.streamsOutbound.has(id) &&
    host.gossip.streamsInbound.has(id) &&
    host.gossip.getSubscribers(TOPIC).some((peer) => peer.toString() === id)
}

/** Breaks a healthy link and waits until envelopes pass both ways again. */
async function heals(
  breakLink: (node: LocalNode, other: Stranger) => Promise<void> | void,
): Promise<void> {
  await using other = await stranger()
  await using node = await localNode({ seeds: [other.address], timings: IMPATIENT })
  await until(() => linked(node, other), 40_000, () => "never linked")
  const { id } = node.peers
  const streams = () => [inbound(other.host, id), outbound(other.host, id)]
  const before = streams()
  await breakLink(node, other)
  // The watchdog renews the link, or now and then the engine opens a stream by itself.
  await until(
    () =>
      metric(node, "wafer_p2p_zombie_links_total") >= 1 ||
      linked(node, other) && streams().some((stream, i) => stream !== before[i]),
    40_000,
    () => `not noticed by ${JSON.stringify(node.peers.status().peers)}`,
  )
  await until(() => linked(node, other), 40_000, () => "not healed")
  let heard = 0
  other.host.gossip.addEventListener("message", () => void heard++)
  await until(
    () => {
      void node.publish(envelope())
      void other.host.gossip.publish(TOPIC, wakuOf(envelope()))
      return heard > 0 && metric(node, "wafer_p2p_gossip_rx_total", "accept") > 0
    },
    40_000,
    () => `${heard} heard`,
  )
}

test("an RPC larger than the limit", { timeout: 300_000 }, async () => {
  await heals((node, other) => other.push(node.peers.id, new Uint8Array(17 * 1024 * 1024)))
})

test("a write stream that broke", { timeout: 300_000 }, async () => {
  await heals((node, other) =>
    inbound(other.host, node.peers.id).rawStream.abort(new Error("the reader gave up"))
  )
})

test("a read stream that broke", { timeout: 300_000 }, async () => {
  await heals((node, other) =>
    outbound(other.host, node.peers.id).rawStream.abort(new Error("the writer gave up"))
  )
})

test("the connection that carried gossip closed, another to the same peer stayed", {
  timeout: 300_000,
}, async () => {
  const breakLink = async (node: LocalNode, other: Stranger) => {
    const { libp2p } = other.host
    const identified = new Set<string>()
    libp2p.addEventListener(
      "peer:identify",
      ({ detail }) => void identified.add(detail.connection.id),
    )
    const second = await other.dial(node.peers.addresses[0]!)
    // From then on nothing opens gossip streams on the second one.
    await until(() => identified.has(second.id), 40_000, () => "not identified")
    const connections = libp2p.getConnections()
    assert.equal(connections.length, 2)
    const carrying = connections.find((connection) =>
      connection.streams.some(({ protocol }) => RELAY_PROTOCOLS.includes(protocol))
    )
    await carrying!.close()
    assert.equal(other.host.gossip.streamsOutbound.size, 0)
  }
  await heals(breakLink)
})

test("a peer that was too busy to say who it is is asked again", { timeout: 300_000 }, async () => {
  await using other = await stranger()
  const { identify, identifyPush } = other.host.libp2p.services as Record<string, Startable>
  await identify!.stop()
  await identifyPush!.stop()
  await using node = await localNode({ seeds: [other.address], timings: IMPATIENT })
  await until(() => node.peers.status().peers.length === 1, 40_000, () => "not connected")
  // The one time that libp2p asks by itself passes meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.equal(introduced(node, other), false)
  await identify!.start()
  await until(() => introduced(node, other), 40_000, () => "not introduced")
})

test("a peer that is late with its pongs, by more than a ping, keeps its link", {
  timeout: 300_000,
}, async () => {
  await using other = await stranger()
  const { libp2p } = other.host
  const PING = "/ipfs/ping/1.0.0"
  await libp2p.unhandle(PING)
  await libp2p.handle(PING, async (stream) => {
    for await (const bytes of stream) {
      await new Promise((resolve) => setTimeout(resolve, 700))
      stream.send(bytes)
    }
  }, { maxInboundStreams: 64 })
  const timings = { ping: 300, pingTimeout: 20_000 }
  await using node = await localNode({ seeds: [other.address], timings })
  const peer = () => node.peers.status().peers.find(({ id }) => id === other.id)
  await until(
    () => (peer()?.connectedMs ?? 0) > 3000,
    40_000,
    () => JSON.stringify(node.peers.status().peers),
  )
})
