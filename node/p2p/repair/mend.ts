// What to do about the differences to one peer: fetch what is missing here, offer what is missing there,
// look again until both are equal.
import type { Stream } from "@libp2p/interface"
import { SyncStatus } from "@wafer/proto/p2p"
import type { Store } from "../../store/store.ts"
import type { PeerLog } from "../metrics.ts"
import type { Agreement } from "./agreement.ts"
import type { Fetcher } from "./fetch.ts"
import type { Pauses } from "./pauses.ts"
import { HOUR_NS } from "./rbsr/audit.ts"
import { AHEAD, BEHIND, type SessionOptions } from "./session.ts"
import { type AskOptions, audit, hourOf, type Outcome, reconcile } from "./sync.ts"

/** The last hour, or all that is kept. */
export type Scope = "recent" | "full"

export interface Mender {
  /** Compares and mends all that a peer has too; resolves with whether both sides were equal in the end. */
  mend(peer: string, scope: Scope): Promise<boolean>
  /** Compares digests of hours; resolves with the number of hours that differed under equal sums. */
  audit(peer: string): Promise<number>
}

export interface MenderOptions {
  readonly session: SessionOptions
  readonly store: Store
  readonly fetcher: Fetcher
  readonly agreement: Agreement
  /** Peers that can be asked now. */
  readonly peers: () => string[]
  /** The sets that a peer has too. */
  readonly shared: (peer: string) => readonly number[]
  readonly open: (peer: string) => Promise<Stream>
  readonly timings: {
    readonly settle: number
    readonly sessionGap: number
  }
  readonly pauses: Pauses
  readonly log: PeerLog
  readonly now: () => number
  readonly random: () => number
}

const ATTEMPTS = 4
const AUDIT_HOURS = 2048
/** Hours that one audit looks into: a peer that says all differ must not hold repair up. */
const MAX_SUSPECTS = 16
/** The longest that a busy peer makes us wait: repairs take turns. */
const MAX_RETRY_MS = 60_000
const MAX_STRIKES = 3
const STRIKE_SHARE = 0.03
const DISTRUST_MS = 3_600_000
/** Peers whose promises are remembered, also when they have left. */
const MAX_PROMISES = 10_000

export function createMender(options: MenderOptions): Mender {
  const { session, store, fetcher, agreement, timings, log, now } = options
  const { pause } = options.pauses
  const promises = new Map<string, { named: number; unserved: number; until: number }>()

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
    promises.delete(peer)
    if (promises.size >= MAX_PROMISES) promises.delete(promises.keys().next().value!)
    promises.set(peer, promise)
  }

  async function bridge(
    peer: string,
    set: number,
    { have, need }: { have: Uint8Array[]; need: Uint8Array[] },
  ): Promise<void> {
    log.count("missing", { side: "here" }, need.length)
    log.count("missing", { side: "there" }, have.length)
    agreement.noteApart(peer, need.length + have.length)
    await pause(timings.settle)
    await fetchAll(peer, set, need)
    if (have.length > 0) await fetcher.offer(peer, have)
  }

  /** One set, until it is equal or not to be had. */
  async function mendSet(peer: string, set: number, scope: Scope): Promise<boolean> {
    const recentNs = BigInt(now()) * 1_000_000n - HOUR_NS
    const lowNs = scope === "recent" ? recentNs - recentNs % HOUR_NS : 0n
    // What agreed as a whole, and was apart for a moment, agrees again when the last hour does.
    const agreed = agreement.isEqual(peer, set)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(timings.sessionGap)
      if (options.pauses.over || (promises.get(peer)?.until ?? 0) > now()) return false
      const cut = scope === "full" && attempt === 0 ? "random" : "even"
      const outcome = await ask(peer, { set, lowNs, cut })
      if (outcome.kind === "equal") {
        if (scope === "full" || agreed) agreement.note(peer, set, true)
        return true
      }
      agreement.note(peer, set, false)
      if (outcome.kind === "refused") {
        if (outcome.status !== SyncStatus.BUSY && outcome.status !== SyncStatus.RATE) return false
        await pause(Math.min(outcome.retryAfterMs, MAX_RETRY_MS))
      } else if (outcome.kind === BEHIND) {
        log.say("info", "copying from a peer", { peer, set })
        const copied = await fetcher.copy(peer, set, outcome.lowNs)
        log.say("info", "copied from a peer", { peer, set, envelopes: copied })
      } else if (outcome.kind === AHEAD) {
        // The peer has heard it and copies from here.
        await pause(timings.settle)
      } else {
        await bridge(peer, set, outcome)
      }
    }
    return false
  }

  return {
    async mend(peer, scope) {
      let equal = true
      for (const set of options.shared(peer)) equal = await mendSet(peer, set, scope) && equal
      return equal
    },

    async audit(peer) {
      let differing = 0
      for (const set of options.shared(peer)) {
        const from = hourOf(now()) - BigInt(AUDIT_HOURS) + 1n
        const hours = await audit(await options.open(peer), session, set, from, AUDIT_HOURS)
        for (const hour of shuffled(hours, options.random).slice(0, MAX_SUSPECTS)) {
          const window = { set, lowNs: hour * HOUR_NS, highNs: (hour + 1n) * HOUR_NS }
          // Most hours that differ do so openly, because something is on its way: that is no alarm.
          await pause(timings.sessionGap)
          if ((await ask(peer, window)).kind !== "equal") continue
          await pause(timings.sessionGap)
          const outcome = await ask(peer, { ...window, cut: "ids" })
          if (outcome.kind !== "different") continue
          differing++
          log.count("auditMismatch")
          log.say("error", "equal sums over different envelopes", { peer, set, hour: String(hour) })
          await bridge(peer, set, outcome)
        }
      }
      return differing
    },
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
