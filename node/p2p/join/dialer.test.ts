import assert from "node:assert/strict"
import { test } from "node:test"
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr"
import { type Book, openBook } from "./book.ts"
import { backoffMs, createDialer } from "./dialer.ts"

const IDS = [
  "12D3KooWS12aBgA2a6Ur6LHj2iLYx6qfMJJj9sz1mSXFLKNSgWee",
  "12D3KooWGPqZUMyADoz6WDHDqzwjBkPr8hamkwe6CyEUXJQyHkdt",
  "12D3KooWCBaeU768JxV81DmTmVGPsoAaNEncZjDzLUjmqGdBTqze",
  "12D3KooWBf45zupoFsyjU9CdoUJNbTdMcoucY5QEhghLvAsPqqEC",
] as const

interface Scene {
  now: number
  book: Book
  dials: string[]
  fails: boolean
  readonly connected: Map<string, "inbound" | "outbound">
  readonly dialer: ReturnType<typeof createDialer>
  /** Lets `ms` pass, with a tick every two seconds. */
  pass(ms: number): Promise<void>
}

async function scene(target = 8): Promise<Scene> {
  const state = { now: 1_000_000, dials: [] as string[], fails: true }
  const connected = new Map<string, "inbound" | "outbound">()
  const book = await openBook(undefined, "self", () => state.now)
  const dialer = createDialer({
    book,
    connected: () => connected,
    allows: (peer) => peer !== IDS[3],
    dial({ peer }) {
      state.dials.push(peer)
      if (state.fails) return Promise.reject(new Error("nobody there"))
      connected.set(peer, "outbound")
      return Promise.resolve()
    },
    dialled: () => {},
    hangUp: (peer) => void connected.delete(peer),
    target,
    needed: () => ({ kept }) => kept?.includes(0) ?? false,
    now: () => state.now,
    random: () => 0.5,
  })
  return Object.assign(state, {
    book,
    connected,
    dialer,
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 2000) {
        dialer.tick()
        for (let i = 0; i < 5; i++) await Promise.resolve()
        state.now += 2000
      }
    },
  })
}

const seed = (i: number) => multiaddr(`/ip4/9.9.${i}.1/tcp/5557/p2p/${IDS[i]}`)
const news = (peer: string, address: Multiaddr, kept?: number[]) => ({
  peer,
  addresses: [address],
  record: new Uint8Array(8),
  seq: 0n,
  kept,
})

test("the wait doubles to a minute, spread by a fifth", () => {
  assert.deepEqual([1, 2, 3, 7, 50].map((n) => backoffMs(n, 0.5)), [
    1000,
    2000,
    4000,
    60_000,
    60_000,
  ])
  assert.deepEqual([backoffMs(1, 0), backoffMs(1, 0.75)], [800, 1100])
})

test("a seed is dialled once a minute for ever, and at once when it is back", async () => {
  const s = await scene()
  s.book.addSeed(seed(0))
  await s.pass(3_600_000)
  const first = s.dials.length
  assert.ok(first >= 60 && first < 75, `${first} dials in the first hour`)
  await s.pass(48 * 3_600_000)
  s.book.prune()
  s.fails = false
  await s.pass(62_000)
  assert.equal(s.connected.size, 1)
})

test("others are forgotten after a day without an answer", async () => {
  const s = await scene()
  assert.equal(s.book.learn(news(IDS[1], seed(1)), "public"), true)
  await s.pass(25 * 3_600_000)
  s.book.prune()
  assert.equal(s.book.entries().length, 0)
})

test("no more are opened than wanted, seeds excepted, and none that is not allowed", async () => {
  const s = await scene(1)
  s.fails = false
  s.book.addSeed(seed(0))
  s.book.learn(news(IDS[1], seed(1)), "public")
  s.book.learn(news(IDS[2], seed(2)), "public")
  s.book.learn(news(IDS[3], seed(3)), "public")
  await s.pass(60_000)
  assert.ok(s.connected.has(IDS[0]))
  assert.ok(s.connected.size <= 2)
  assert.ok(!s.dials.includes(IDS[3]))
})

test("redial does not wait", async () => {
  const s = await scene()
  s.book.addSeed(seed(0))
  await s.pass(600_000)
  const before = s.dials.length
  s.dialer.redial(IDS[0])
  assert.equal(s.dials.length, before + 1)
  s.dialer.close()
})

test("a full house changes one guest at a time, never a seed", async () => {
  const s = await scene(1)
  s.fails = false
  s.book.learn(news(IDS[1], seed(1)), "public")
  await s.pass(4000)
  s.dialer.rotate()
  assert.deepEqual([...s.connected.keys()], [IDS[1]], "nobody else is known")
  s.book.learn(news(IDS[2], seed(2)), "public")
  s.dialer.rotate()
  await s.pass(4000)
  assert.deepEqual([...s.connected.keys()], [IDS[2]])
  s.book.addSeed(seed(2))
  await s.pass(120_000)
  s.dialer.rotate()
  assert.ok(s.connected.has(IDS[2]))
})

test("who is needed is dialled though all places are taken", async () => {
  const s = await scene(1)
  s.fails = false
  s.book.learn(news(IDS[0], seed(0)), "public")
  await s.pass(4000)
  s.book.learn(news(IDS[1], seed(1), [1]), "public")
  s.book.learn(news(IDS[2], seed(2), [0, 1]), "public")
  await s.pass(10_000)
  assert.deepEqual([...s.connected.keys()], [IDS[0], IDS[2]])
})

test("a call waits for nobody's back-off, and takes nobody's place", async () => {
  const s = await scene(1)
  assert.equal(await s.dialer.call(IDS[1]), false, "a stranger")
  s.book.learn(news(IDS[1], seed(1), [1]), "public")
  const both = [s.dialer.call(IDS[1]), s.dialer.call(IDS[1])]
  assert.deepEqual(await Promise.all(both), [false, false])
  assert.equal(await s.dialer.call(IDS[1]), false)
  assert.deepEqual(s.dials, [IDS[1]], "one dial, then the back-off")
  s.fails = false
  s.now += 2000
  assert.equal(await s.dialer.call(IDS[1]), true)
  assert.equal(await s.dialer.call(IDS[1]), true)
  s.book.learn(news(IDS[2], seed(2)), "public")
  await s.pass(4000)
  assert.deepEqual([...s.connected.keys()], [IDS[1], IDS[2]])
  s.connected.delete(IDS[2])
  s.dialer.rest(IDS[2])
  assert.equal(await s.dialer.call(IDS[2]), false)
})
