// Peers that would hold repair up, in virtual time: everything about them ends.
import assert from "node:assert/strict"
import { test } from "node:test"
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import {
  FetchFrameSchema,
  FetchRequestSchema,
  type SyncFrame,
  SyncFrameSchema,
  SyncStatus,
} from "@wafer/proto/p2p"
import { virtualClock } from "../../../tests/network/clock.ts"
import { envelope } from "../../../tests/network/local.ts"
import { pipe } from "../../../tests/network/pipe.ts"
import { silent } from "../../log.ts"
import { createRegistry, type Registry } from "../../metrics.ts"
import { memoryStore } from "../../store/memory.ts"
import { createWindows } from "../../store/window.ts"
import { DEFAULT_TIMINGS } from "../config.ts"
import { channel } from "../framing.ts"
import { createPeerLog } from "../metrics.ts"
import { createAgreement } from "./agreement.ts"
import { createFetcher } from "./fetch.ts"
import { createMender, type Mender } from "./mend.ts"
import { createPauses } from "./pauses.ts"
import { INFINITY, MessageWriter } from "./rbsr/message.ts"
import { followSets } from "./sets.ts"

const LIMITS = { maxBytes: 4 * 1024 * 1024, timeoutMs: 3_600_000 }
const START = Date.UTC(2026, 0, 10, 12, 30)
const MINUTE = 60_000

type Say = (frame: NonNullable<MessageInitShape<typeof SyncFrameSchema>["frame"]>) => Promise<void>
type Answer = (asked: SyncFrame["frame"], say: Say) => Promise<void>
type Fetched = (stream: Stream) => Promise<void>

/** An empty node whose only peer answers sessions and fetches as it likes. */
async function scene(
  answer: Answer,
  fetched: Fetched = () => Promise.resolve(),
): Promise<{ mender: Mender; registry: Registry }> {
  const registry = createRegistry()
  const log = createPeerLog(registry, silent)
  const store = memoryStore()
  const sets = await followSets(store)
  const now = () => Date.now()
  const serve = (job: (stream: Stream) => Promise<void>) => {
    const [near, far] = pipe()
    job(far).catch(() => {})
    return Promise.resolve(near)
  }
  const shared = () => [0]
  const mender = createMender({
    session: {
      network: "wafer",
      sets,
      windows: createWindows(0, now),
      log,
      roundMs: 5000,
      sessionMs: 60_000,
      now,
    },
    store,
    fetcher: createFetcher(() => serve(fetched), (bodies) => Promise.resolve(bodies.length), sets),
    agreement: createAgreement(shared, now),
    peers: () => ["hostile"],
    shared,
    open: () =>
      serve(async (stream) => {
        const sync = channel(stream, SyncFrameSchema, SyncFrameSchema, LIMITS)
        const say: Say = (frame) => sync.write(create(SyncFrameSchema, { frame }))
        for (;;) await answer((await sync.read()).frame, say)
      }),
    timings: DEFAULT_TIMINGS,
    pauses: createPauses(),
    log,
    now,
    random: Math.random,
  })
  return { mender, registry }
}

/** Whether a job ends within a virtual time, however it ends. */
async function ends(job: () => Promise<unknown>, ms: number): Promise<boolean> {
  using clock = virtualClock(START)
  let over = false
  job().catch(() => {}).finally(() => over = true)
  return await clock.until(() => over, ms)
}

const accept = (say: Say, count: bigint) =>
  say({ case: "accept", value: { highNs: 2n ** 64n - 1n, frame: 262_144, count } })

test("a peer that is busy for weeks", async () => {
  const { mender } = await scene((_, say) =>
    say({ case: "accept", value: { status: SyncStatus.BUSY, retryAfterMs: 2 ** 31 - 1 } })
  )
  assert.ok(await ends(() => mender.mend("hostile", "full"), 10 * MINUTE))
})

test("a peer whose copy drips", async () => {
  const { mender } = await scene(
    (_, say) => accept(say, 1_000_000n),
    async (stream) => {
      const fetch = channel(stream, FetchRequestSchema, FetchFrameSchema, LIMITS)
      await fetch.read()
      for (let i = 0n;; i++) {
        const value = envelope({ timestampNs: i })
        await fetch.write(create(FetchFrameSchema, { frame: { case: "envelope", value } }))
        await new Promise((resolve) => setTimeout(resolve, 15_000))
      }
    },
  )
  assert.ok(await ends(() => mender.mend("hostile", "full"), 10 * MINUTE))
})

test("a peer that says every hour differs", async () => {
  let sessions = 0
  const { mender } = await scene((asked, say) => {
    if (asked.case === "audit") {
      return say({ case: "digests", value: { digests: new Uint8Array(32 * asked.value.hours) } })
    }
    sessions++
    return say({ case: "accept", value: { status: SyncStatus.BUSY } })
  })
  assert.ok(await ends(() => mender.audit("hostile"), 10 * MINUTE))
  assert.ok(sessions <= 32, `${sessions} sessions`)
})

test("a peer that makes up ids for ever fills no memory", async () => {
  let rounds = 0
  const { mender, registry } = await scene((asked, say) => {
    if (asked.case === "open") return accept(say, 1n)
    if (asked.case !== "round") return Promise.resolve()
    rounds++
    const ids = Array.from({ length: 30_000 }, () => crypto.getRandomValues(new Uint8Array(32)))
    const writer = new MessageWriter()
    writer.ids({ timestamp: BigInt(rounds), prefix: new Uint8Array(0) }, ids)
    writer.fingerprint(INFINITY, crypto.getRandomValues(new Uint8Array(16)))
    return say({ case: "round", value: { message: writer.finish() } })
  })
  assert.ok(await ends(() => mender.mend("hostile", "full"), 60 * MINUTE))
  assert.ok(rounds > 1 && rounds < 10, `${rounds} rounds`)
  assert.match(registry.text(), /wafer_p2p_items_missing_total\{side="here"\} 2[5-9]\d{4}$/m)
})
