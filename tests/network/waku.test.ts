// A real go-waku node beside ours, when there is one: WAKU_NODE_BIN names its program.
import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import process from "node:process"
import { test } from "node:test"
import { DEFAULT_CONFIG } from "../../node/p2p/config.ts"
import { encodeBase64 } from "../../node/base64.ts"
import { lastingPort } from "../processes.ts"
import { envelope, type LocalNode, localNode, metric, until } from "./local.ts"

const program = process.env.WAKU_NODE_BIN
const options = {
  skip: program ? false : "WAKU_NODE_BIN does not name a go-waku program",
  timeout: 300_000,
}
const SHARD = "/waku/2/rs/16/3"

interface WakuNode extends AsyncDisposable {
  readonly address: string
  output(): string
  /** What it has received since it was last asked. */
  received(): Promise<{ payload: string; contentTopic: string; timestamp: number }[]>
  publish(
    message: { payload: Uint8Array; contentTopic: string; timestampNs: bigint },
  ): Promise<void>
}

let started = 0

async function startWaku(topic: string, ...args: string[]): Promise<WakuNode> {
  const [port, restPort] = [await lastingPort(), await lastingPort()]
  started++
  // Without the flag, as in 0.9.0, it takes 1 MiB.
  const longer = execFileSync(program!, ["--help"], { encoding: "utf8" }).includes("max-msg-size")
  const child = spawn(program!, [
    "--address=127.0.0.1",
    `--tcp-port=${port}`,
    "--rest",
    `--rest-port=${restPort}`,
    `--pubsub-topic=${topic}`,
    `--nodekey=${"11".repeat(31)}${String(10 + started)}`,
    ...(longer ? ["--max-msg-size=1200KiB"] : []),
    ...args,
  ], { stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => said += text)
  }
  const exited = new Promise((resolve) => child.once("exit", resolve))
  const end = async () => {
    child.kill("SIGKILL")
    await exited
  }
  const rest = `http://127.0.0.1:${restPort}/relay/v1`
  const messages = `${rest}/messages/${encodeURIComponent(topic)}`
  const post = async (url: string, body: string) => {
    const answer = await fetch(url, { method: "POST", body })
    assert.equal(answer.status, 200, await answer.text())
  }
  try {
    const address = () => /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(said)?.[0]
    await until(() => address() !== undefined, 30_000, () => said)
    await retried(() => post(`${rest}/subscriptions`, JSON.stringify([topic])))
    return {
      address: address()!,
      output: () => said,
      received: async () => await (await fetch(messages)).json() ?? [],
      publish: ({ payload, contentTopic, timestampNs }) =>
        // By hand: nanoseconds are more than a number of JavaScript holds.
        post(
          messages,
          `{"payload":"${
            encodeBase64(payload)
          }","contentTopic":"${contentTopic}","timestamp":${timestampNs}}`,
        ),
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** Its REST server starts a little later than it says. */
async function retried(job: () => Promise<void>, times = 50): Promise<void> {
  for (let tried = 1;; tried++) {
    try {
      return await job()
    } catch (error) {
      if (tried === times) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function linked(waku: WakuNode, ...nodes: LocalNode[]): Promise<void> {
  await until(
    () => nodes.every(({ peers }) => peers.status().mesh === 1),
    40_000,
    () => `no link with the Waku node: ${waku.output()}`,
  )
}

for (
  const [name, topic, args] of [
    ["its default topic", DEFAULT_CONFIG.pubsubTopic, []],
    ["a static shard", SHARD, ["--cluster-id=16"]],
  ] as const
) {
  test(`go-waku relays between two nodes that know only it, on ${name}`, options, async () => {
    await using waku = await startWaku(topic, ...args)
    const config = { pubsubTopic: topic, seeds: [waku.address] }
    await using a = await localNode(config)
    await using b = await localNode(config)
    await linked(waku, a, b)
    const small = envelope()
    const largest = envelope({
      contentTopic: "/xmtp/0/m-" + "t".repeat(290),
      message: new Uint8Array(1_048_214).fill(1),
    })
    await a.publish(small, largest)
    await until(() => b.count() === 2, 40_000, () => `${b.count()} arrived`)
    assert.ok(metric(b, "wafer_p2p_gossip_rx_total", "accept") >= 2)
    assert.equal(metric(b, "wafer_p2p_bans_total"), 0)

    const read = await waku.received()
    assert.deepEqual(
      read.map(({ contentTopic, payload }) => [contentTopic, payload]),
      [small, largest].map((one) => [one.contentTopic, encodeBase64(one.message)]),
    )
  })

  test(`what go-waku publishes is stored, on ${name}`, options, async () => {
    await using waku = await startWaku(topic, ...args)
    await using a = await localNode({ pubsubTopic: topic, seeds: [waku.address] })
    await linked(waku, a)
    const timestampNs = BigInt(Date.now()) * 1_000_000n + 123_456n
    const payload = new TextEncoder().encode("from the other engine")
    const contentTopic = "/xmtp/0/m-waku/proto"
    await waku.publish({ payload, contentTopic, timestampNs })
    await waku.publish({ payload: new Uint8Array(1_000_000), contentTopic, timestampNs })
    await until(() => a.count() === 2, 40_000, () => `${a.count()} arrived`)
    const [first] = await a.store.envelopes(await a.store.log(0n, 1))
    assert.equal(first!.contentTopic, contentTopic)
    assert.equal(first!.timestampNs, timestampNs)
    assert.deepEqual(first!.message, payload)
  })
}

test("clusters that differ part: go-waku leaves us, and we leave it", options, async () => {
  await using waku = await startWaku(SHARD, "--cluster-id=16")
  await using ours = await localNode({ pubsubTopic: SHARD, cluster: 16, seeds: [waku.address] })
  await linked(waku, ours)
  await using strict = await localNode({ pubsubTopic: SHARD, cluster: 17, seeds: [waku.address] })
  await until(() => metric(strict, "wafer_p2p_bans_total", "cluster") > 0, 40_000, waku.output)
  await using other = await localNode({ pubsubTopic: "/waku/2/rs/17/3", seeds: [waku.address] })
  const left = () => waku.output().includes("different clusterID reported")
  await until(left, 40_000, waku.output)
  await until(() => other.peers.status().peers.length === 0, 40_000, waku.output)
  assert.equal(metric(ours, "wafer_p2p_bans_total"), 0)
  assert.equal(ours.peers.status().mesh, 1)
})
