import assert from "node:assert/strict"
import { test } from "node:test"
import type { Envelope } from "@wafer/proto"
import { until as eventually } from "../processes.ts"
import { envelope, type LocalNode, localNode, metric, until } from "./local.ts"

async function fill(node: LocalNode, count: number, make: (i: number) => Envelope): Promise<void> {
  for (let at = 0; at < count; at += 500) {
    await node.publish(...Array.from({ length: Math.min(500, count - at) }, (_, i) => make(at + i)))
  }
}

function same(nodes: readonly LocalNode[]): boolean {
  const [first, ...others] = nodes.map(({ peers }) => peers.status().sets)
  return others.every((sets) =>
    String(sets.kept.fingerprint) === String(first!.kept.fingerprint) &&
    String(sets.expiring.fingerprint) === String(first!.expiring.fingerprint)
  )
}

const counts = (nodes: readonly LocalNode[]) => () => nodes.map((n) => n.count()).join()

test("an empty node copies everything, in order and both sets", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await fill(a, 6000, () => envelope())
  await fill(a, 1200, () => envelope({ contentTopic: "/other/1/x/proto" }))
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  await until(() => same([a, b]), 40_000, counts([a, b]))
  assert.equal(b.count(), 7200)
  // A few may have come by gossip that was still queued.
  assert.ok(metric(b, "wafer_p2p_items_repaired_total") > 3000)
})

test("two nodes that lived apart become equal, and know it", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await using b = await localNode()
  const common = Array.from({ length: 2000 }, () => envelope())
  await a.publish(...common)
  await b.publish(...common)
  await fill(a, 900, () => envelope())
  await fill(b, 700, () => envelope())
  await using bridge = await localNode({ seeds: [...a.peers.addresses, ...b.peers.addresses] })
  const nodes = [a, b, bridge]
  await until(() => same(nodes), 40_000, counts(nodes))
  assert.equal(a.count(), 3600)
  const isSure = (node: LocalNode) => {
    const others = node.peers.status().peers
    return others.every((p) => p.inAgreement === true) &&
      metric(node, "wafer_p2p_root_match") === others.length &&
      metric(node, "wafer_p2p_peer_apart") === 0
  }
  await until(
    () => nodes.some(isSure),
    40_000,
    () => JSON.stringify(nodes.map(({ peers }) => peers.status().peers)),
  )
})

test("what gossip cannot carry comes all the same", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  await until(() => b.peers.status().peers.some((p) => p.wafer), 40_000, () => "not connected")
  const largest = 1_048_214
  await a.publish(
    envelope({ message: new Uint8Array(0) }),
    envelope({ contentTopic: "" }),
    envelope({
      message: new Uint8Array(largest).fill(7),
      contentTopic: "/xmtp/0/" + "t".repeat(292),
    }),
    envelope({ timestampNs: 0n }),
    envelope({ timestampNs: (1n << 63n) - 1n }),
    envelope({ timestampNs: BigInt(Date.now() + 400 * 86_400_000) * 1_000_000n }),
  )
  await until(() => same([a, b]), 40_000, counts([a, b]))
  assert.equal(b.count(), 6)
})

test("a corrupt row is removed and fetched again", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  await using c = await localNode({ seeds: [...a.peers.addresses] })
  const nodes = [a, b, c]
  const victim = envelope()
  const sound = victim.message.slice()
  await a.publish(victim, ...Array.from({ length: 20 }, () => envelope()))
  await until(() => nodes.every((n) => n.count() === 21), 40_000, counts(nodes))
  const stored = await a.store.envelopes(await a.store.log(0n, 1))
  // A bit flips on a's disk. The next who asks for the row gets nothing, and a gets it back.
  stored[0]!.message[0]! ^= 1
  await using d = await localNode({ seeds: [...a.peers.addresses] })
  await until(() => metric(a, "wafer_p2p_corrupt_rows_total") === 1, 40_000, () => "still there")
  await until(() => same([...nodes, d]), 40_000, counts([...nodes, d]))
  const [again] = await a.store.envelopes((await a.store.log(0n, 100)).slice(-1))
  assert.deepEqual(again!.message, sound)
})

test(
  "what is expired or stamped ahead is neither offered nor taken",
  { timeout: 300_000 },
  async () => {
    await using a = await localNode({ retentionMs: 0 })
    await a.publish(
      envelope({ contentTopic: "/old/1/x/proto", timestampNs: 1n }),
      envelope({ contentTopic: "/new/1/x/proto" }),
      envelope({
        contentTopic: "/ahead/1/x/proto",
        timestampNs: BigInt(Date.now() + 3 * 3_600_000) * 1_000_000n,
      }),
    )
    await using b = await localNode({ seeds: [...a.peers.addresses], retentionMs: 3_600_000 })
    await until(() => b.count() === 1, 40_000, counts([a, b]))
    await until(() => b.peers.status().peers[0]?.inAgreement === true, 40_000, () => "no agreement")
    assert.deepEqual([a.count(), b.count()], [3, 1])
    assert.ok(metric(b, "wafer_p2p_items_missing_total") <= 1, "the two others were compared")
  },
)

test("an audit finds equal nodes equal", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await fill(a, 500, () => envelope())
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  await until(() => same([a, b]) && b.count() === 500, 40_000, counts([a, b]))
  assert.equal(metric(b, "wafer_p2p_audit_mismatch_total"), 0)
  // A peer that is busy with another comparison says so.
  await eventually(() => b.peers.mend(a.peers.id))
})
