import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createIngest, type Ingest } from "./ingest.ts"
import { createMetrics, type Metrics } from "./metrics.ts"
import { defaultLimits, Refusal } from "./refusal.ts"
import type { Store } from "./store/store.ts"
import { memoryStore } from "./store/memory.ts"
import { createWindows } from "./store/window.ts"

function envelope(n: number, contentTopic = "t"): Envelope {
  return create(EnvelopeSchema, {
    contentTopic,
    timestampNs: BigInt(n),
    message: new Uint8Array(3),
  })
}

/** A store whose appends wait until they are let go, one by one. */
function slowStore(): { store: Store; sizes: number[]; letGo: (failure?: Error) => void } {
  const inner = memoryStore()
  const sizes: number[] = []
  const gates: ((failure?: Error) => void)[] = []
  const store: Store = {
    ...inner,
    async append(items) {
      sizes.push(items.length)
      await new Promise<void>((resolve, reject) =>
        gates.push((failure) => failure ? reject(failure) : resolve())
      )
      return await inner.append(items)
    },
  }
  return { store, sizes, letGo: (failure) => gates.shift()!(failure) }
}

function ingestInto(store: Store): { ingest: Ingest; metrics: Metrics } {
  const metrics = createMetrics()
  const ingest = createIngest({ store, limits: defaultLimits, metrics, now: () => new Date(7) })
  return { ingest, metrics }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

describe("the door", () => {
  it("lets a group gather while the disk is busy", async () => {
    const { store, sizes, letGo } = slowStore()
    const { ingest } = ingestInto(store)
    const first = ingest.accept([envelope(1)], "client")
    await turn()
    const others = [2, 3, 4].map((n) => ingest.accept([envelope(n), envelope(-n + 20)], "client"))
    letGo()
    await first
    await turn()
    letGo()
    const arrivals = await Promise.all(others)
    assert.deepEqual(sizes, [1, 6])
    assert.deepEqual(arrivals.map((a) => a.map(({ seq }) => seq)), [[2n, 3n], [4n, 5n], [6n, 7n]])
  })

  it("fails everyone in a group that could not be written, and takes the next", async () => {
    const { store, letGo } = slowStore()
    const { ingest, metrics } = ingestInto(store)
    const lost = ingest.accept([envelope(1)], "client")
    await turn()
    letGo(new Error("disk full"))
    await assert.rejects(lost, (e) => e instanceof Refusal && e.code === Code.Internal)
    assert.throws(() => ingest.check(), /disk full/)
    const next = ingest.accept([envelope(2)], "client")
    await turn()
    letGo()
    assert.equal((await next)[0]!.seq, 1n)
    ingest.check()
    assert.match(metrics.registry.text(), /^wafer_commit_failures_total 1$/m)
  })

  it("finishes what it has taken before it closes, and takes nothing after", async () => {
    const { store, letGo } = slowStore()
    const { ingest } = ingestInto(store)
    const taken = ingest.accept([envelope(1)], "client")
    const closing = ingest.close()
    await assert.rejects(
      ingest.accept([envelope(2)], "client"),
      (e) => e instanceof Refusal && e.code === Code.Unavailable,
    )
    await turn()
    letGo()
    await closing
    assert.equal((await taken).length, 1)
  })

  it("tells who brought what, and what became of it", async () => {
    const store = memoryStore()
    const { ingest, metrics } = ingestInto(store)
    const origins: string[] = []
    store.follow({ arrived: (all) => origins.push(...all.map((a) => a.origin)) })
    await ingest.accept([envelope(1), envelope(1)], "client")
    await ingest.accept([envelope(2, "/xmtp/0/dmE-a-b/proto")], "peer-7")
    assert.deepEqual(origins, ["client", "client", "peer-7"])
    const text = metrics.registry.text()
    assert.match(text, /^wafer_envelopes_total\{origin="client",result="stored"\} 1$/m)
    assert.match(text, /^wafer_envelopes_total\{origin="client",result="known"\} 1$/m)
    assert.match(text, /^wafer_envelopes_total\{origin="peer",result="relayed"\} 1$/m)
  })

  it("refuses what expires and is stamped ahead, and nothing that is kept", async () => {
    const ingest = createIngest({
      store: memoryStore(),
      limits: defaultLimits,
      windows: createWindows(86_400_000, () => 7),
      metrics: createMetrics(),
      now: () => new Date(7),
    })
    const ahead = 3 * 3_600_000 * 1_000_000
    const taken = [envelope(0), envelope(ahead, "/xmtp/0/m-1/proto")]
    assert.equal((await ingest.accept(taken, "client")).length, 2)
    await assert.rejects(
      ingest.accept([envelope(ahead)], "client"),
      (e) =>
        e instanceof Refusal && e.code === Code.InvalidArgument && /too far ahead/.test(e.message),
    )
  })

  it("takes no envelopes at all", async () => {
    assert.deepEqual(await ingestInto(memoryStore()).ingest.accept([], "client"), [])
  })
})
