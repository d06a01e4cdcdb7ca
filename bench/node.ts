// What a node does in a second, beside what its store and its web server could do at most.
//   deno run -A bench/node.ts [deno|bun|node] [part of a name]
// The node runs in a process of its own, with its data on disk; this process is its clients.
// Writes bench/results/node-<runtime>.json when it ran everything.
import { create, toBinary } from "@bufbuild/protobuf"
import { PublishRequestSchema, QueryRequestSchema } from "@wafer/proto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { account } from "../tests/node/token.ts"
import { type NodeProcess, type Runtime, startNode } from "../tests/processes.ts"
import { machine } from "./machine.ts"
import { write } from "./results.ts"
import { line } from "./table.ts"
import { limits } from "./node/limits.ts"
import { load, type LoadResult } from "./node/load.ts"
import { deliveries } from "./node/deliveries.ts"

const runtime = (process.argv[2] ?? "deno") as Runtime
const wanted = process.argv[3] ?? ""
const seconds = Number(process.env.BENCH_SECONDS ?? 3)
const authorization = account(1).authorization()
const service = "/xmtp.message_api.v1.MessageApi"
const headers = { authorization, "content-type": "application/proto" }

let clock = BigInt(Date.now()) * 1_000_000n

/** A publish request of its own: no two envelopes are the same. */
function publishBody(topic: string, count: number, bytes: number): Uint8Array {
  const message = new Uint8Array(bytes).fill(7)
  const envelopes = Array.from({ length: count }, () => ({
    contentTopic: `/xmtp/0/m-${topic}/proto`,
    timestampNs: clock++,
    message,
  }))
  return toBinary(PublishRequestSchema, create(PublishRequestSchema, { envelopes }))
}

interface Scenario {
  readonly name: string
  readonly run: (node: NodeProcess) => Promise<Record<string, number>>
}

const summary = (result: LoadResult, each = 1): Record<string, number> => ({
  perSecond: Math.round(result.perSecond * each),
  p50Ms: result.p50Ms,
  p99Ms: result.p99Ms,
  ...(result.cpuUs !== undefined && { cpuUs: Math.round(result.cpuUs / each) }),
})

function publishing(publishers: number, bytes: number, count = 1, perSecond?: number): Scenario {
  const size = bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`
  const pace = perSecond ? `, ${perSecond}/s asked` : ""
  return {
    name: `publish: ${publishers} publishers, ${count} of ${size} a request${pace}`,
    run: async ({ url, child }) =>
      summary(
        await load({
          pid: child.pid!,
          url: url + service + "/Publish",
          headers,
          clients: publishers,
          seconds,
          body: (client) => publishBody(`${client}`, count, bytes),
          ...(perSecond && { perSecond }),
        }),
        count,
      ),
  }
}

const scenarios: Scenario[] = [
  ...[300, 1024, 100 * 1024].flatMap((bytes) =>
    [1, 8, 64].map((publishers) => publishing(publishers, bytes))
  ),
  publishing(64, 1024, 20),
  publishing(8, 300, 1, 1000),
  {
    name: "pages of 100, 300 B each",
    async run({ url, child }) {
      const pid = child.pid!
      await load({
        pid,
        url: url + service + "/Publish",
        headers,
        clients: 1,
        requests: 20,
        body: () => publishBody("pages", 100, 300),
      })
      const request = create(QueryRequestSchema, { contentTopics: ["/xmtp/0/m-pages/proto"] })
      const body = toBinary(QueryRequestSchema, request)
      return summary(
        await load({
          pid,
          url: url + service + "/Query",
          headers,
          clients: 8,
          seconds,
          body: () => body,
        }),
      )
    },
  },
  {
    name: "health checks: the bare web server",
    run: async ({ url, child }) => {
      const healthz = { pid: child.pid!, url: `${url}/healthz`, headers, clients: 64, seconds }
      return summary(await load(healthz))
    },
  },
  ...[1, 100, 1000].map((subscribers): Scenario => ({
    name: `deliver to ${subscribers} subscribers`,
    run: ({ url }) => deliveries(url, authorization, subscribers),
  })),
]

const results: Record<string, Record<string, number>> = {}
function report(name: string, numbers: Record<string, number>): void {
  results[name] = numbers
  console.log(line(name, numbers))
}

const data = await mkdtemp(join(tmpdir(), "wafer-bench-"))
try {
  for (
    const [name, numbers] of Object.entries(await limits(runtime, join(data, "limits"), wanted))
  ) {
    report(name, numbers)
  }
  await using node = await startNode(runtime, {
    data: join(data, "node"),
    args: ["--limits", "off", "--log-level", "warn"],
  })
  for (const { name, run } of scenarios.filter(({ name }) => name.includes(wanted))) {
    report(name, await run(node))
  }
  if (wanted === "") {
    await write(`node-${runtime}`, { machine: machine(), results })
  }
} finally {
  await rm(data, { recursive: true, force: true })
}
process.exit(0)
