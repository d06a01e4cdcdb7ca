// Sessions over pipes: every byte counted, and cut off after every message.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Envelope } from "@wafer/proto"
import { SyncFrameSchema } from "@wafer/proto/p2p"
import { createIngest } from "../../node/ingest.ts"
import { silent } from "../../node/log.ts"
import { createMetrics, createRegistry } from "../../node/metrics.ts"
import { createBuckets } from "../../node/p2p/bucket.ts"
import { createFetchServer } from "../../node/p2p/repair/fetch-server.ts"
import { createFetcher, type Fetcher } from "../../node/p2p/repair/fetch.ts"
import { channel, prefixed, ProtocolError } from "../../node/p2p/framing.ts"
import { createPeerLog } from "../../node/p2p/metrics.ts"
import { HOUR_NS } from "../../node/p2p/repair/rbsr/audit.ts"
import { Index } from "../../node/p2p/repair/rbsr/index.ts"
import { keyOf } from "../../node/p2p/repair/rbsr/key.ts"
import type { SessionOptions } from "../../node/p2p/repair/session.ts"
import { followSets, type Sets } from "../../node/p2p/repair/sets.ts"
import { createSyncServer } from "../../node/p2p/repair/sync-server.ts"
import { audit, type Outcome, reconcile } from "../../node/p2p/repair/sync.ts"
import { createWindows } from "../../node/store/window.ts"
import { defaultLimits } from "../../node/refusal.ts"
import type { Store } from "../../node/store/store.ts"
import { memoryStore } from "../../node/store/memory.ts"
import { envelope } from "./local.ts"
import { pipe, type PipeOptions } from "./pipe.ts"

const log = createPeerLog(createRegistry(), silent)
const endless = createBuckets({ perSecond: Infinity, burst: Infinity }, Date.now)

interface Side {
  readonly store: Store
  readonly sets: Sets
  readonly session: SessionOptions
  take(envelopes: readonly Envelope[]): Promise<number>
}

function sessionOf(sets: Sets): SessionOptions {
  return {
    network: "wafer",
    sets,
    windows: createWindows(0, Date.now),
    log,
    roundMs: 60_000,
    sessionMs: 300_000,
    now: Date.now,
  }
}

async function side(envelopes: readonly Envelope[]): Promise<Side> {
  const store = memoryStore()
  const sets = await followSets(store)
  const ingest = createIngest({
    store,
    limits: defaultLimits,
    metrics: createMetrics(),
    log: silent,
    now: () => new Date(),
  })
  const take = async (some: readonly Envelope[]) =>
    (await ingest.accept(some, "repair:other")).filter(({ seq }) => seq !== undefined).length
  await take(envelopes)
  return { store, sets, session: sessionOf(sets), take }
}

const none = () => Promise.resolve([])

const serving = { sessions: endless, retryAfterMs: 1, outrun: () => {}, compared: () => {} }

async function compareOver(
  a: SessionOptions,
  b: SessionOptions,
  options: PipeOptions = {},
  compared: (peer: string, set: number, equal: boolean) => void = () => {},
): Promise<Outcome> {
  const [left, right] = pipe(options)
  const sync = createSyncServer({ ...b, ...serving, compared })
  const served = sync(right, "a").catch((error) => right.abort(error))
  const outcome = await reconcile(left, a, { set: 0 })
  await served
  return outcome
}

/** Fetches of `a` from `b`, over pipes. */
function fetcherFrom(a: Side, b: Side, options: PipeOptions = {}): Fetcher {
  const { store, sets } = b
  const serve = createFetchServer({
    store,
    sets,
    log,
    perPeer: endless,
    total: endless,
    take: none,
  })
  return createFetcher(
    () => {
      const [left, right] = pipe(options)
      serve(right, "a").catch((error) => right.abort(error))
      return Promise.resolve(left)
    },
    (bodies) => a.take(bodies.map(({ envelope }) => envelope)),
    a.sets,
  )
}

const some = (count: number) => Array.from({ length: count }, () => envelope())

test("messages arrive whole, however the bytes are cut", async () => {
  const a = await side(some(100))
  const b = await side(some(120))
  const whole = await compareOver(a.session, b.session)
  for (const chunk of [1, 2, 7, 100]) {
    assert.deepEqual(await compareOver(a.session, b.session, { chunk }), whole)
  }
  assert.equal(whole.kind, "different")
})

test("the side that is asked learns as much from the opening", async () => {
  const common = some(40)
  const told: unknown[] = []
  const compared = (...facts: unknown[]) => void told.push(facts)
  const [a, b, c] = await Promise.all([side(common), side(common), side(some(3))])
  await compareOver(a.session, b.session, {}, compared)
  await compareOver(a.session, c.session, {}, compared)
  assert.deepEqual(told, [["a", 0, true], ["a", 0, false]])
})

test("a session that breaks after any message leaves both sides sound", async () => {
  const common = some(300)
  const a = await side([...common, ...some(40)])
  const b = await side([...common, ...some(50)])
  let broken = 0
  for (let breakAfter = 0;; breakAfter++) {
    try {
      const outcome = await compareOver(a.session, b.session, { breakAfter })
      assert.equal(outcome.kind, "different")
      if (outcome.kind === "different") {
        assert.deepEqual([outcome.have.length, outcome.need.length], [40, 50])
      }
      break
    } catch (error) {
      assert.ok(error instanceof ProtocolError && error.code === "closed", String(error))
      broken++
    }
  }
  assert.ok(broken >= 4, `${broken} ways to break`)
})

test("a copy that breaks after any message is finished by the next", async () => {
  const all = Array.from(
    { length: 40 },
    (_, i) => envelope({ message: new Uint8Array(30_000 + i) }),
  )
  const b = await side(all)
  let broken = 0
  for (let breakAfter = 0; broken < 100; breakAfter++) {
    const a = await side([])
    try {
      await fetcherFrom(a, b, { breakAfter }).copy("b", 0, 0n)
      assert.equal(a.sets.of(0).size, 40)
      break
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error))
      broken++
    }
    await fetcherFrom(a, b).copy("b", 0, 0n)
    assert.equal(a.sets.of(0).size, 40)
  }
  assert.ok(broken >= 10 && broken < 100, `${broken} ways to break`)
})

test("more than fits into a batch is asked for again", async () => {
  const all = Array.from({ length: 12 }, () => envelope({ message: new Uint8Array(1_000_000) }))
  const b = await side(all)
  const a = await side([])
  const ids = [...(await b.store.log(0n, 100))].map(({ id }) => id)
  const unknown = new Uint8Array(32)
  const { stored, missing } = await fetcherFrom(a, b).pull("b", [...ids, unknown])
  assert.equal(stored, 12)
  assert.deepEqual(missing, [unknown])
})

test("who is far behind is told to copy, who is far ahead to wait", async () => {
  const a = await side([])
  const b = await side(some(1200))
  assert.deepEqual(await compareOver(a.session, b.session), { kind: "behind", lowNs: 0n })
  assert.deepEqual(await compareOver(b.session, a.session), { kind: "ahead" })
})

test("equal sums of different envelopes are seen by the hour", async () => {
  // Ids that no hash would give: x + y is (x + 1) + (y - 1).
  const id = (last: number) => new Uint8Array(32).fill(last, 0, 1)
  const setsOf = (ids: Uint8Array[]): Sets => {
    const index = new Index()
    for (const one of ids) index.insert(keyOf(5n * HOUR_NS + 7n, one))
    return { numbers: [0], numberFor: () => 0, of: () => index, has: () => false, close: () => {} }
  }
  const a = sessionOf(setsOf([id(10), id(20)]))
  const b = sessionOf(setsOf([id(11), id(19)]))
  assert.equal((await compareOver(a, b)).kind, "equal")

  const over = async <T>(ask: (stream: ReturnType<typeof pipe>[0]) => Promise<T>): Promise<T> => {
    const [left, right] = pipe()
    void createSyncServer({ ...b, ...serving })(right, "a")
    return await ask(left)
  }
  assert.deepEqual(await over((stream) => audit(stream, a, 0, 0n, 24)), [5n])
  const window = { set: 0, lowNs: 5n * HOUR_NS, highNs: 6n * HOUR_NS, cut: "ids" } as const
  const outcome = await over((stream) => reconcile(stream, a, window))
  assert.deepEqual(outcome, { kind: "different", have: [id(10), id(20)], need: [id(11), id(19)] })
})

test("a session of another network is refused", async () => {
  const a = await side(some(1))
  const b = await side(some(1))
  const outcome = await compareOver({ ...a.session, network: "south" }, b.session)
  assert.equal(outcome.kind, "refused")
})

test("silence, endless lengths and too long messages have names", async () => {
  const limits = { maxBytes: 100, timeoutMs: 20 }
  const open = () => {
    const [left, right] = pipe()
    return [channel(left, SyncFrameSchema, SyncFrameSchema, limits), right] as const
  }
  const fails = (code: string) => (error: unknown) =>
    error instanceof ProtocolError && error.code === code
  const [silence] = open()
  await assert.rejects(silence.read(), fails("timeout"))
  for (
    const [bytes, code] of [
      [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1), "oversized"],
      [Uint8Array.of(101), "oversized"],
      [prefixed(Uint8Array.of(0xff)), "malformed"],
    ] as const
  ) {
    const [reader, other] = open()
    other.send(bytes)
    await assert.rejects(reader.read(), fails(code))
  }
  const [ended, other] = open()
  await other.close()
  await assert.rejects(ended.read(), fails("closed"))
})
