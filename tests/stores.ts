// What every store promises, as tests over one that `open` gives.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import type { Store } from "../sdk/stores/store.ts"

/** Registers the tests. `open` gives an empty store, or with `again` one over the same data. */
export function storeTests(
  name: string,
  open: (again?: "again") => Promise<Store>,
  options: { skip?: string | false; numRuns?: number; locksAreShared?: boolean } = {},
): void {
  const skip = options.skip ?? false
  describe(name, { skip }, () => {
    if (skip) test("is left out", { skip }, () => {})
    else body(open, options.numRuns ?? 50, options.locksAreShared ?? true)
  })
}

const key = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constantFrom("", "a", "A", "a/b", "a/b/c", "../a", "a.value", "%41", "é", "😀", "\uffee"),
)

function body(
  open: (again?: "again") => Promise<Store>,
  numRuns: number,
  locksAreShared: boolean,
): void {
  test("under a lock one works at a time, on whichever side of the storage", async () => {
    const one = await open()
    const other = locksAreShared ? await open("again") : one
    await one.set("count", Uint8Array.of(0))
    const addOne = (store: Store) =>
      store.lock("count", async () => {
        const [count] = (await store.get("count"))!
        await store.set("count", Uint8Array.of(count! + 1))
      })
    await Promise.all([one, other, other, one, other, one].map(addOne))
    assert.deepEqual(await one.get("count"), Uint8Array.of(6))
    await assert.rejects(one.lock("count", () => Promise.reject(new Error("mine"))), /mine/)
    assert.equal(await other.lock("count", () => Promise.resolve("free again")), "free again")
    assert.deepEqual(await one.keys(""), ["count"])
    await one.close()
  })

  test("what was set is read, until it is deleted", async () => {
    const store = await open()
    assert.equal(await store.get("a"), undefined)
    await store.set("a", Uint8Array.of(1, 2, 255))
    assert.deepEqual(await store.get("a"), Uint8Array.of(1, 2, 255))
    await store.set("a", new Uint8Array(0))
    assert.deepEqual(await store.get("a"), new Uint8Array(0))
    await store.delete("a")
    assert.equal(await store.get("a"), undefined)
    await store.delete("a")
    await store.close()
  })

  test("values of any size come back whole", async () => {
    const store = await open()
    for (const size of [0xf000, 0xf001, 0x10000, 300_000, 1_000_000, 10]) {
      const value = Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8))
      await store.set("large", value)
      assert.deepEqual(await store.get("large"), value)
    }
    assert.deepEqual(await store.keys(""), ["large"])
    await store.close()
  })

  test("a value is a copy, on the way in and on the way out", async () => {
    const store = await open()
    const value = Uint8Array.of(7, 1, 2, 7).subarray(1, 3)
    const setting = store.set("a", value)
    value[0] = 9
    await setting
    const read = await store.get("a")
    assert.deepEqual(read, Uint8Array.of(1, 2))
    assert.equal(Object.getPrototypeOf(read), Uint8Array.prototype)
    read![0] = 9
    assert.deepEqual(await store.get("a"), Uint8Array.of(1, 2))
    await store.close()
  })

  test("keys are those with the prefix, in code-unit order", async () => {
    const store = await open()
    const all = ["b", "a/2", "a/10", "A/1", "a", "a/", "é", "a/\u{1f600}", "a/\uffee"]
    for (const key of all) await store.set(key, Uint8Array.of(1))
    assert.deepEqual(await store.keys(""), [...all].sort())
    assert.deepEqual(await store.keys("a/"), ["a/", "a/10", "a/2", "a/\u{1f600}", "a/\uffee"])
    assert.deepEqual(await store.keys("a/1"), ["a/10"])
    assert.deepEqual(await store.keys("c"), [])
    await store.close()
  })

  test("of writes that overlap, the later one stays", async () => {
    const store = await open()
    const writes = Array.from({ length: 20 }, (_, i) => store.set("a", new Uint8Array(200 - i)))
    await Promise.all(writes)
    assert.equal((await store.get("a"))?.length, 181)
    await Promise.all([store.set("a", Uint8Array.of(1)), store.delete("a")])
    assert.equal(await store.get("a"), undefined)
    await store.close()
  })

  test("a reader beside a writer sees one value or the other", async () => {
    const store = await open()
    const values = [new Uint8Array(150_000).fill(1), new Uint8Array(150_000).fill(2)] as const
    await store.set("a", values[0])
    const writing = (async () => {
      for (let i = 1; i < 10; i++) await store.set("a", values[i % 2]!)
    })()
    for (let i = 0; i < 10; i++) {
      const value = await store.get("a")
      assert.equal(value?.length, 150_000)
      assert.ok(value.every((byte) => byte === value[0]))
    }
    await writing
    await store.close()
  })

  test("it behaves like a map", async () => {
    const store = await open()
    const change = fc.tuple(key, fc.option(fc.uint8Array(), { nil: undefined }))
    await fc.assert(
      fc.asyncProperty(fc.array(change), key, async (changes, prefix) => {
        const model = new Map<string, Uint8Array>()
        for (const [key, value] of changes) {
          if (value) model.set(key, value)
          else model.delete(key)
          await (value ? store.set(key, value) : store.delete(key))
        }
        for (const [key, value] of model) assert.deepEqual(await store.get(key), value)
        const keys = [...model.keys()].filter((key) => key.startsWith(prefix)).sort()
        assert.deepEqual(await store.keys(prefix), keys)
        for (const key of model.keys()) await store.delete(key)
        assert.deepEqual(await store.keys(""), [])
      }),
      { numRuns },
    )
    await store.close()
  })

  test("it is closed more than once without harm", async () => {
    const store = await open()
    await store.set("a", Uint8Array.of(1))
    await Promise.all([store.close(), store.close()])
    await store.close()
  })

  test("what was set is there for whoever opens it next", async () => {
    const store = await open()
    await store.set("kept", Uint8Array.of(4))
    await store.close()
    const next = await open("again")
    assert.deepEqual(await next.get("kept"), Uint8Array.of(4))
    assert.deepEqual(await next.keys("k"), ["kept"])
    await next.close()
  })
}
