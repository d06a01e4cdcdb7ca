// Nodes that repair each other in one process and virtual time, over streams and gossip that fail as
// they are told. Only libp2p is left out: sessions, fetches, repair, intake and ingest are the node's.
import type { Envelope } from "@wafer/proto"
import { createIngest } from "../../node/ingest.ts"
import { silent } from "../../node/log.ts"
import { createMetrics, createRegistry } from "../../node/metrics.ts"
import { createBuckets } from "../../node/p2p/bucket.ts"
import { DEFAULT_TIMINGS } from "../../node/p2p/config.ts"
import { ProtocolError } from "../../node/p2p/framing.ts"
import { createIntake } from "../../node/p2p/intake.ts"
import { createPeerLog } from "../../node/p2p/metrics.ts"
import { keyOf } from "../../node/p2p/repair/rbsr/key.ts"
import { ReconcileError } from "../../node/p2p/repair/rbsr/error.ts"
import type { Repair } from "../../node/p2p/repair/repair.ts"
import { assembleRepair } from "../../node/p2p/repair/assembly.ts"
import { followSets, setsOf } from "../../node/p2p/repair/sets.ts"
import { defaultLimits } from "../../node/refusal.ts"
import { storageId } from "../../node/store/envelope.ts"
import { memoryStore } from "../../node/store/memory.ts"
import type { Store } from "../../node/store/store.ts"
import { createWindows } from "../../node/store/window.ts"
import { createHistory, type History } from "./history.ts"
import { pipe } from "./pipe.ts"

export interface Faults {
  /** 0 to 1. */
  readonly random: () => number
  /** Shares of gossip. */
  readonly drop: number
  readonly duplicate: number
  /** The longest that gossip, or a piece of a stream, is on its way: gossip overtakes itself. */
  readonly delayMs: number
}

export interface World {
  readonly history: History
  readonly stores: ReadonlyMap<string, Store>
  /** Resolves when it is stored; rejects, or never does, when the node dies first. */
  publish(node: string, envelopes: readonly Envelope[]): Promise<void>
  /** Puts envelopes into a store as if they had always been there. */
  fill(node: string, envelopes: readonly Envelope[]): Promise<void>
  start(node: string): Promise<void>
  /** From one moment to the next: what was committed stays. */
  kill(node: string): void
  /** Cuts the link between two nodes, or joins it again. */
  link(a: string, b: string, up: boolean): void
  /** Counts every step that a node takes on streams and at its store; told of each. */
  onStep: (node: string) => void
  /** All nodes run, hold the same, and know it of each other. */
  equal(): boolean
  /** Failures that no fault of the world explains. */
  readonly surprises: readonly string[]
}

interface Life {
  readonly serve: Readonly<Record<string, (stream: Pipe, peer: string) => Promise<void>>>
  readonly publish: (envelopes: readonly Envelope[]) => Promise<void>
  readonly hear: (envelope: Envelope, peer: string) => Promise<void>
  readonly repair: Repair
  readonly end: () => void
}

type Pipe = ReturnType<typeof pipe>[0]

const TIMINGS = {
  ...DEFAULT_TIMINGS,
  greet: 100,
  recent: 1000,
  full: 3000,
  settle: 100,
  sessionGap: 100,
  round: 2000,
  session: 10_000,
}
const endless = createBuckets({ perSecond: Infinity, burst: Infinity }, Date.now)

export function createWorld(names: readonly string[], faults: Faults): World {
  const { random, delayMs } = faults
  const history = createHistory()
  const stores = new Map(names.map((name) => [name, memoryStore() as Store]))
  const lives = new Map<string, Life>()
  const cuts = new Set<string>()
  const streams = new Set<{ readonly ends: readonly [string, string]; readonly pipe: Pipe }>()
  const surprises: string[] = []
  const pair = (a: string, b: string) => [a, b].sort().join()
  const reaches = (a: string, b: string) => lives.has(a) && lives.has(b) && !cuts.has(pair(a, b))
  const fail = (ends: (both: readonly [string, string]) => boolean) => {
    for (const stream of streams) {
      if (!ends(stream.ends)) continue
      streams.delete(stream)
      stream.pipe.abort(new Error("the link is gone"))
    }
  }
  for (const [name, store] of stores) {
    store.follow({
      arrived: (all) => all.forEach(({ seq, id }) => seq !== undefined && history.stored(name, id)),
    })
  }

  /** A stream between two nodes; the other side begins to answer. */
  function open(from: string, to: string, protocol: string): Promise<Pipe> {
    if (!reaches(from, to)) return Promise.reject(new ProtocolError("closed", "not connected"))
    const [near, far] = pipe({
      delayMs: () => random() * delayMs,
      sending: (end) => world.onStep(end === 0 ? from : to),
    })
    streams.add({ ends: [from, to], pipe: near })
    lives.get(to)!.serve[protocol]!(far, from).catch((error) => {
      blame(to, from, error)
      far.abort(error)
    })
    return Promise.resolve(near)
  }

  function blame(node: string, peer: string, error: unknown): void {
    const code = error instanceof ProtocolError || error instanceof ReconcileError
      ? error.code
      : undefined
    if (code !== "closed" && code !== "timeout") {
      surprises.push(`${node} of ${peer}: ${error instanceof Error ? error.stack : error}`)
    }
  }

  /** A store whose process may die around every one of its operations. */
  function mortal(name: string, isDead: () => boolean): Store {
    const never = new Promise<never>(() => {})
    const step = () => world.onStep(name)
    return new Proxy(stores.get(name)!, {
      get(store, property) {
        const found = Reflect.get(store, property)
        if (typeof found !== "function") return found
        if (property === "follow" || property === "fingerprint") return found.bind(store)
        return async (...args: unknown[]) => {
          step()
          if (isDead()) return await never
          const result = await found.apply(store, args)
          step()
          return isDead() ? await never : result
        }
      },
    })
  }

  async function start(name: string): Promise<void> {
    let dead = false
    const store = mortal(name, () => dead)
    const log = createPeerLog(createRegistry(), silent)
    const now = () => Date.now()
    const windows = createWindows(0, now)
    const sets = await followSets(stores.get(name)!)
    const ingest = createIngest({
      store,
      limits: defaultLimits,
      metrics: createMetrics(),
      now: () => new Date(now()),
    })
    const keeps = () => true
    const intake = createIntake({
      ingest,
      limits: defaultLimits,
      windows,
      keeps,
      stored: sets.has,
      log,
    })
    const peers = () => dead ? [] : names.filter((peer) => peer !== name && reaches(name, peer))
    const { repair, answers, close } = assembleRepair({
      network: "wafer",
      store,
      sets,
      windows,
      keeps,
      shardOf: () => 0,
      peers,
      keepers: peers,
      shared: () => setsOf([0]),
      take: intake.fetched,
      open: (peer, protocol) => open(name, peer, protocol),
      blame: (peer, _, error) => blame(name, peer, error),
      sessions: endless,
      perPeer: endless,
      total: endless,
      timings: TIMINGS,
      log,
      now,
      random,
    })
    lives.set(name, {
      serve: answers,
      publish: async (envelopes) => void await ingest.accept(envelopes, "client"),
      async hear(envelope, peer) {
        if (
          dead || sets.has(envelope.contentTopic, keyOf(envelope.timestampNs, storageId(envelope)))
        ) {
          return
        }
        await intake.gossiped(envelope, peer)
      },
      repair,
      end() {
        dead = true
        close()
        sets.close()
      },
    })
    for (const peer of peers()) repair.greet(peer)
  }

  function gossip(from: string, envelope: Envelope): void {
    for (const to of names) {
      if (to === from) continue
      const copies = random() < faults.drop ? 0 : random() < faults.duplicate ? 2 : 1
      for (let i = 0; i < copies; i++) {
        setTimeout(() => {
          if (reaches(from, to)) void lives.get(to)!.hear(envelope, from)
        }, random() * delayMs * 10)
      }
    }
  }

  const world: World = {
    history,
    stores,
    surprises,
    onStep: () => {},
    async publish(name, envelopes) {
      envelopes.forEach((envelope) => history.sent(storageId(envelope)))
      await lives.get(name)!.publish(envelopes)
      for (const envelope of envelopes) {
        history.acknowledged(storageId(envelope))
        gossip(name, envelope)
      }
    },
    async fill(name, envelopes) {
      const metrics = createMetrics()
      const limits = defaultLimits
      const now = () => new Date()
      const ingest = createIngest({ store: stores.get(name)!, limits, metrics, now })
      await ingest.accept(envelopes, "client")
      for (const envelope of envelopes) {
        history.sent(storageId(envelope))
        history.acknowledged(storageId(envelope))
      }
    },
    start,
    kill(name) {
      lives.get(name)?.end()
      lives.delete(name)
      fail((ends) => ends.includes(name))
    },
    link(a, b, up) {
      if (up) {
        if (!cuts.delete(pair(a, b)) || !lives.has(a)) return
        lives.get(a)!.repair.greet(b)
      } else {
        cuts.add(pair(a, b))
        fail((ends) => pair(...ends) === pair(a, b))
      }
    },
    equal() {
      if (lives.size < names.length || cuts.size > 0) return false
      const roots = [...stores.values()].map((store) =>
        `${store.fingerprint("kept").sum} ${store.fingerprint("expiring").sum}`
      )
      return roots.every((root) => root === roots[0]) &&
        names.every((name) =>
          names.every((peer) => peer === name || lives.get(name)!.repair.agrees(peer) === true)
        )
    },
  }
  return world
}
