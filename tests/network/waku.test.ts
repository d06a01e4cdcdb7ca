// A real go-waku node beside ours, when there is one: WAKU_NODE_BIN names its program.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import process from "node:process"
import { test } from "node:test"
import { envelope, localNode, metric, until } from "./local.ts"

const program = process.env.WAKU_NODE_BIN

test("go-waku relays between two nodes that know only it", {
  skip: program ? false : "WAKU_NODE_BIN does not name a go-waku program",
  timeout: 120_000,
}, async () => {
  const port = 20_000 + process.pid % 20_000
  const waku = spawn(program!, [
    "--address=127.0.0.1",
    `--tcp-port=${port}`,
    "--pubsub-topic=/waku/2/default-waku/proto",
    "--max-msg-size=1200KiB",
    "--nodekey=" + "11".repeat(32),
  ], { stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  for (const stream of [waku.stdout, waku.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => said += text)
  }
  try {
    const address = () => /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(said)?.[0]
    await until(() => address() !== undefined, 30_000, () => said)
    await using a = await localNode({ seeds: [address()!] })
    await using b = await localNode({ seeds: [address()!] })
    await until(
      () => [a, b].every(({ peers }) => peers.status().mesh === 1),
      40_000,
      () => "no link with the Waku node",
    )
    await a.publish(envelope(), envelope({ message: new Uint8Array(1_000_000).fill(1) }))
    await until(() => b.count() === 2, 40_000, () => `${b.count()} arrived`)
    assert.ok(metric(b, "wafer_p2p_gossip_rx_total", "accept") >= 2)
  } finally {
    waku.kill()
  }
})
