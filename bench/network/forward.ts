// What it costs a client that its node does not keep the topic: the same calls for a topic that the node
// keeps and for one that it forwards, in turn. All nodes in one process, on loopback.
//   deno run -A bench/network/forward.ts
import process from "node:process"
import { shardNode, some, topics } from "../../tests/network/shard-node.ts"
import { until } from "../../tests/network/local.ts"
import { latencies } from "../quantile.ts"
import { line } from "../table.ts"

const CALLS = Number(process.env.BENCH_CALLS ?? 300)

async function costs(
  calls: Record<string, () => Promise<unknown>>,
): Promise<Record<string, Record<string, number>>> {
  const times = Object.fromEntries(Object.keys(calls).map((name) => [name, [] as number[]]))
  const cpu = Object.fromEntries(Object.keys(calls).map((name) => [name, 0]))
  for (let i = 0; i < CALLS + 20; i++) {
    for (const [name, call] of Object.entries(calls)) {
      const [started, used] = [performance.now(), process.cpuUsage()]
      await call()
      const { user, system } = process.cpuUsage(used)
      if (i < 20) continue
      times[name]!.push(performance.now() - started)
      cpu[name]! += (user + system) / 1000
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) =>
      [name, { ...latencies(all), cpuMs: cpu[name]! / CALLS }] as const
    ),
  )
}

await using one = await shardNode([0])
const seeds = [...one.peers.addresses]
await using two = await shardNode([1], { seeds })
await until(() => one.peers.status().shards[1]!.keepers === 1, 20_000, () => "not met")
const [own, other] = [topics[0]!, topics[1]!]
await one.publish(...some(100, [own]), ...some(100, [other]))

const measured = await costs({
  "page of 100, kept": () => one.page([own], 100),
  "page of 100, forwarded": () => one.page([other], 100),
  "page of 1, kept": () => one.page([own], 1),
  "page of 1, forwarded": () => one.page([other], 1),
  "publish, kept": () => one.publish(...some(1, [own])),
  "publish, forwarded": () => one.publish(...some(1, [other])),
})

async function delivery(topic: string): Promise<Record<string, number>> {
  const listener = await one.listen([topic])
  const times: number[] = []
  for (let i = 0; i < CALLS; i++) {
    const [envelope] = some(1, [topic])
    const started = performance.now()
    const publisher = topic === own ? one : two
    await publisher.publish(envelope!)
    while (listener.heard.length <= i) await new Promise((resolve) => setTimeout(resolve))
    times.push(performance.now() - started)
  }
  await listener.leave()
  return latencies(times)
}
measured["publish to live reader, kept"] = await delivery(own)
measured["publish to live reader, forwarded"] = await delivery(other)

for (const [name, numbers] of Object.entries(measured)) console.log(line(name, numbers))
process.exit(0)
