import assert from "node:assert/strict"
import { test } from "node:test"
import { WaferError } from "../error.ts"
import { createPublisher } from "./publisher.ts"
import { coded } from "../testing/coded.ts"
import type { Envelope } from "./transport.ts"

const envelope = (name: string, length = 1): Envelope => ({
  contentTopic: name,
  timestampNs: 0n,
  message: new Uint8Array(length),
})

const turn = () => new Promise((resolve) => setTimeout(resolve))

/** A publisher, what it called, and how the calls end: each by `finish`, in their order. */
function recording() {
  const calls: string[][] = []
  const open: { resolve: () => void; reject: (reason: unknown) => void }[] = []
  const publish = createPublisher((envelopes, options) => {
    calls.push(envelopes.map(({ contentTopic }) => contentTopic))
    return new Promise<void>((resolve, reject) => {
      open.push({ resolve, reject })
      options?.signal?.addEventListener("abort", () => reject(options.signal!.reason))
    })
  })
  async function finish(error?: unknown): Promise<void> {
    const call = open.shift()!
    if (error) call.reject(error)
    else call.resolve()
    await turn()
  }
  /** Begins two calls, as many as there are at a time. Resolves to what waits for them to end. */
  async function begin(): Promise<() => Promise<void>> {
    const first = publish([envelope("a")])
    await turn()
    const second = publish([envelope("b")])
    await turn()
    return async () => {
      await finish()
      await finish()
      await Promise.all([first, second])
    }
  }
  return { publish, calls, begin, finish }
}

test("what is asked for at once goes together, and so does what comes while calls are on their way", async () => {
  const { publish, calls, finish } = recording()
  const published = ["a", "b"].map((name) => publish([envelope(name)]))
  await turn()
  assert.deepEqual(calls, [["a", "b"]])
  published.push(publish([envelope("c")]))
  await turn()
  assert.deepEqual(calls.slice(1), [["c"]])
  published.push(publish([envelope("d")]))
  await turn()
  published.push(publish([envelope("e")]))
  await turn()
  assert.equal(calls.length, 2)
  await finish()
  assert.deepEqual(calls.slice(2), [["d", "e"]])
  await finish()
  await finish()
  await Promise.all(published)
})

test("a call holds no more than a node takes", async () => {
  const { publish, calls, finish } = recording()
  const jobs = [
    ...["a", "b"].map((name) => [envelope(name)]),
    [envelope("large", 900_000)],
    [envelope("larger", 900_000)],
    ...Array.from({ length: 150 }, (_, i) => [envelope(String(i))]),
  ]
  const published = Promise.all(jobs.map((job) => publish(job)))
  await turn()
  assert.deepEqual(calls[0], ["a", "b", "large"])
  for (let i = 0; i < 3; i++) await finish()
  assert.deepEqual(calls.map(({ length }) => length), [3, 100, 51])
  await published
})

test("each learns what is wrong with itself alone", async () => {
  const { publish, calls, begin, finish } = recording()
  const end = await begin()
  const [good, bad] = [publish([envelope("good")]), publish([envelope("bad")])]
  const refused = assert.rejects(bad, coded("permission-denied"))
  await end()
  await finish(new WaferError("permission-denied", "one of them"))
  assert.deepEqual(calls.slice(2), [["good", "bad"], ["good"]])
  await finish()
  await good
  await finish(new WaferError("permission-denied", "this one"))
  await refused
})

test("when the node is away, all learn it", async () => {
  const { publish, begin, finish } = recording()
  const end = await begin()
  const both = ["c", "d"].map((name) =>
    assert.rejects(publish([envelope(name)]), coded("unavailable"))
  )
  await end()
  await finish(new WaferError("unavailable", "away"))
  await Promise.all(both)
})

test("whoever gives up waits no longer, and the others go on", async () => {
  const { publish, calls, begin, finish } = recording()
  const end = await begin()
  const [before, during] = [new AbortController(), new AbortController()]
  const gone = assert.rejects(publish([envelope("c")], { signal: before.signal }), /no/)
  const leaving = assert.rejects(publish([envelope("d")], { signal: during.signal }), /later/)
  const staying = publish([envelope("e")])
  before.abort(new Error("no"))
  await gone
  await end()
  assert.deepEqual(calls[2], ["d", "e"])
  during.abort(new Error("later"))
  await leaving
  await finish()
  await staying
  await assert.rejects(publish([envelope("f")], { signal: before.signal }), /no/)
})

test("a call that nobody waits for any more is ended", async () => {
  const { publish } = recording()
  const ending = new AbortController()
  const calls = ["a", "b", "c", "d"].map((name) =>
    assert.rejects(publish([envelope(name)], { signal: ending.signal }), /enough/)
  )
  ending.abort(new Error("enough"))
  await Promise.all(calls)
})
