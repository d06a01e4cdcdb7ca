import { create } from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import fc from "fast-check"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { compareBytes, itemOf } from "./envelope.ts"
import { emptyFingerprint, withId } from "./fingerprint.ts"
import { currentRuntime } from "../runtime/current.ts"
import type { Item, LogEntry, PageQuery, Store } from "./store.ts"
import { isKept } from "./topic.ts"
import { kvStore } from "./kv.ts"
import { memoryStore } from "./memory.ts"

const runtime = await currentRuntime()

const stores: Record<string, () => Promise<Store>> = {
  memory: () => Promise.resolve(memoryStore()),
  "Deno KV": async () => await kvStore(await runtime.openKv(undefined)),
}

const endOfTime = 2n ** 63n - 1n

function envelope(contentTopic: string, timestampNs: bigint, message: Uint8Array): Envelope {
  return create(EnvelopeSchema, { contentTopic, timestampNs, message })
}

const item = (envelope: Envelope): Item => itemOf(envelope, "client", 5n)

function text(contentTopic: string, timestampNs: bigint, message: string): Item {
  return item(envelope(contentTopic, timestampNs, new TextEncoder().encode(message)))
}

function plain(envelopes: readonly (Envelope | undefined)[]): unknown[] {
  return envelopes.map((e) => e && [e.contentTopic, e.timestampNs, [...e.message]])
}

/** What every store must answer: sort everything, then look at it. */
function model(items: readonly Item[], query: PageQuery): unknown[] {
  const { topics, startNs, endNs, after, afterDigest, descending, limit } = query
  const sign = descending ? -1 : 1
  const order = (a: Item, b: { timestampNs: bigint; digest: Uint8Array }): number =>
    sign * (Number(a.envelope.timestampNs - b.timestampNs) || compareBytes(a.digest, b.digest))
  const unique = new Map(items.map((i) => [String(i.id), i]))
  const rows = [...unique.values()]
    .filter(({ envelope: e }) => topics.includes(e.contentTopic))
    .filter(({ envelope: e }) => e.timestampNs >= startNs && e.timestampNs <= endNs)
    .filter((i) => !afterDigest || sign * compareBytes(i.digest, afterDigest) > 0)
    .filter((i) => {
      if (!after) return true
      const { timestampNs, digest } = after
      return digest
        ? order(i, { timestampNs, digest }) > 0
        : sign * Number(i.envelope.timestampNs - timestampNs) > 0
    })
  rows.sort((a, b) => order(a, { timestampNs: b.envelope.timestampNs, digest: b.digest }))
  return plain(rows.slice(0, limit).map((i) => i.envelope))
}

const topics = ["/xmtp/0/m-a/proto", "/xmtp/0/m-b/proto", "other", "a\0b", "", "ünï/+"]
const times = [0n, 1n, 2n, 255n, 256n, 10n ** 18n, endOfTime]
const anyItem = fc.record({
  topic: fc.constantFrom(...topics),
  time: fc.constantFrom(...times),
  // Some take two rows, and are told apart by their second half only.
  message: fc.oneof(
    fc.string({ maxLength: 2 }),
    fc.string({ maxLength: 1 }).map((end) => "x".repeat(1500) + end),
  ),
}).map(({ topic, time, message }) => text(topic, time, message))

for (const [name, open] of Object.entries(stores)) {
  describe(`a store in ${name}`, () => {
    it("pages like the model, whatever is asked", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyItem, { maxLength: 40 }),
          fc.array(
            fc.record({
              topics: fc.array(fc.constantFrom(...topics), { minLength: 1, maxLength: 4 }),
              startNs: fc.constantFrom(...times),
              endNs: fc.constantFrom(...times),
              descending: fc.boolean(),
              limit: fc.integer({ min: 1, max: 12 }),
              after: fc.option(
                fc.record({
                  timestampNs: fc.constantFrom(...times),
                  digest: fc.option(anyItem.map((i) => i.digest), { nil: undefined }),
                }),
                { nil: undefined },
              ),
              afterDigest: fc.option(anyItem.map((i) => i.digest), { nil: undefined, freq: 3 }),
            }),
            { minLength: 5, maxLength: 5 },
          ),
          async (items, queries) => {
            const store = await open()
            await store.append(items)
            for (const query of queries) {
              const page = await store.page(query)
              assert.deepEqual(plain(page.map((row) => row.envelope)), model(items, query))
            }
            await store.close()
          },
        ),
        { numRuns: 60, seed: 20_260_101 },
      )
    })

    it("walks from page to page over equal timestamps without loss or repetition", async () => {
      const items = Array.from(
        { length: 60 },
        (_, i) => text(topics[i % 2]!, BigInt(i >> 4), `${i}`),
      )
      const store = await open()
      await store.append(items)
      for (const descending of [false, true]) {
        const seen: unknown[] = []
        let after: PageQuery["after"]
        for (;;) {
          const query = { topics: topics.slice(0, 2), startNs: 0n, endNs: endOfTime, descending }
          const page = await store.page({ ...query, after, limit: 7 })
          if (page.length === 0) break
          seen.push(...plain(page.map((row) => row.envelope)))
          const last = page.at(-1)!
          after = { timestampNs: last.envelope.timestampNs, digest: last.digest }
        }
        const all = { topics, startNs: 0n, endNs: endOfTime, descending, limit: 1000 }
        assert.deepEqual(seen, model(items, all))
      }
      await store.close()
    })

    it("pages over more topics than a page has rows", async () => {
      const store = await open()
      const items = Array.from(
        { length: 400 },
        (_, i) => text(`t${i * 7 % 300}`, BigInt(i % 40), `${i}`),
      )
      await store.append(items)
      for (const descending of [true, false]) {
        const query: PageQuery = {
          topics: Array.from({ length: 300 }, (_, i) => `t${i}`),
          startNs: 0n,
          endNs: endOfTime,
          descending,
          limit: 9,
        }
        const page = await store.page(query)
        assert.deepEqual(plain(page.map(({ envelope }) => envelope)), model(items, query))
      }
      await store.close()
    })

    it("stores an envelope once and shows it to followers each time", async () => {
      const store = await open()
      const shown: (bigint | undefined)[] = []
      store.follow({ arrived: (arrivals) => shown.push(...arrivals.map(({ seq }) => seq)) })
      const [one, two] = [text("t", 1n, "one"), text("t", 1n, "two")]
      await store.append([one, two, one])
      await store.append([two])
      assert.deepEqual(shown, [1n, 2n, undefined, undefined])
      assert.equal(store.head, 2n)
      await store.close()
    })

    it("takes the same content at another time as another envelope", async () => {
      const store = await open()
      await store.append([text("t", 1n, "one"), text("t", 2n, "one")])
      assert.equal(store.head, 2n)
      await store.close()
    })

    it("relays what is not to be kept, and keeps nothing of it", async () => {
      const store = await open()
      const shown: string[] = []
      store.follow({
        arrived: (all) => shown.push(...all.map(({ envelope: e }) => String(e.timestampNs))),
      })
      const passing = item(envelope("/xmtp/0/mE-1/proto", 2n, new Uint8Array([1])))
      await store.append([text("t", 1n, "one"), passing, text("t", 3n, "three")])
      assert.deepEqual(shown, ["1", "2", "3"])
      assert.equal(store.head, 2n)
      assert.deepEqual(await store.entries([passing.id]), [undefined])
      await store.close()
    })

    it("has shown an envelope to every follower when its append resolves", async () => {
      const store = await open()
      let seen = 0
      const unfollow = store.follow({ arrived: (arrivals) => seen += arrivals.length })
      await store.append([text("t", 1n, "one")])
      assert.equal(seen, 1)
      unfollow()
      await store.append([text("t", 2n, "two")])
      assert.equal(seen, 1)
      await store.close()
    })

    it("gives back what is larger than one value of Deno KV, to the byte", async () => {
      const store = await open()
      const sizes = [
        0,
        1,
        890,
        900,
        1000,
        1789,
        1790,
        1791,
        65_000,
        65_535,
        65_536,
        61_440 * 2,
        1_048_214,
      ]
      const items = sizes.map((size, i) =>
        item(envelope("large", BigInt(i), new Uint8Array(size).map((_, at) => at * 31 + at >> 8)))
      )
      await store.append(items)
      const page = await store.page({
        topics: ["large"],
        startNs: 0n,
        endNs: endOfTime,
        descending: false,
        limit: 100,
      })
      assert.equal(page.length, sizes.length)
      page.forEach(({ envelope }, i) => {
        assert.equal(compareBytes(envelope.message, items[i]!.envelope.message), 0)
      })
      await store.close()
    })

    it("appends more at once than one atomic operation takes", async () => {
      const store = await open()
      const many = Array.from({ length: 700 }, (_, i) => text("/xmtp/0/m-x/proto", BigInt(i), "gm"))
      const arrivals = await store.append(many)
      assert.deepEqual(arrivals.map(({ seq }) => seq), many.map((_, i) => BigInt(i + 1)))
      assert.equal((await store.log(0n, 1000)).length, 700)
      await store.close()
    })

    it("numbers its log without gaps and reads it from anywhere", async () => {
      const store = await open()
      const items = Array.from({ length: 25 }, (_, i) => text(`t${i % 3}`, BigInt(100 - i), `${i}`))
      await store.append(items.slice(0, 10))
      await store.append(items.slice(10))
      const log = await store.log(0n, 100)
      assert.deepEqual(log.map(({ seq }) => seq), items.map((_, i) => BigInt(i + 1)))
      assert.deepEqual(log.map(({ id }) => String(id)), items.map(({ id }) => String(id)))
      assert.deepEqual((await store.log(7n, 3)).map(({ seq }) => seq), [8n, 9n, 10n])
      assert.deepEqual(await store.log(25n, 3), [])
      assert.deepEqual(plain(await store.envelopes(log)), plain(items.map((i) => i.envelope)))
      await store.close()
    })

    it("forgets what is removed, everywhere, and says so", async () => {
      const store = await open()
      const removed: LogEntry[] = []
      store.follow({ arrived: () => {}, removed: (entries) => removed.push(...entries) })
      const big = item(envelope("t", 3n, new Uint8Array(200_000).fill(7)))
      const long = item(envelope("t", 2n, new Uint8Array(1200).fill(7)))
      const items = [text("t", 1n, "one"), text("/xmtp/0/m-1/proto", 2n, "two"), big, long]
      await store.append(items)
      const entries = (await store.entries(items.map(({ id }) => id))).slice(1) as LogEntry[]
      await store.remove(entries)
      await store.remove(entries)
      assert.deepEqual(removed.map(({ seq }) => seq), [2n, 3n, 4n])
      assert.deepEqual((await store.log(0n, 9)).map(({ seq }) => seq), [1n])
      assert.deepEqual(await store.envelopes(entries), entries.map(() => undefined))
      assert.equal(store.fingerprint("kept").count, 0n)
      assert.equal(store.head, 4n)
      await store.append([big])
      assert.equal(store.head, 5n)
      await store.close()
    })

    it("adds up each set of ids, whatever the order", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyItem, { maxLength: 20 }), async (items) => {
          const store = await open()
          await store.append(items)
          const unique = new Map(items.map((i) => [String(i.id), i]))
          const sums = { kept: emptyFingerprint, expiring: emptyFingerprint }
          for (const { id, envelope: { contentTopic } } of [...unique.values()].reverse()) {
            const set = isKept(contentTopic) ? "kept" : "expiring"
            sums[set] = withId(sums[set], id)
          }
          for (const set of ["kept", "expiring"] as const) {
            const { count, sum } = store.fingerprint(set)
            assert.deepEqual({ count, sum: [...sum] }, {
              count: sums[set].count,
              sum: [...sums[set].sum],
            })
          }
          await store.close()
        }),
        { numRuns: 20, seed: 20_260_102 },
      )
    })

    it("closes twice without complaint", async () => {
      const store = await open()
      await store.append([text("t", 1n, "one")])
      await store.close()
      await store.close()
    })
  })
}
