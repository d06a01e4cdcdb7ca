import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import { type FollowRequest, FollowRequestSchema, type FollowResponse } from "@wafer/proto/node"
import fc from "fast-check"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { itemOf } from "./store/envelope.ts"
import { follow } from "./follow.ts"
import { Refusal } from "./refusal.ts"
import { currentRuntime } from "./runtime/current.ts"
import type { Item, Store } from "./store/store.ts"
import { kvStore } from "./store/kv.ts"
import { memoryStore } from "./store/memory.ts"

const runtime = await currentRuntime()

const stores: Record<string, () => Promise<Store>> = {
  memory: () => Promise.resolve(memoryStore()),
  "Deno KV": async () => await kvStore(await runtime.openKv(undefined)),
}

function item(n: number, contentTopic = "a", timestampNs = BigInt(n)): Item {
  const message = new TextEncoder().encode(String(n))
  const envelope = create(EnvelopeSchema, { contentTopic, timestampNs, message })
  return itemOf(envelope, "client", 5n)
}

interface Options {
  readonly request?: Partial<Omit<FollowRequest, "$typeName" | "$unknown">>
  readonly buffer?: number
  readonly heartbeatMs?: number
  /** Called before each further event is asked for. */
  readonly before?: (seen: readonly string[]) => Promise<void> | void
  readonly until: (seen: readonly string[]) => boolean
}

/** Follows until it has seen enough: the numbers, and the names of the markers. */
async function read(
  store: Store,
  options: Options,
): Promise<{ seen: string[]; cursor: Uint8Array }> {
  const { request, buffer = 1024, heartbeatMs = 10_000, before, until } = options
  const leave = new AbortController()
  const seen: string[] = []
  let cursor: Uint8Array = new Uint8Array()
  const events = follow(store, create(FollowRequestSchema, request ?? {}), leave.signal, {
    buffer,
    heartbeatMs,
  })
  await before?.(seen)
  for await (const event of events) {
    seen.push(nameOf(event))
    cursor = event.cursor
    if (until(seen)) break
    await before?.(seen)
  }
  leave.abort()
  return { seen, cursor }
}

function nameOf({ event }: FollowResponse): string {
  return event.case === "item"
    ? new TextDecoder().decode(event.value.envelope!.message)
    : String(event.case)
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i))

const items = (from: number, to: number, topic = "a"): Item[] =>
  Array.from({ length: to - from }, (_, i) => item(from + i, topic))

for (const [name, open] of Object.entries(stores)) {
  describe(`following a store in ${name}`, () => {
    it("begins with what comes, unless told otherwise", async () => {
      const store = await open()
      await store.append(items(0, 3))
      const { seen } = await read(store, {
        before: (seen) => seen.length === 1 ? void store.append(items(3, 5)) : undefined,
        until: (seen) => seen.length === 3,
      })
      assert.deepEqual(seen, ["caughtUp", "3", "4"])
      await store.close()
    })

    it("replays from a cursor, marks where it has caught up, and goes on live", async () => {
      const store = await open()
      const { cursor } = await read(store, { until: (seen) => seen.includes("caughtUp") })
      await store.append(items(0, 450))
      const { seen } = await read(store, {
        request: { cursor },
        before: (seen) =>
          seen.at(-1) === "caughtUp" ? void store.append(items(450, 452)) : undefined,
        until: (seen) => seen.at(-1) === "451",
      })
      assert.deepEqual(seen, [...names(0, 450), "caughtUp", "450", "451"])
      await store.close()
    })

    it("has caught up with what was stored, however fast others write", async () => {
      const store = await open()
      const { cursor } = await read(store, { until: () => true })
      await store.append(items(0, 3))
      let next = 3
      const busy: Store = Object.create(store, {
        log: {
          async value(after: bigint, limit: number) {
            const entries = await store.log(after, limit)
            if (next < 20) await store.append([item(next++)])
            return entries
          },
        },
      })
      const { seen } = await read(busy, { request: { cursor }, until: (seen) => seen.length === 5 })
      assert.deepEqual(seen, ["0", "1", "2", "caughtUp", "3"])
      await store.close()
    })

    it("shows everything once across any number of reconnects, while others write", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
          fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 8 }),
          fc.integer({ min: 1, max: 40 }),
          async (writes, visits, buffer) => {
            const store = await open()
            const total = writes.reduce((sum, n) => sum + n, 0)
            let cursor = (await read(store, { until: () => true })).cursor
            const writing = (async () => {
              let n = 0
              for (const count of writes) {
                await store.append(items(n, n += count))
                await new Promise((resolve) => setTimeout(resolve))
              }
            })()
            const all: string[] = []
            while (all.length < total) {
              const visit = visits[all.length % visits.length]!
              const ended = await read(store, {
                request: { cursor },
                buffer,
                until: (seen) => {
                  const shown = seen.filter((s) => s !== "caughtUp").length
                  return shown >= visit || all.length + shown === total
                },
              })
              all.push(...ended.seen.filter((s) => s !== "caughtUp"))
              cursor = ended.cursor
            }
            await writing
            assert.deepEqual(all, names(0, total))
            await store.close()
          },
        ),
        { numRuns: 15, seed: 20_260_103 },
      )
    })

    it("serves a reader that falls behind from the log, without loss", async () => {
      const store = await open()
      let wrote = 0
      const { seen } = await read(store, {
        buffer: 2,
        before: async () => {
          if (wrote < 60) await store.append(items(wrote, wrote += 20))
        },
        request: { sinceNs: 0n },
        until: (seen) => seen.filter((s) => s !== "caughtUp").length === 60,
      })
      assert.deepEqual(seen.filter((s) => s !== "caughtUp"), names(0, 60))
      assert.equal(seen.filter((s) => s === "caughtUp").length, seen.includes("caughtUp") ? 1 : 0)
      await store.close()
    })

    it("shows who fell behind what came with an early sender time too", async () => {
      const store = await open()
      await store.append(items(5, 8))
      const { seen } = await read(store, {
        buffer: 2,
        request: { sinceNs: 6n },
        before: async (seen) => {
          if (seen.at(-1) === "caughtUp") await store.append(items(0, 5))
        },
        until: (seen) => seen.length === 8,
      })
      assert.deepEqual(seen, ["6", "7", "caughtUp", ...names(0, 5)])
      await store.close()
    })

    it("shows the stored past of its topics in the order of sender time", async () => {
      const store = await open()
      await store.append([item(5), item(3), item(4, "b"), item(1), item(2, "c"), item(9, "b")])
      const { seen } = await read(store, {
        request: { contentTopics: ["a", "b"], sinceNs: 3n },
        until: (seen) => seen.includes("caughtUp"),
      })
      assert.deepEqual(seen, ["3", "4", "5", "9", "caughtUp"])
      await store.close()
    })

    it("resumes in the middle of that past, with what was written meanwhile", async () => {
      const store = await open()
      await store.append(items(0, 250))
      const request = { contentTopics: ["a"], sinceNs: 10n }
      const first = await read(store, { request, until: (seen) => seen.length === 130 })
      // Before and behind the place where it stopped, in sender time.
      await store.append([item(500, "a", 20n), item(501, "a", 900n)])
      const second = await read(store, {
        request: { contentTopics: ["a"], cursor: first.cursor },
        until: (seen) => seen.includes("caughtUp"),
      })
      assert.deepEqual(
        [...first.seen, ...second.seen],
        [...names(10, 250), "500", "501", "caughtUp"],
      )
      await store.close()
    })

    it("relays what is not stored, and shows nothing twice", async () => {
      const store = await open()
      await store.append([item(0)])
      const { seen } = await read(store, {
        before: async (seen) => {
          if (seen.length !== 1) return
          await store.append([item(0), item(7, "/xmtp/0/mE-x/proto", 1n), item(1)])
        },
        until: (seen) => seen.length === 3,
      })
      assert.deepEqual(seen, ["caughtUp", "7", "1"])
      await store.close()
    })

    it("skips what retention has removed", async () => {
      const store = await open()
      await store.append(items(0, 10))
      await store.remove(await store.log(2n, 8))
      await store.append(items(10, 11))
      const { seen } = await read(store, {
        request: { sinceNs: 0n },
        until: (seen) => seen.includes("caughtUp"),
      })
      assert.deepEqual(seen, ["0", "1", "10", "caughtUp"])
      await store.remove(await store.log(0n, 20))
      const empty = await read(store, {
        request: { sinceNs: 0n },
        until: (seen) => seen.includes("caughtUp"),
      })
      assert.deepEqual(empty.seen, ["caughtUp"])
      await store.close()
    })

    it("says that it lives while nothing happens", async () => {
      const store = await open()
      const { seen } = await read(store, { heartbeatMs: 1, until: (seen) => seen.length === 4 })
      assert.deepEqual(seen, ["caughtUp", "heartbeat", "heartbeat", "heartbeat"])
      await store.close()
    })

    it("says that it lives on a long way through other topics, and how far it has come", async () => {
      const store = await open()
      const { cursor } = await read(store, { until: () => true })
      await store.append(items(0, 450))
      const request = { contentTopics: ["b"], cursor }
      const first = await read(store, { request, heartbeatMs: 0, until: () => true })
      assert.deepEqual(first.seen, ["heartbeat"])
      const rest = await read(store, {
        request: { ...request, cursor: first.cursor },
        heartbeatMs: 0,
        until: (seen) => seen.includes("caughtUp"),
      })
      assert.deepEqual(rest.seen, ["heartbeat", "heartbeat", "caughtUp"])
      await store.close()
    })

    it("refuses a cursor of another log", async () => {
      const [store, other] = [await open(), await open()]
      await other.append(items(0, 1))
      const { cursor } = await read(other, { until: (seen) => seen.includes("caughtUp") })
      for (const wrong of [cursor, new Uint8Array([1, 2, 3])]) {
        await assert.rejects(
          read(store, { request: { cursor: wrong }, until: () => true }),
          Refusal,
        )
      }
      await store.close()
      await other.close()
    })
  })
}
