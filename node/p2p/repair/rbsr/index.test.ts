import assert from "node:assert/strict"
import { test } from "node:test"
import { sha256 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import vectors from "../../../../tests/vectors/p2p.json" with { type: "json" }
import { fromHex, toHex } from "../../../../tests/vectors.ts"
import { hourDigests } from "./audit.ts"
import { Index, window } from "./index.ts"
import { compareKeys, idOf, type Key, keyOf } from "./key.ts"
import { encodeVarint, MAX_U64 } from "./varint.ts"

const text = new TextEncoder()

function vectorId(i: number): Uint8Array {
  return sha256(text.encode(`rbsr-vector-${i}`))
}

/** The definition of a fingerprint, with bigints. */
function slowFingerprint(keys: readonly Key[]): string {
  let sum = 0n
  for (const key of keys) sum += BigInt("0x" + toHex(idOf(key).slice().reverse()))
  const limbs = (sum % (1n << 256n)).toString(16).padStart(64, "0")
  const bytes = fromHex(limbs).reverse()
  return toHex(sha256(Uint8Array.of(...bytes, ...encodeVarint(keys.length)))).slice(0, 32)
}

const fingerprints = vectors.fingerprint as { ids: string | string[]; fp: string }[]
for (const { ids, fp } of fingerprints) {
  test(`fingerprint of ${JSON.stringify(ids).slice(0, 40)}`, () => {
    const [, first, last] = /^id\((\d+)\)\.\.id\((\d+)\)$/.exec(String(ids)) ?? []
    const list = last === undefined
      ? (ids as string[]).map((id) =>
        id.startsWith("id") ? vectorId(Number(id.slice(3, -1))) : fromHex(id)
      )
      : Array.from({ length: Number(last) + 1 }, (_, i) => vectorId(i + Number(first)))
    const index = new Index()
    list.forEach((id, i) => assert.equal(index.insert(keyOf(BigInt(i), id)), true))
    assert.equal(toHex(index.fingerprint(0, index.size)), fp)
  })
}

test("hour digests are those of the vectors", async () => {
  const index = new Index()
  assert.equal(toHex(await hourDigests(index, 0n, 1)), vectors.audit_digest.empty)
  const start = 1_710_000_000_000_000_000n
  for (let i = 0; i < 3; i++) index.insert(keyOf(start + BigInt(i) * 1_000_000_007n, vectorId(i)))
  assert.equal(
    toHex(await hourDigests(index, start / 3_600_000_000_000n, 1)),
    vectors.audit_digest["items 0..2"],
  )
})

test("an index is a sorted list, whatever is inserted and deleted", () => {
  const key = fc.tuple(fc.bigInt(0n, 40n), fc.integer({ min: 0, max: 60 }))
    .map(([ts, n]) => keyOf(ts, vectorId(n)))
  const step = fc.record({ key, remove: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 3000, size: "max" }),
      fc.nat(),
      fc.nat(),
      (steps, a, b) => {
        const index = new Index()
        const model = new Map<string, Key>()
        for (const { key, remove } of steps) {
          const name = toHex(key)
          assert.equal(index.has(key), model.has(name))
          if (remove) assert.equal(index.delete(key), model.delete(name))
          else assert.equal(index.insert(key), !model.has(name)), model.set(name, key)
        }
        const sorted = [...model.values()].sort((x, y) => compareKeys(x, 0, y))
        agree(index, sorted, a, b)
      },
    ),
    { numRuns: 30 },
  )
})

test("blocks split and join without losing an item", () => {
  const index = new Index()
  const keys = Array.from({ length: 5000 }, (_, i) => keyOf(BigInt((i * 7919) % 5000), vectorId(i)))
  for (const key of keys) assert.equal(index.insert(key), true)
  const sorted = keys.slice().sort((x, y) => compareKeys(x, 0, y))
  agree(index, sorted, 1234, 4321)
  const kept = sorted.filter((_, i) => i % 10 === 0 || i > 4500)
  for (const key of sorted) if (!kept.includes(key)) assert.equal(index.delete(key), true)
  agree(index, kept, 77, 800)
  for (const key of kept) index.delete(key)
  agree(index, [], 0, 0)
})

test("a window knows only what is inside", () => {
  const index = new Index()
  for (let i = 0; i < 2000; i++) index.insert(keyOf(BigInt(i), vectorId(i)))
  const inside = window(index, 500n, 1500n)
  assert.equal(inside.size, 1000)
  assert.deepEqual(inside.key(0), keyOf(500n, vectorId(500)))
  assert.equal(inside.rank(keyOf(400n, vectorId(0))), 0)
  assert.equal(inside.rank(keyOf(1600n, vectorId(0))), 1000)
  assert.deepEqual(inside.fingerprint(0, 1000), index.fingerprint(500, 1500))
  assert.equal(window(index, 1000n, MAX_U64).size, 1000)
  assert.equal(window(index, 1000n, 10n).size, 0)
})

function agree(index: Index, sorted: readonly Key[], a: number, b: number): void {
  assert.equal(index.size, sorted.length)
  const [low, high] = [a % (sorted.length + 1), b % (sorted.length + 1)].sort((x, y) => x - y) as [
    number,
    number,
  ]
  assert.equal(toHex(index.fingerprint(low, high)), slowFingerprint(sorted.slice(low, high)))
  assert.equal(toHex(index.fingerprint(0, index.size)), slowFingerprint(sorted))
  const listed = [...index.slices(low, high)].map((slice) => toHex(slice)).join("")
  assert.equal(listed, sorted.slice(low, high).map(toHex).join(""))
  if (high < sorted.length) {
    assert.deepEqual(index.key(high), sorted[high])
    assert.equal(index.rank(sorted[high]!), high)
  }
}
