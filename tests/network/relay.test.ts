import assert from "node:assert/strict"
import { test } from "node:test"
import { envelope, localNode, metric, until } from "./local.ts"

test("an envelope reaches every node, and each stores it once", { timeout: 300_000 }, async () => {
  await using a = await localNode()
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  await using c = await localNode({ seeds: [...a.peers.addresses] })
  const nodes = [a, b, c]
  await until(
    () => nodes.every(({ peers }) => peers.status().mesh === 2),
    40_000,
    () => nodes.map(({ peers }) => peers.status().mesh).join(),
  )
  await b.publish(...Array.from({ length: 50 }, () => envelope()))
  await until(
    () => nodes.every((n) => n.count() === 50),
    40_000,
    () => nodes.map((n) => n.count()).join(),
  )
  const [first, ...others] = nodes.map(({ peers }) => peers.status().sets.kept.fingerprint)
  for (const other of others) assert.deepEqual(other, first)
  assert.ok(metric(c, "wafer_p2p_validator_seconds_count") > 0)
})
