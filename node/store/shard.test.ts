import assert from "node:assert/strict"
import { test } from "node:test"
import { createShards, shardOf, unsharded } from "./shard.ts"

// The first bytes of SHA-256, as sha256sum prints them, and what their first bits are.
for (
  const [topic, hash, of2, of4, of16, of1024] of [
    ["/xmtp/0/m-test/proto", "66a7", 0, 1, 6, 0b01_1001_1010],
    [
      "/xmtp/0/contact-0x0000000000000000000000000000000000000001/proto",
      "cc6d",
      1,
      3,
      12,
      0b11_0011_0001,
    ],
    ["/xmtp/0/dm-a-b/proto", "06ca", 0, 0, 0, 0b00_0001_1011],
    ["", "e3b0", 1, 3, 14, 0b11_1000_1110],
    ["é", "4a99", 0, 1, 4, 0b01_0010_1010],
    ["test-topic", "c6fb", 1, 3, 12, 0b11_0001_1011],
  ] as const
) {
  test(`"${topic}" hashes to ${hash}…`, () => {
    assert.deepEqual(
      [1, 2, 4, 16, 1024].map((count) => shardOf(topic, count)),
      [0, of2, of4, of16, of1024],
    )
  })
}

test("topics spread evenly", () => {
  const counts = new Array<number>(16).fill(0)
  for (let i = 0; i < 16_000; i++) counts[shardOf(`/xmtp/0/m-${i}/proto`, 16)]!++
  for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts}`)
})

test("a node keeps what it says, and all unless told otherwise", () => {
  const some = createShards(4, [3, 0, 3])
  assert.deepEqual(some.kept, [0, 3])
  const all = createShards(4)
  assert.deepEqual(all.kept, [0, 1, 2, 3])
  for (let i = 0; i < 100; i++) {
    const topic = `topic ${i}`
    assert.equal(some.keeps(topic), [0, 3].includes(shardOf(topic, 4)))
    assert.ok(all.keeps(topic) && unsharded.keeps(topic))
  }
  assert.deepEqual(createShards(2, []).kept, [])
})

test("other numbers are refused", () => {
  for (const count of [0, 3, -2, 1.5, NaN, Infinity, 2048]) {
    assert.throws(() => createShards(count), RangeError, String(count))
  }
  for (const shard of [-1, 4, 0.5, NaN]) assert.throws(() => createShards(4, [shard]), RangeError)
})
