import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import type { BookStorage } from "../../node/p2p/mod.ts"
import { lastingPort } from "../processes.ts"
import { envelope, type LocalNode, localNode, metric, until } from "./local.ts"

const fellows = ({ peers }: LocalNode) => peers.status().peers.filter((p) => p.wafer)
const degrees = (nodes: readonly LocalNode[]) => () => nodes.map((n) => fellows(n).length).join()

test("five nodes that know one seed find each other", { timeout: 300_000 }, async () => {
  await using seed = await localNode()
  const config = { seeds: [...seed.peers.addresses] }
  await using b = await localNode(config)
  await using c = await localNode(config)
  await using d = await localNode(config)
  await using e = await localNode(config)
  const nodes = [seed, b, c, d, e]
  await until(() => nodes.every((n) => fellows(n).length === 4), 40_000, degrees(nodes))
  assert.equal(new Set(nodes.map(({ peers }) => peers.id)).size, 5)
})

test(
  "a publisher learns how many nodes have stored what it published",
  { timeout: 300_000 },
  async () => {
    await using a = await localNode()
    await using b = await localNode({ seeds: [...a.peers.addresses] })
    await using c = await localNode({ seeds: [...a.peers.addresses] })
    await until(() => fellows(a).length === 2, 40_000, degrees([a, b, c]))
    const arrivals = await a.ingest.accept([envelope(), envelope()], "client")
    const ids = arrivals.map(({ id, envelope }) => ({ id, contentTopic: envelope.contentTopic }))
    assert.equal(await a.peers.confirm(ids, 2, 40_000), 2)
    assert.deepEqual([b.count(), c.count()], [2, 2])
    assert.equal(await a.peers.confirm(ids, 3, 40_000), 2)
    const unheard = { contentTopic: "/xmtp/0/m-test/proto", id: new Uint8Array(32) }
    assert.equal(await a.peers.confirm([unheard], 1, 40_000), 0)
  },
)

test("ephemeral envelopes are relayed and never stored", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  // Both ways: who does not know that the other listens sends it nothing.
  await until(
    () => fellows(b).length === 1 && [a, b].every(({ peers }) => peers.status().mesh === 1),
    40_000,
    degrees([a, b]),
  )
  let heard = 0
  b.store.follow({ arrived: (arrivals) => void (heard += arrivals.length) })
  await a.publish(envelope({ contentTopic: "/xmtp/0/mE-test/proto" }))
  await until(() => heard === 1, 40_000, () => `${heard} heard`)
  assert.deepEqual([a.count(), b.count()], [0, 0])
})

test(
  "nodes of another network are sent away, and nothing passes",
  { timeout: 300_000 },
  async () => {
    await using a = await localNode({ network: "north" })
    await using b = await localNode({ network: "south", seeds: [...a.peers.addresses] })
    await a.publish(envelope())
    await until(() => metric(a, "wafer_p2p_bans_total", "network") >= 1, 40_000, () => "not banned")
    await until(() => b.peers.status().peers.length === 0, 40_000, degrees([a, b]))
    assert.equal(b.count(), 0)
  },
)

test("an allowlist lets nobody else in", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-key-"))
  try {
    const keyFile = join(folder, "deep", "node.key")
    const name = await localNode({}, { keyFile }).then(async (node) => {
      await node.close()
      return node.peers.id
    })
    assert.ok(existsSync(keyFile))
    assert.equal(statSync(keyFile).mode & 0o777, 0o600)
    await using a = await localNode({ allow: [name] })
    assert.equal(a.peers.status().mode, "allowlist")
    await using stranger = await localNode({ seeds: [...a.peers.addresses] })
    await using friend = await localNode({ seeds: [...a.peers.addresses] }, { keyFile })
    assert.equal(friend.peers.id, name, "the key survives a restart")
    await until(() => fellows(friend).length === 1, 40_000, degrees([a, friend]))
    assert.equal(fellows(stranger).length, 0)
    assert.deepEqual(a.peers.status().peers.map((p) => p.id), [name])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test(
  "a node finds its peers again without the seed that introduced them",
  { timeout: 300_000 },
  async () => {
    const rows = new Map<string, Uint8Array>()
    const book: BookStorage = {
      load: () => Promise.resolve([...rows.values()]),
      save: (peer, row) => {
        if (row) rows.set(peer, row)
        else rows.delete(peer)
        return Promise.resolve()
      },
    }
    const seed = await localNode()
    await using b = await localNode({ seeds: [...seed.peers.addresses] })
    const c = await localNode({ seeds: [...seed.peers.addresses] }, { book })
    await until(() => fellows(c).length === 2, 40_000, degrees([seed, b, c]))
    await c.close()
    await seed.close()
    assert.ok(rows.has(b.peers.id))
    await using again = await localNode({}, { book })
    await until(() => fellows(again).some((p) => p.id === b.peers.id), 40_000, degrees([again, b]))
  },
)

test("a seed that was away is dialled again, for ever", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-key-"))
  const keyFile = join(folder, "node.key")
  try {
    const listen = [`/ip4/127.0.0.1/tcp/${await lastingPort()}`]
    const seed = await localNode({ listen }, { keyFile })
    const [address] = seed.peers.addresses
    await using b = await localNode({ seeds: [address!] })
    await until(() => fellows(b).length === 1, 40_000, degrees([seed, b]))
    await seed.close()
    await until(() => fellows(b).length === 0, 40_000, degrees([b]))
    await b.publish(envelope())
    await until(() => metric(b, "wafer_p2p_dials_total", "failed") >= 2, 40_000, () => "no dials")
    await using back = await localNode({ listen }, { keyFile })
    await until(() => back.count() === 1, 40_000, degrees([back, b]))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("a seed without a name, or no address at all, is refused at once", async () => {
  for (const seed of ["/ip4/127.0.0.1/tcp/5557", "nonsense"]) {
    await assert.rejects(localNode({ seeds: [seed] }), {
      name: "TypeError",
      message: /expected a multiaddr/,
    })
  }
})
