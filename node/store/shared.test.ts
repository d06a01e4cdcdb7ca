// Several processes on one Deno KV, as stores that share one in memory.
import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { currentRuntime } from "../runtime/current.ts"
import type { Kv, KvAtomic } from "./deno-kv.ts"
import { itemOf } from "./envelope.ts"
import { kvStore } from "./kv.ts"
import { keys, writeBody } from "./rows.ts"
import type { Item } from "./store.ts"

const runtime = await currentRuntime()

function item(timestampNs: bigint, bytes: number): Item {
  const message = new Uint8Array(bytes).fill(Number(timestampNs))
  const envelope = create(EnvelopeSchema, { contentTopic: "shared", timestampNs, message })
  return itemOf(envelope, "client", 5n)
}

/** The same Deno KV for one more process. */
function sharing(kv: Kv, changes: Partial<Kv> = {}): Kv {
  return {
    get: (key) => kv.get(key),
    getMany: (keys) => kv.getMany(keys),
    list: (selector, options) => kv.list(selector, options),
    atomic: () => kv.atomic(),
    close: () => {},
    ...changes,
  }
}

describe("stores that share one Deno KV", () => {
  it("do not sweep the chunks of a message that is being written", async () => {
    const kv = await runtime.openKv(undefined)
    const large = item(7n, 200_000)
    const sweeper = await kvStore(sharing(kv), { shared: true })
    // What a death between chunks and commit left.
    for (const [n, chunk] of writeBody(large.envelope, large.id).chunks.entries()) {
      await kv.atomic().set(keys.chunk(large.id, n), chunk).commit()
    }
    assert.equal(await sweeper.tidy(), 0)
    let swept = 0
    const atomic = (): KvAtomic => {
      const real = kv.atomic()
      let checks = false
      const wrapped: KvAtomic = {
        check: (...all) => (checks = true, real.check(...all), wrapped),
        set: (key, value) => (real.set(key, value), wrapped),
        delete: (key) => (real.delete(key), wrapped),
        async commit() {
          // Between the chunks and the commit that needs them.
          if (checks && swept === 0) swept = await sweeper.tidy()
          return await real.commit()
        },
      }
      return wrapped
    }
    const writer = await kvStore(sharing(kv, { atomic }), { shared: true })
    await writer.append([large])
    assert.equal(swept, 1)
    const [envelope] = await writer.envelopes(await writer.log(0n, 1))
    assert.deepEqual(Buffer.from(envelope!.message), Buffer.from(large.envelope.message))
    await writer.close()
    await sweeper.close()
    kv.close()
  })

  it("lose nothing when catching up fails half way", async () => {
    const kv = await runtime.openKv(undefined)
    let fails = false
    const list: Kv["list"] = (selector, options) => {
      if (fails) throw new Error("the line broke")
      return kv.list(selector, options)
    }
    const late = await kvStore(sharing(kv, { list }), { shared: true })
    const other = await kvStore(sharing(kv), { shared: true })
    const shown: (bigint | undefined)[] = []
    late.follow({ arrived: (arrivals) => shown.push(...arrivals.map(({ seq }) => seq)) })
    await late.append([item(1n, 10)])
    await other.append([item(2n, 10), item(3n, 10)])
    fails = true
    await assert.rejects(late.append([item(4n, 10)]), /the line broke/)
    fails = false
    await late.append([item(2n, 10), item(4n, 10)])
    assert.deepEqual(shown, [1n, 2n, 3n, undefined, 4n])
    assert.equal(late.fingerprint("expiring").count, 4n)
    await late.close()
    await other.close()
    kv.close()
  })

  for (const silent of [false, true]) {
    it(`hear of each other after their line to Deno KV broke${silent ? " in silence" : ""}`, async () => {
      const kv = await runtime.openKv(undefined)
      const lines: ReadableStreamDefaultController[] = []
      const watch = () => new ReadableStream({ start: (line) => void lines.push(line) })
      const reader = await kvStore(sharing(kv, { watch }), { shared: true })
      const writer = await kvStore(sharing(kv), { shared: true })
      const shown: bigint[] = []
      const told = new Promise<void>((resolve) =>
        reader.follow({
          arrived: (arrivals) => {
            shown.push(...arrivals.map(({ envelope }) => envelope.timestampNs))
            resolve()
          },
        })
      )
      if (!silent) lines[0]!.error(new Error("the line broke"))
      await writer.append([item(1n, 10)])
      await told
      while (lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
      assert.deepEqual(shown, [1n])
      await reader.close()
      await writer.close()
      kv.close()
    })
  }
})
