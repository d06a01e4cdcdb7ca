// Whether pages stay quick as a store grows: the same pages of a store of 10 000 envelopes and of one of
// millions, in turns, so that whatever else the machine does falls on both.
//
//   deno run -A bench/node/pages.ts FOLDER [ENVELOPES] [MINUTES]
import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import { mkdirSync, statSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { itemOf } from "../../node/store/envelope.ts"
import { currentRuntime } from "../../node/runtime/current.ts"
import { kvStore } from "../../node/store/kv.ts"
import type { Store } from "../../node/store/store.ts"
import { machine } from "../machine.ts"
import { quantile } from "../quantile.ts"

const [folder, envelopes = "5000000", minutes = "60"] = process.argv.slice(2)
if (folder === undefined) throw new Error("a folder is needed, with 1.5 kB of room an envelope")
mkdirSync(folder, { recursive: true })
const runtime = await currentRuntime()

const few = 10_000
const inTopic = 1000
const messageBytes = 650
const pages = 3000
const limit = 100
const dayNs = 86_400_000_000_000n

const topicOf = (n: number): string => `/xmtp/0/m-${n}/proto`
const memory = (): number => Math.round(process.memoryUsage().rss / 1e6)

interface Filled {
  readonly store: Store
  readonly count: number
  readonly file: string
}

/** As clients would: topics grow side by side, and time goes on. */
async function fill(name: string, wanted: number, untilMs: number): Promise<Filled> {
  const file = join(folder!, name)
  const store = await kvStore(await runtime.openKv(file))
  const topics = Math.ceil(wanted / inTopic)
  let count = Number(store.head)
  const random = new Uint8Array(messageBytes)
  while (count < wanted && performance.now() < untilMs) {
    const items = Array.from({ length: Math.min(320, wanted - count) }, (_, i) => {
      const n = count + i
      crypto.getRandomValues(random)
      return itemOf(
        create(EnvelopeSchema, {
          contentTopic: topicOf(n % topics),
          timestampNs: BigInt(n) * 30n * dayNs / BigInt(wanted),
          message: random.slice(),
        }),
        "client",
        BigInt(n),
      )
    })
    await store.append(items)
    count += items.length
    if (count % 320_000 === 0) console.error(`${name}: ${count}, ${memory()} MB of memory`)
  }
  return { store, count, file }
}

async function timePage({ store, count }: Filled, wanted: number): Promise<number> {
  const topics = Math.ceil(wanted / inTopic)
  const contentTopic = topicOf(Math.floor(Math.random() * topics))
  const endNs = BigInt(Math.floor(Math.random() * count)) * 30n * dayNs / BigInt(wanted)
  const query = { topics: [contentTopic], startNs: 0n, endNs, descending: true, limit }
  const started = performance.now()
  await store.page(query)
  return performance.now() - started
}

const small = await fill("few.kv", few, Infinity)
const memoryOfFew = memory()
const end = performance.now() + Number(minutes) * 60_000
const large = await fill("many.kv", Number(envelopes), end)
const memoryOfMany = memory()

const times: [number[], number[]] = [[], []]
for (let i = 0; i < pages; i++) {
  times[0].push(await timePage(small, few))
  times[1].push(await timePage(large, Number(envelopes)))
}
const [ofFew, ofMany] = times.map((all) => all.sort((a, b) => a - b)) as [number[], number[]]
const ms = (value: number): string => value.toFixed(2)
console.log(JSON.stringify(
  {
    ...machine(),
    envelopes: large.count,
    diskBytesEach: Math.round(statSync(large.file).size / large.count),
    pageMs: Object.fromEntries([0.5, 0.9, 0.99].map((q) => [
      `p${q * 100}`,
      {
        few: ms(quantile(ofFew, q)),
        many: ms(quantile(ofMany, q)),
        ratio: ms(quantile(ofMany, q) / quantile(ofFew, q)),
      },
    ])),
    memoryMB: { few: memoryOfFew, many: memoryOfMany, afterPages: memory() },
  },
  null,
  2,
))
await small.store.close()
await large.store.close()
