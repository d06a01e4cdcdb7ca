import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { itemOf } from "./store/envelope.ts"
import { emptyFingerprint, withId } from "./store/fingerprint.ts"
import type { Kv } from "./store/deno-kv.ts"
import { silent } from "./log.ts"
import { createRegistry } from "./metrics.ts"
import { createKeeper, type Keeper } from "./retention.ts"
import { currentRuntime } from "./runtime/current.ts"
import { createShards, shardOf } from "./store/shard.ts"
import type { Item, Store } from "./store/store.ts"
import { kvStore } from "./store/kv.ts"
import { memoryStore } from "./store/memory.ts"
import { dayOf, keys } from "./store/rows.ts"

const runtime = await currentRuntime()
const hour = 3_600_000
const now = Date.UTC(2026, 0, 10, 12, 30)

function item(
  contentTopic: string,
  receivedMs: number,
  options: { sentMs?: number; size?: number } = {},
): Item {
  const { sentMs = receivedMs, size = 3 } = options
  const envelope = create(EnvelopeSchema, {
    contentTopic,
    timestampNs: BigInt(sentMs) * 1_000_000n,
    message: new Uint8Array(size).fill(receivedMs / 1000),
  })
  return itemOf(envelope, "client", BigInt(receivedMs) * 1_000_000n)
}

function keeperOf(store: Store, retentionMs = 24 * hour): Keeper {
  const registry = createRegistry()
  return createKeeper({ store, retentionMs, registry, log: silent, now: () => new Date(now) })
}

async function topicsLeft(store: Store): Promise<string[]> {
  return (await store.log(0n, 1000)).map(({ contentTopic }) => contentTopic)
}

const stores: Record<string, () => Promise<Store>> = {
  memory: () => Promise.resolve(memoryStore()),
  "Deno KV": async () => await kvStore(await runtime.openKv(undefined)),
}

for (const [name, open] of Object.entries(stores)) {
  describe(`keeping a store in ${name}`, () => {
    it("leaves a shard to others only when they have it", async () => {
      const store = await open()
      const topics = Array.from({ length: 40 }, (_, i) => `/xmtp/0/m-${i}/proto`)
      await store.append(topics.map((topic, i) => item(topic, now - i * 1000)))
      const of = (shard: number) => topics.filter((topic) => shardOf(topic, 4) === shard)
      const asked: string[][] = []
      let taken = [2]
      const keeper = createKeeper({
        store,
        retentionMs: 0,
        shards: createShards(4, [0, 1]),
        handOver(entries) {
          asked.push(entries.map(({ contentTopic }) => contentTopic))
          return Promise.resolve(taken.includes(shardOf(asked.at(-1)![0]!, 4)))
        },
        registry: createRegistry(),
        log: silent,
        now: () => new Date(now),
      })
      assert.equal((await keeper.sweep()).handedOver, of(2).length)
      assert.deepEqual(asked.toSorted(), [of(2), of(3)].toSorted())
      assert.deepEqual((await topicsLeft(store)).sort(), [...of(0), ...of(1), ...of(3)].sort())
      taken = [2, 3]
      assert.equal((await keeper.sweep()).handedOver, of(3).length)
      // Once nothing is left, nobody looks again.
      assert.equal((await keeper.sweep()).handedOver, 0)
      assert.equal(asked.length, 3)
      assert.deepEqual((await topicsLeft(store)).sort(), [...of(0), ...of(1)].sort())
      await store.close()
    })

    it("removes what is old and may expire, and nothing else", async () => {
      const store = await open()
      await store.append([
        item("old", now - 27 * hour),
        item("old, but dated ahead", now - 27 * hour, { sentMs: now + 1000 * hour }),
        item("/xmtp/0/m-1/proto", now - 1000 * hour),
        item("within the edge of hours", now - 26 * hour),
        item("young", now - hour),
        item("young, but dated back", now - hour, { sentMs: 0 }),
      ])
      const keeper = keeperOf(store)
      assert.deepEqual(await keeper.sweep(), { expired: 2, handedOver: 0, orphans: 0 })
      assert.deepEqual(await keeper.sweep(), { expired: 0, handedOver: 0, orphans: 0 })
      assert.deepEqual(await topicsLeft(store), [
        "/xmtp/0/m-1/proto",
        "within the edge of hours",
        "young",
        "young, but dated back",
      ])
      await keeper.close()
      await store.close()
    })

    it("keeps everything when told to", async () => {
      const store = await open()
      await store.append([item("old", 0)])
      assert.equal((await keeperOf(store, 0).sweep()).expired, 0)
      await store.close()
    })

    it("finds nothing wrong with what it wrote", async () => {
      const store = await open()
      await store.append(Array.from({ length: 300 }, (_, i) => item("t", i * 1000)))
      await store.append([item("large", 1, { size: 200_000 })])
      assert.deepEqual(await keeperOf(store).scrub(), { checked: 301, damaged: 0 })
      await store.close()
    })
  })
}

describe("a damaged store in Deno KV", () => {
  async function open(): Promise<{ kv: Kv; store: Store; items: Item[] }> {
    const kv = await runtime.openKv(undefined)
    const store = await kvStore(kv)
    // In one row, in chunks, and in two rows.
    const items = [50, 50, 50, 150_000, 1200].map((size, n) =>
      item("/xmtp/0/m-1/proto", now + n, { size })
    )
    await store.append(items)
    return { kv, store, items }
  }

  const rowOf = ({ envelope, digest }: Item) =>
    keys.topic(envelope.contentTopic, envelope.timestampNs, digest)

  async function change(
    kv: Kv,
    key: ReturnType<typeof rowOf>,
    how: (row: Uint8Array) => Uint8Array,
  ): Promise<void> {
    const { value } = await kv.get(key)
    await kv.atomic().set(key, how(Uint8Array.from(value as Uint8Array))).commit()
  }

  const damages: [string, number, (kv: Kv, item: Item) => Promise<unknown>][] = [
    ["a flipped bit in a message", 1, (kv, one) =>
      change(kv, rowOf(one), (row) => {
        row[row.length - 1]! ^= 4
        return row
      })],
    ["a cut row", 2, (kv, one) => change(kv, rowOf(one), (row) => row.subarray(0, 20))],
    ["an empty row", 2, (kv, one) => change(kv, rowOf(one), () => new Uint8Array(0))],
    ["a row of another kind", 0, (kv, one) =>
      change(kv, rowOf(one), (row) => {
        row[0] = 9
        return row
      })],
    ["a missing row", 4, (kv, one) => kv.atomic().delete(rowOf(one)).commit()],
    ["a missing second half", 4, (kv, one) => kv.atomic().delete(keys.tail(rowOf(one))).commit()],
    ["a flipped bit in a second half", 4, (kv, one) =>
      change(kv, keys.tail(rowOf(one)), (row) => {
        row[5]! ^= 1
        return row
      })],
    ["a missing chunk", 3, (kv, one) => kv.atomic().delete(keys.chunk(one.id, 1)).commit()],
    ["a flipped bit in a chunk", 3, (kv, one) =>
      change(kv, keys.chunk(one.id, 1), (row) => {
        row[5]! ^= 1
        return row
      })],
  ]
  for (const [name, which, damage] of damages) {
    it(`${name}: the scrub removes that envelope, so that it can be fetched again`, async () => {
      const { kv, store, items } = await open()
      await damage(kv, items[which]!)
      for (const descending of [false, true]) {
        const page = await store.page({
          topics: ["/xmtp/0/m-1/proto"],
          startNs: 0n,
          endNs: 2n ** 63n - 1n,
          descending,
          limit: 10,
        })
        assert.ok(page.length >= 4, "its neighbours are not served")
      }
      assert.deepEqual(await keeperOf(store).scrub(), { checked: 5, damaged: 1 })
      const sound = items.filter((_, i) => i !== which)
      const { sum, count } = sound.reduce((f, { id }) => withId(f, id), emptyFingerprint)
      assert.deepEqual([...store.fingerprint("kept").sum], [...sum])
      assert.equal(store.fingerprint("kept").count, count)
      await store.append([items[which]!])
      assert.deepEqual(await keeperOf(store).scrub(), { checked: 5, damaged: 0 })
      await store.close()
    })
  }

  const entryDamages: [string, (row: Uint8Array) => Uint8Array, left: number, damaged: number][] = [
    ["cut", (row) => row.subarray(0, 20), 4, 0],
    ["with another number", (row) => row.with(1, 9), 4, 0],
    ["with another id", (row) => row.with(10, row[10]! ^ 1), 5, 1],
  ]
  for (const [name, how, left, damaged] of entryDamages) {
    it(`a log entry ${name} hides no other, and is told`, async () => {
      const { kv, store, items } = await open()
      await change(kv, keys.log(2n), how)
      const log = await store.log(0n, 9)
      assert.deepEqual([log.length, log.at(-1)!.seq], [left, 5n])
      assert.deepEqual(await store.entries([items[1]!.id]), [undefined])
      assert.deepEqual(await keeperOf(store).scrub(), { checked: left, damaged })
      await store.append([item("/xmtp/0/m-1/proto", now + 9)])
      assert.equal(store.fingerprint("kept").count, 6n)
      await store.close()
    })
  }

  it("a day's fingerprint that cannot be read keeps nobody from writing", async () => {
    const { kv, store, items } = await open()
    const day = keys.day("kept", dayOf(items[0]!.envelope.timestampNs))
    await change(kv, day, () => new Uint8Array([255]))
    const again = await kvStore(kv)
    await again.append([item("/xmtp/0/m-1/proto", now + 9)])
    assert.equal(again.head, 6n)
    await store.close()
  })

  it("chunks without a message are swept", async () => {
    const { kv, store } = await open()
    const id = new Uint8Array(32).fill(1)
    for (const n of [0, 1, 2]) await kv.atomic().set(keys.chunk(id, n), new Uint8Array(9)).commit()
    assert.equal((await keeperOf(store).sweep()).orphans, 1)
    assert.equal((await keeperOf(store).sweep()).orphans, 0)
    assert.equal((await keeperOf(store).scrub()).damaged, 0)
    await store.close()
  })
})

describe("a Deno KV with two writers", () => {
  it("fences off the one that opened a file first", async () => {
    const kv = await runtime.openKv(undefined)
    const first = await kvStore(kv)
    await first.append([item("a", 1)])
    const second = await kvStore(kv)
    await assert.rejects(first.append([item("b", 2)]), /another process/)
    await assert.rejects(first.check(), /another process/)
    await second.append([item("c", 3)])
    assert.deepEqual(await topicsLeft(second), ["a", "c"])
    kv.close()
  })

  it("is asked for its health beside a write that takes long", async () => {
    const kv = await runtime.openKv(undefined)
    let release!: () => void
    const held = new Promise<void>((resolve) => release = resolve)
    const store = await kvStore({
      get: (key) => kv.get(key),
      getMany: (keys) => held.then(() => kv.getMany(keys)),
      list: (selector, options) => kv.list(selector, options),
      atomic: () => kv.atomic(),
      close: () => kv.close(),
    })
    const writing = store.append([item("a", 1)])
    await store.check()
    release()
    assert.equal((await writing).length, 1)
    await store.check()
    await store.close()
  })

  it("leaves the writer alone who only reads", async () => {
    const kv = await runtime.openKv(undefined)
    const writer = await kvStore(kv)
    await writer.append([item("a", 1)])
    const reader = await kvStore(kv, { readOnly: true })
    assert.deepEqual(await topicsLeft(reader), ["a"])
    await assert.rejects(reader.append([item("b", 2)]), /to read only/)
    await writer.append([item("c", 3)])
    assert.deepEqual(await topicsLeft(writer), ["a", "c"])
    kv.close()
  })

  /** What a second process sees of a remote Deno KV. */
  function seenFromAfar(kv: Kv, watches: boolean): Kv {
    return {
      get: (key) => kv.get(key),
      getMany: (keys) => kv.getMany(keys),
      list: (selector, options) => kv.list(selector, options),
      atomic: () => kv.atomic(),
      ...(watches && { watch: (keys) => kv.watch!(keys) }),
      close: () => {},
    }
  }

  async function twoWriters(watches: boolean): Promise<void> {
    const kv = await runtime.openKv(undefined)
    const both = await Promise.all(
      [1, 2].map(() => kvStore(seenFromAfar(kv, watches), { shared: true })),
    )
    const seen: bigint[][] = [[], []]
    both.forEach((store, i) =>
      store.follow({ arrived: (all) => seen[i]!.push(...all.map(({ seq }) => seq!)) })
    )
    await Promise.all(
      both.flatMap((store, i) =>
        Array.from({ length: 20 }, (_, n) => store.append([item(`${i}/${n}`, n)]))
      ),
    )
    if (!watches) { for (const store of both) await store.check() }
    while (seen.some((numbers) => numbers.length < 40)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const all = Array.from({ length: 40 }, (_, i) => BigInt(i + 1))
    assert.deepEqual(seen, [all, all])
    await Promise.all(both.map((store) => store.close()))
    kv.close()
  }

  it("lets both write to a remote one, and shows each what the other wrote", async () => {
    await twoWriters(false)
  })

  // In Node a watch on a local Deno KV keeps the process alive for ever.
  it("needs no question when the head is watched", { skip: runtime.name === "node" }, async () => {
    await twoWriters(true)
  })
})
