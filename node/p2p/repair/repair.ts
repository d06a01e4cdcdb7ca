// When to compare with whom, and what to do about the differences: fetch what is missing here, offer
// what is missing there, look again until both are equal.
import type { Stream } from "@libp2p/interface"
import { SyncStatus } from "@wafer/proto/p2p"
import type { Store } from "../../store/store.ts"
import type { Fetcher } from "./fetch.ts"
import { HOUR_NS } from "./rbsr/audit.ts"
import type { PeerLog } from "../metrics.ts"
import { AHEAD, BEHIND, type SessionOptions } from "./session.ts"
import { type AskOptions, audit, hourOf, type Outcome, reconcile } from "./sync.ts"

/** The last hour, or all that is kept. */
export type Scope = "recent" | "full"

/** How far a peer is from this node. */
export interface Standing {
  /** When it last held all the same, in Unix milliseconds. */
  readonly equalAt: number | undefined
  /** Envelopes that one side alone held when they were last compared one by one; undefined: never. */
  readonly apart: number | undefined
}

export interface Repair {
  /** A new peer: compares everything a moment later. */
  greet(peer: string): void
  /** Something may have been missed: compares everything with two peers. */
  suspect(): void
  /** Compares and mends now; resolves with whether both sides were equal in the end. */
  mend(peer: string, scope: Scope): Promise<boolean>
  /** A peer compared all of a set with this node. */
  compared(peer: string, set: number, equal: boolean): void
  /** Compares digests of hours; resolves with the number of hours that differed under equal sums. */
  audit(peer: string): Promise<number>
  /** Whether a peer held the same when last compared as a whole; undefined: not compared yet. */
  agrees(peer: string): boolean | undefined
  standing(peer: string): Standing
  /** A peer has left; only what it could not serve is remembered. */
  forget(peer: string): void
  /** When some peer last held the same, in Unix milliseconds. */
  readonly equalAt: number | undefined
  close(): void
}

export interface RepairOptions {
  readonly session: SessionOptions
  readonly store: Store
  readonly fetcher: Fetcher
  /** Peers that can be asked now. */
  readonly peers: () => string[]
  /** The sets that a peer has too. */
  readonly shared: (peer: string) => readonly number[]
  readonly open: (peer: string) => Promise<Stream>
  /** What a broken session says about the peer. */
  readonly blame: (peer: string, error: unknown) => void
  readonly timings: {
    readonly greet: number
    readonly recent: number
    readonly full: number
    readonly audit: number
    readonly settle: number
    readonly sessionGap: number
  }
  readonly log: PeerLog
  readonly now: () => number
  readonly random?: () => number
}

const ATTEMPTS = 4
const AUDIT_HOURS = 2048
const MAX_STRIKES = 3
const STRIKE_SHARE = 0.03
const DISTRUST_MS = 3_600_000

export function createRepair(options: RepairOptions): Repair {
  const { session, store, fetcher, timings, log, now, random = Math.random } = options
  const stop = new AbortController()
  const agreement = new Map<string, Map<number, boolean>>()
  const standings = new Map<string, Standing>()
  const promises = new Map<string, { named: number; unserved: number; until: number }>()
  const timers = new Set<ReturnType<typeof setTimeout>>()
  const standing = (peer: string): Standing =>
    standings.get(peer) ?? { equalAt: undefined, apart: undefined }
  let equalAt: number | undefined
  let last: Promise<unknown> = Promise.resolve()

  function note(peer: string, set: number, equal: boolean): void {
    const sets = agreement.get(peer) ?? new Map<number, boolean>()
    agreement.set(peer, sets.set(set, equal))
    if (repair.agrees(peer)) standings.set(peer, { equalAt: equalAt = now(), apart: 0 })
  }

  async function ask(peer: string, what: AskOptions): Promise<Outcome> {
    const outcome = await reconcile(await options.open(peer), session, what)
    log.count("sessions", { role: "initiator", result: outcome.kind })
    return outcome
  }

  /** Fetches ids from the peer that named them, and what it cannot serve from others. */
  async function fetchAll(peer: string, set: number, need: readonly Uint8Array[]): Promise<void> {
    let wanted = need
    const others = options.peers().filter((other) =>
      other !== peer && options.shared(other).includes(set)
    )
    for (const source of [peer, ...others].slice(0, 3)) {
      const entries = await store.entries(wanted)
      wanted = wanted.filter((_, i) => entries[i] === undefined)
      if (wanted.length === 0) return
      const { missing } = await fetcher.pull(source, wanted)
      if (source === peer) keepCount(peer, wanted.length, missing.length)
      wanted = missing
    }
    if (wanted.length > 0) log.count("unserved", undefined, wanted.length)
  }

  /** A peer that names ids it cannot serve wastes everybody's time: after some of that it is not asked for an hour. */
  function keepCount(peer: string, named: number, unserved: number): void {
    const promise = promises.get(peer) ?? { named: 0, unserved: 0, until: 0 }
    promise.named += named
    promise.unserved += unserved
    if (promise.unserved > MAX_STRIKES && promise.unserved > promise.named * STRIKE_SHARE) {
      log.say("warn", "peer does not serve what it names", { peer, unserved: promise.unserved })
      Object.assign(promise, { named: 0, unserved: 0, until: now() + DISTRUST_MS })
    }
    promises.set(peer, promise)
  }

  async function bridge(
    peer: string,
    set: number,
    { have, need }: { have: Uint8Array[]; need: Uint8Array[] },
  ): Promise<void> {
    log.count("missing", { side: "here" }, need.length)
    log.count("missing", { side: "there" }, have.length)
    standings.set(peer, { ...standing(peer), apart: need.length + have.length })
    await sleep(timings.settle)
    await fetchAll(peer, set, need)
    if (have.length > 0) await fetcher.offer(peer, have)
  }

  /** One set, until it is equal or not to be had. */
  async function mendSet(peer: string, set: number, scope: Scope): Promise<boolean> {
    const recentNs = BigInt(now()) * 1_000_000n - HOUR_NS
    const lowNs = scope === "recent" ? recentNs - recentNs % HOUR_NS : 0n
    // What agreed as a whole, and was apart for a moment, agrees again when the last hour does.
    const agreed = agreement.get(peer)?.get(set) === true
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await sleep(timings.sessionGap)
      if (stop.signal.aborted || (promises.get(peer)?.until ?? 0) > now()) return false
      const cut = scope === "full" && attempt === 0 ? "random" : "even"
      const outcome = await ask(peer, { set, lowNs, cut })
      if (outcome.kind === "equal") {
        if (scope === "full" || agreed) note(peer, set, true)
        return true
      }
      note(peer, set, false)
      if (outcome.kind === "refused") {
        if (outcome.status !== SyncStatus.BUSY && outcome.status !== SyncStatus.RATE) return false
        await sleep(outcome.retryAfterMs)
      } else if (outcome.kind === BEHIND) {
        log.say("info", "copying from a peer", { peer, set })
        const copied = await fetcher.copy(peer, set, outcome.lowNs)
        log.say("info", "copied from a peer", { peer, set, envelopes: copied })
      } else if (outcome.kind === AHEAD) {
        // The peer has heard it and copies from here.
        await sleep(timings.settle)
      } else {
        await bridge(peer, set, outcome)
      }
    }
    return false
  }

  async function mend(peer: string, scope: Scope): Promise<boolean> {
    let equal = true
    for (const set of options.shared(peer)) equal = await mendSet(peer, set, scope) && equal
    return equal
  }

  async function compareHours(peer: string): Promise<number> {
    let differing = 0
    for (const set of options.shared(peer)) {
      const from = hourOf(now()) - BigInt(AUDIT_HOURS) + 1n
      const hours = await audit(await options.open(peer), session, set, from, AUDIT_HOURS)
      for (const hour of hours) {
        const window = { set, lowNs: hour * HOUR_NS, highNs: (hour + 1n) * HOUR_NS }
        // Most hours that differ do so openly, because something is on its way: that is no alarm.
        await sleep(timings.sessionGap)
        if ((await ask(peer, window)).kind !== "equal") continue
        await sleep(timings.sessionGap)
        const outcome = await ask(peer, { ...window, cut: "ids" })
        if (outcome.kind !== "different") continue
        differing++
        log.count("auditMismatch")
        log.say("error", "equal sums over different envelopes", { peer, set, hour: String(hour) })
        await bridge(peer, set, outcome)
      }
    }
    return differing
  }

  /** One job after the other: what a repair fetches, the next comparison should see. */
  function queue<T>(peer: string, job: () => Promise<T>, failed: T): Promise<T> {
    const next = last.then(async () => {
      if (stop.signal.aborted) return failed
      try {
        return await job()
      } catch (error) {
        log.count("sessions", { role: "initiator", result: "failed" })
        options.blame(peer, error)
        return failed
      }
    })
    last = next
    return next
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, ms)
      timers.add(timer)
      stop.signal.addEventListener("abort", () => resolve(), { once: true })
    })
  }

  function someone(): string | undefined {
    const peers = options.peers()
    return peers[Math.floor(random() * peers.length)]
  }

  async function every(ms: number, job: (peer: string) => Promise<unknown>): Promise<void> {
    while (!stop.signal.aborted) {
      await sleep(ms * (0.8 + 0.4 * random()))
      const peer = someone()
      if (peer !== undefined && !stop.signal.aborted) await job(peer)
    }
  }

  const repair: Repair = {
    mend: (peer, scope) => queue(peer, () => mend(peer, scope), false),
    audit: (peer) => queue(peer, () => compareHours(peer), 0),
    greet(peer) {
      void sleep(timings.greet).then(() => {
        if (options.peers().includes(peer)) return repair.mend(peer, "full")
      })
    },
    suspect() {
      const peers = options.peers()
      for (let i = 0; i < 2 && peers.length > 0; i++) {
        const [peer] = peers.splice(Math.floor(random() * peers.length), 1)
        void repair.mend(peer!, "full")
      }
    },
    agrees(peer) {
      const sets = agreement.get(peer)
      if (sets === undefined) return undefined
      return options.shared(peer).every((set) => sets.get(set) === true)
    },
    compared: note,
    standing,
    forget(peer) {
      agreement.delete(peer)
      standings.delete(peer)
    },
    get equalAt() {
      return equalAt
    },
    close() {
      stop.abort()
      for (const timer of timers) clearTimeout(timer)
    },
  }
  void every(timings.recent, (peer) => repair.mend(peer, "recent"))
  void every(timings.full, (peer) => repair.mend(peer, "full"))
  void every(timings.audit, (peer) => repair.audit(peer))
  return repair
}
