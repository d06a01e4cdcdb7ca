// Deno KV without a node: durable 1 KiB values a second, in atomic operations of one and of a hundred,
// and the rows of envelopes as the store lays them out.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { currentRuntime } from "../../node/runtime/current.ts"
import type { KvAtomic } from "../../node/store/deno-kv.ts"
import { keys } from "../../node/store/rows.ts"

const folder = process.argv[2]!
mkdirSync(folder, { recursive: true })
const runtime = await currentRuntime()
const kv = await runtime.openKv(join(folder, "raw.kv"))
const value = new Uint8Array(1024).fill(7)
const message = new Uint8Array(300).fill(7)
const topic = "/xmtp/0/m-0123456789012345678901234567890123456789012/proto"
let n = 0n

const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))
const plain = (atomic: KvAtomic) => atomic.set(["raw", "/xmtp/0/m-raw/proto", n++], value)
const logged = (atomic: KvAtomic) =>
  atomic.set(keys.topic(topic, n++, random()), message).set(keys.log(n), new Uint8Array(146))
const indexed = (atomic: KvAtomic) => logged(atomic).set(keys.id(random()), new Uint8Array(4))

async function rate(
  group: number,
  writers: number,
  durationMs: number,
  add: (atomic: KvAtomic) => KvAtomic = plain,
): Promise<Record<string, number>> {
  const start = performance.now()
  const cpu = process.cpuUsage()
  let written = 0
  await Promise.all(Array.from({ length: writers }, async () => {
    while (performance.now() - start < durationMs) {
      const atomic = kv.atomic()
      for (let i = 0; i < group; i++) add(atomic)
      await atomic.commit()
      written += group
    }
  }))
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: Math.round(written * 1000 / (performance.now() - start)),
    cpuUs: (user + system) / written,
  }
}

await rate(100, 1, 300)
console.log(JSON.stringify({
  "limit: one value an atomic, 64 writers": await rate(1, 64, 2000),
  "limit: 100 values an atomic": await rate(100, 1, 2000),
  "limit: 300 values an atomic": await rate(300, 1, 2000),
  "limit: 30 envelopes of 300 B an atomic": await rate(30, 1, 2000, indexed),
  "limit: the same without the index by id": await rate(30, 1, 2000, logged),
}))
kv.close()
