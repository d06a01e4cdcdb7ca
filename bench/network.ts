// What the peer network costs and how fast it is, on loopback.
//   deno run -A bench/network.ts [part of a name]     (or bun)
// Writes bench/results/network-<runtime>.json when it ran everything.
import { spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { envelope, type LocalNode, localNode, metric, until } from "../tests/network/local.ts"
import { memoryStore } from "../node/store/memory.ts"
import { commandOf, type Runtime } from "../tests/processes.ts"
import { machine, runtimeName } from "./machine.ts"
import { reconciliations } from "./network/reconcile.ts"
import { latencies } from "./quantile.ts"
import { write } from "./results.ts"
import { line } from "./table.ts"

const wanted = process.argv[2] ?? ""
const count = Number(process.env.BENCH_ENVELOPES ?? 100_000)
const results: Record<string, Record<string, number>> = {}

function report(name: string, numbers: Record<string, number>): void {
  results[name] = numbers
  console.log(line(name, numbers))
}

function same(a: LocalNode, b: LocalNode): boolean {
  const [one, other] = [a, b].map(({ peers }) => peers.status().sets.kept)
  return one!.count === other!.count && String(one!.fingerprint) === String(other!.fingerprint)
}

/** Real intervals: only the limit on connections from one host is lifted. */
const defaults = {
  listen: ["/ip4/127.0.0.1/tcp/0"],
  timings: {
    dial: 2000,
    greet: 1000,
    settle: 2000,
    sessionGap: 5000,
    recent: 600_000,
    full: 600_000,
  },
}

async function fill(nodes: readonly LocalNode[], amount: number): Promise<void> {
  for (let at = 0; at < amount; at += 1000) {
    const batch = Array.from(
      { length: Math.min(1000, amount - at) },
      (_, i) => envelope({ contentTopic: `/xmtp/0/m-${i}/proto` }),
    )
    for (const node of nodes) await node.publish(...batch)
  }
}

/** Latencies to another process at a pace, while nothing else runs. */
async function delivery(perSecond: number, seconds: number): Promise<Record<string, number>> {
  await using sender = await localNode({ timings: { recent: 600_000 } })
  const receiver = `${import.meta.dirname}/network/receiver.ts`
  const [program, args] = commandOf(runtimeName() as Runtime, receiver, [...sender.peers.addresses])
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] })
  try {
    const timesMs: number[] = []
    let cpuMs = 0
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = JSON.parse(line)
      timesMs.push(...said.latenciesMs)
      cpuMs = said.cpuMs
    })
    await until(() => sender.peers.status().mesh === 1, 20_000, () => "no link")
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const idleMs = cpuMs
    const total = perSecond * seconds
    const started = performance.now()
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, (performance.now() - started) / 1000 * perSecond)
      for (; sent < due; sent++) {
        const message = crypto.getRandomValues(new Uint8Array(1024))
        new DataView(message.buffer).setFloat64(0, performance.timeOrigin + performance.now())
        void sender.publish(envelope({ message }))
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await until(() => timesMs.length >= total, 20_000, () => `${timesMs.length} of ${total}`)
    return {
      ...latencies(timesMs),
      lost: total - timesMs.length,
      cpuMs: (cpuMs - idleMs) / total,
    }
  } finally {
    child.kill()
  }
}

const scenarios: Record<string, () => Promise<void> | void> = {
  reconcile() {
    for (const [name, numbers] of Object.entries(reconciliations(1_000_000))) report(name, numbers)
  },
  async delivery() {
    for (const perSecond of [100, 500]) {
      report(`1 KiB to another process, ${perSecond}/s`, await delivery(perSecond, 5))
    }
  },
  async idle() {
    await using a = await localNode(defaults)
    await fill([a], 1000)
    await using b = await localNode({ ...defaults, seeds: [...a.peers.addresses] })
    await until(() => same(a, b), 30_000, () => "not equal")
    await until(() => b.peers.status().peers[0]?.inAgreement === true, 60_000, () => "no agreement")
    await new Promise((resolve) => setTimeout(resolve, 11_000))
    const before = metric(b, "wafer_p2p_sync_bytes_total")
    await b.peers.mend(a.peers.id)
    report("comparing two equal sets", { bytes: metric(b, "wafer_p2p_sync_bytes_total") - before })
  },
  async join() {
    await using a = await localNode(defaults)
    await fill([a], count)
    const started = performance.now()
    await using b = await localNode({ ...defaults, seeds: [...a.peers.addresses] })
    await until(() => same(a, b), 300_000, () => `${b.count()}`)
    const seconds = (performance.now() - started) / 1000
    report(`an empty node joins ${count.toLocaleString("en")}`, {
      seconds,
      perSecond: count / seconds,
    })
  },
  async heal() {
    const store = memoryStore()
    const apart = await localNode(defaults, { store })
    await using a = await localNode(defaults)
    await fill([a, apart], count / 10)
    await fill([a], count)
    await fill([apart], count)
    await apart.peers.close()
    const started = performance.now()
    await using b = await localNode({ ...defaults, seeds: [...a.peers.addresses] }, { store })
    await until(() => same(a, b), 300_000, () => `${a.count()}, ${b.count()}`)
    report(`${count.toLocaleString("en")} missed on each side`, {
      seconds: (performance.now() - started) / 1000,
      syncBytes: metric(b, "wafer_p2p_sync_bytes_total"),
    })
  },
}

for (const [name, run] of Object.entries(scenarios)) {
  if (name.includes(wanted)) await run()
}
if (wanted === "") {
  await write(`network-${runtimeName()}`, { machine: machine(), results })
}
process.exit(0)
