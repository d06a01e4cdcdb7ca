import assert from "node:assert/strict"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import { itemOf } from "../../store/envelope.ts"
import { createShards, shardOf } from "../../store/shard.ts"
import { memoryStore } from "../../store/memory.ts"
import type { Store } from "../../store/store.ts"
import { keyOf } from "./rbsr/key.ts"
import { followSets, setName, setNumber, setsOf } from "./sets.ts"

function envelopes(count: number, prefix: string): Envelope[] {
  return Array.from({ length: count }, (_, i) =>
    create(EnvelopeSchema, {
      contentTopic: `${prefix}${i}`,
      timestampNs: BigInt(i),
      message: Uint8Array.of(1),
    }))
}

async function take(store: Store, some: readonly Envelope[]): Promise<void> {
  await store.append(some.map((envelope) => itemOf(envelope, "client", 0n)))
}

test("sets have numbers: two a shard, and one shard has 0 and 1", () => {
  assert.deepEqual(setsOf([0]), [0, 1])
  assert.deepEqual(setsOf([0, 3]), [0, 1, 6, 7])
  for (const set of setsOf([0, 5, 1023])) {
    assert.equal(setNumber(Math.floor(set / 2), setName(set)), set)
  }
})

test("every envelope is in the set of its shard, before and after the start", async () => {
  const store = memoryStore()
  const all = [...envelopes(200, "/xmtp/0/m-"), ...envelopes(200, "/other/")]
  await take(store, all.slice(100, 300))
  const sets = await followSets(store, createShards(4))
  await take(store, [...all.slice(0, 100), ...all.slice(300)])
  assert.deepEqual(sets.numbers, [0, 1, 2, 3, 4, 5, 6, 7])
  for (const set of sets.numbers) {
    const mine = all.filter(({ contentTopic }) =>
      shardOf(contentTopic, 4) === Math.floor(set / 2) &&
      contentTopic.startsWith("/xmtp/") === (setName(set) === "kept")
    )
    assert.ok(mine.length > 20)
    assert.equal(sets.of(set).size, mine.length)
    assert.ok(mine.every(({ contentTopic }) => sets.numberFor(contentTopic) === set))
  }
  sets.close()
})

test("what is not kept is in no set, though it lies in the store", async () => {
  const store = memoryStore()
  const all = envelopes(200, "/xmtp/0/m-")
  await take(store, all.slice(0, 100))
  const shards = createShards(4, [1])
  const sets = await followSets(store, shards)
  await take(store, all.slice(100))
  assert.deepEqual(sets.numbers, [2, 3])
  const mine = all.filter(({ contentTopic }) => shards.keeps(contentTopic))
  assert.equal(sets.of(2).size, mine.length)
  assert.throws(() => sets.of(0), RangeError)
  const entries = await store.log(0n, 1000)
  for (const { contentTopic, timestampNs, id } of entries) {
    assert.equal(sets.has(contentTopic, keyOf(timestampNs, id)), shards.keeps(contentTopic))
  }
  await store.remove(entries)
  assert.equal(sets.of(2).size, 0)
  sets.close()
})

test("equal sets have equal fingerprints, whatever else two nodes keep", async () => {
  const all = envelopes(300, "/xmtp/0/m-")
  const [one, two] = await Promise.all([[0, 1], [1, 2]].map(async (kept) => {
    const store = memoryStore()
    const shards = createShards(4, kept)
    const sets = await followSets(store, shards)
    const mine = all.filter(({ contentTopic }) => shards.keeps(contentTopic))
    await take(store, kept[0] === 0 ? mine : mine.toReversed())
    return sets
  }))
  const [a, b] = [one!.of(2), two!.of(2)]
  assert.deepEqual(a.fingerprint(0, a.size), b.fingerprint(0, b.size))
})
