import assert from "node:assert/strict"
import { test } from "node:test"
import { createFeed, type FeedOptions } from "./feed.ts"
import { createNetwork } from "./network.ts"
import { msToNs } from "../time.ts"
import type { Envelope, Transport } from "./transport.ts"

const ago = (seconds: number) => msToNs(Date.now() - seconds * 1000)
const text = ({ message }: Envelope) => new TextDecoder().decode(message)

/** A node without Follow that holds what the test puts there, and whose subscriptions the test cuts. */
function subscribed() {
  const log: Envelope[] = []
  const calls: string[] = []
  let cut = () => {}
  let live: Envelope[] = []
  let onTold = () => {}
  const told = new Promise<void>((resolve) => onTold = resolve)
  const transport: Transport = {
    publish: () => Promise.resolve(),
    query({ topics, startNs = 0n, direction, limit = 100 }) {
      calls.push("query")
      const found = log
        .filter((e) => topics.includes(e.contentTopic) && e.timestampNs >= startNs)
        .sort((a, b) => (a.timestampNs < b.timestampNs ? -1 : 1))
      if (direction === "descending") found.reverse()
      return Promise.resolve({ envelopes: found.slice(0, limit) })
    },
    batchQuery: (queries) => Promise.all(queries.map((query) => transport.query(query))),
    async *subscribe(_topics, { signal, onOpen } = {}) {
      calls.push("subscribe")
      onOpen?.()
      const telling = live
      live = []
      try {
        yield* telling
      } finally {
        onTold()
      }
      await new Promise<void>((resolve) => {
        cut = resolve
        signal?.addEventListener("abort", () => resolve(), { once: true })
      })
    },
    close: () => Promise.resolve(),
  }
  const tokens = { current: () => Promise.resolve(""), discard() {} }
  const end = new AbortController()
  return {
    calls,
    /** Resolves when the subscription has told what it had, or was left. */
    told,
    end: () => end.abort(),
    cut: () => cut(),
    tells: (envelopes: Envelope[]) => void (live = envelopes),
    put(contentTopic: string, timestampNs: bigint, words: string) {
      log.push({ contentTopic, timestampNs, message: new TextEncoder().encode(words) })
    },
    feed: (options: Omit<FeedOptions, "signal">) =>
      createFeed(createNetwork(transport, tokens), { ...options, signal: end.signal }),
  }
}

test("a topic that is added while the feed catches up hides nothing of the others", async () => {
  const node = subscribed()
  node.put("old", ago(7100), "before")
  let states = ""
  const feed = node.feed({
    topics: ["invites", "old"],
    sinceNs: ago(7200),
    onState: (state) => states += `${state} `,
  })
  const told: string[] = []
  for await (const envelope of feed) {
    told.push(text(envelope))
    if (told.length === 1) {
      node.put("invites", ago(3000), "invitation")
      node.put("old", ago(2000), "an hour asleep")
      node.put("new", ago(2500), "new: first")
      node.put("new", ago(1), "new: latest")
      node.put("old", ago(1500), "and again")
      setTimeout(async () => {
        while (!states.includes("live")) await new Promise((resolve) => setTimeout(resolve, 1))
        node.cut()
      })
    }
    if (told.at(-1) === "invitation") feed.add(["new"])
    if (told.length === 6) break
  }
  node.end()
  assert.deepEqual(
    [...told].sort(),
    ["an hour asleep", "and again", "before", "invitation", "new: first", "new: latest"],
  )
})

test("topics that are added while the feed catches up cost one connection together", async () => {
  const node = subscribed()
  for (let i = 0; i < 30; i++) {
    node.put("invites", ago(1000 - i), `${i}`)
    node.put(`conversation ${i}`, ago(900 - i), `of ${i}`)
  }
  const feed = node.feed({ topics: ["invites"], sinceNs: 0n })
  let told = 0
  for await (const envelope of feed) {
    if (envelope.contentTopic === "invites") feed.add([`conversation ${text(envelope)}`])
    if (++told === 60) break
  }
  node.end()
  assert.ok(node.calls.filter((call) => call === "subscribe").length <= 2)
})

test("an own clock that is ahead hides nothing of what comes after a lost connection", async () => {
  const node = subscribed()
  // For a clock that is an hour ahead, everybody else is an hour behind.
  node.put("topic", ago(3700), "stored before")
  let live = () => {}
  const isLive = new Promise<void>((resolve) => live = resolve)
  const feed = node.feed({ topics: ["topic"], onState: (state) => state === "live" && live() })
  const first = feed[Symbol.asyncIterator]().next()
  await isLive
  node.put("topic", ago(3600), "while away")
  node.cut()
  const { value } = await first
  node.end()
  assert.equal(text(value!), "while away")
})

test("what waits for a slow reader is bounded, and comes from the store", async () => {
  const node = subscribed()
  const many = Array.from({ length: 5000 }, (_, i) => ({
    contentTopic: "topic",
    timestampNs: ago(1000) + BigInt(i),
    message: new TextEncoder().encode(`${i}`),
  }))
  node.tells(many)
  const states: string[] = []
  const feed = node.feed({ topics: ["topic"], onState: (state) => void states.push(state) })
  const told: string[] = []
  for await (const envelope of feed) {
    if (told.length === 0) {
      node.put("topic", many[4999]!.timestampNs, "4999")
      await node.told
    }
    told.push(text(envelope))
    if (told.at(-1) === "4999") break
  }
  node.end()
  assert.ok(states.includes("waiting"))
  assert.equal(told.length, 4098)
})
