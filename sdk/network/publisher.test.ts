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
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { publish, calls, finish }
}

test("one publish is one call at once, those behind it go together", async () => {
  const { publish, calls, finish } = recording()
  const published = Promise.all(["a", "b", "c", "d"].map((name) => publish([envelope(name)])))
  assert.deepEqual(calls, [["a"], ["b"]])
  await finish()
  assert.deepEqual(calls, [["a"], ["b"], ["c", "d"]])
  await finish()
  await finish()
  await published
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
  for (let i = 0; i < 6; i++) await finish().catch(() => {})
  assert.deepEqual(calls.slice(0, 3), [["a"], ["b"], ["large"]])
  assert.deepEqual(calls.map(({ length }) => length), [1, 1, 1, 100, 51])
  await Promise.race([published, new Promise((resolve) => setTimeout(resolve, 10))])
})

test("each learns what is wrong with itself alone", async () => {
  const { publish, calls, finish } = recording()
  const first = [publish([envelope("a")]), publish([envelope("b")])]
  const [good, bad] = [publish([envelope("good")]), publish([envelope("bad")])]
  const refused = assert.rejects(bad, coded("permission-denied"))
  await finish()
  await finish()
  await Promise.all(first)
  await finish(new WaferError("permission-denied", "one of them"))
  assert.deepEqual(calls.slice(2), [["good", "bad"], ["good"]])
  await finish()
  await good
  await finish(new WaferError("permission-denied", "this one"))
  await refused
})

test("when the node is away, all learn it", async () => {
  const { publish, finish } = recording()
  const first = [publish([envelope("a")]), publish([envelope("b")])]
  const both = ["c", "d"].map((name) =>
    assert.rejects(publish([envelope(name)]), coded("unavailable"))
  )
  await finish()
  await finish()
  await Promise.all(first)
  await finish(new WaferError("unavailable", "away"))
  await Promise.all(both)
})

test("whoever gives up waits no longer, and the others go on", async () => {
  const { publish, calls, finish } = recording()
  const first = [publish([envelope("a")]), publish([envelope("b")])]
  const [before, during] = [new AbortController(), new AbortController()]
  const gone = assert.rejects(publish([envelope("c")], { signal: before.signal }), /no/)
  const leaving = assert.rejects(publish([envelope("d")], { signal: during.signal }), /later/)
  const staying = publish([envelope("e")])
  before.abort(new Error("no"))
  await gone
  await finish()
  assert.deepEqual(calls[2], ["d", "e"])
  during.abort(new Error("later"))
  await leaving
  await finish()
  await finish()
  await Promise.all([...first, staying])
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
