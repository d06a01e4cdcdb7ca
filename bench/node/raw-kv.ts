// Deno KV without a node: durable 1 KiB values a second, in atomic operations of one and of a hundred.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { currentRuntime } from "../../node/runtime/current.ts"

const folder = process.argv[2]!
mkdirSync(folder, { recursive: true })
const runtime = await currentRuntime()
const kv = await runtime.openKv(join(folder, "raw.kv"))
const value = new Uint8Array(1024).fill(7)
let n = 0n

async function rate(group: number, writers: number, durationMs: number): Promise<number> {
  const start = performance.now()
  let written = 0
  await Promise.all(Array.from({ length: writers }, async () => {
    while (performance.now() - start < durationMs) {
      const atomic = kv.atomic()
      for (let i = 0; i < group; i++) atomic.set(["raw", "/xmtp/0/m-raw/proto", n++], value)
      await atomic.commit()
      written += group
    }
  }))
  return Math.round(written * 1000 / (performance.now() - start))
}

await rate(100, 1, 300)
console.log(JSON.stringify({
  "limit: one value an atomic, 64 writers": { perSecond: await rate(1, 64, 2000) },
  "limit: 100 values an atomic": { perSecond: await rate(100, 1, 2000) },
  "limit: 300 values an atomic": { perSecond: await rate(300, 1, 2000) },
}))
kv.close()
