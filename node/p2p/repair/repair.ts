// When to compare with whom: a new peer at once, then one random peer after the other, one at a time.
import type { PeerLog } from "../metrics.ts"
import type { Agreement } from "./agreement.ts"
import { createMender, type MenderOptions, type Scope } from "./mend.ts"
import { createPauses } from "./pauses.ts"

export interface Repair extends Pick<Agreement, "agrees" | "standing" | "forget"> {
  /** A new peer: compares everything a moment later. */
  greet(peer: string): void
  /** Something may have been missed: compares everything with two peers. */
  suspect(): void
  /** Compares and mends now; resolves with whether both sides were equal in the end. */
  mend(peer: string, scope: Scope): Promise<boolean>
  /** Compares digests of hours; resolves with the number of hours that differed under equal sums. */
  audit(peer: string): Promise<number>
  /** When some peer last held the same, in Unix milliseconds. */
  readonly equalAt: number | undefined
  close(): void
}

export interface RepairOptions extends Omit<MenderOptions, "pauses" | "timings" | "random"> {
  /** What a broken session says about the peer. */
  readonly blame: (peer: string, error: unknown) => void
  readonly timings: MenderOptions["timings"] & {
    readonly greet: number
    readonly recent: number
    readonly full: number
    readonly audit: number
  }
  readonly log: PeerLog
  readonly random?: () => number
}

export function createRepair(options: RepairOptions): Repair {
  const { agreement, timings, log, random = Math.random } = options
  const pauses = createPauses()
  const mender = createMender({ ...options, pauses, random })
  /** Peers that wait for a comparison of everything. */
  const waiting = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()

  /** One job after the other: what a repair fetches, the next comparison should see. */
  function queue<T>(peer: string, job: () => Promise<T>, failed: T): Promise<T> {
    const next = last.then(async () => {
      if (pauses.over) return failed
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

  const mend = (peer: string, scope: Scope) => queue(peer, () => mender.mend(peer, scope), false)
  function mendSoon(peer: string): void {
    if (waiting.has(peer)) return
    waiting.add(peer)
    void queue(peer, () => {
      waiting.delete(peer)
      return mender.mend(peer, "full")
    }, false)
  }

  const audit = (peer: string) => queue(peer, () => mender.audit(peer), 0)

  async function every(ms: number, job: (peer: string) => Promise<unknown>): Promise<void> {
    while (!pauses.over) {
      await pauses.pause(ms * (0.8 + 0.4 * random()))
      const peers = options.peers()
      const peer = peers[Math.floor(random() * peers.length)]
      if (peer !== undefined && !pauses.over) await job(peer)
    }
  }

  void every(timings.recent, (peer) => mend(peer, "recent"))
  void every(timings.full, (peer) => mend(peer, "full"))
  void every(timings.audit, audit)

  return {
    mend,
    audit,
    greet: (peer) =>
      void pauses.pause(timings.greet).then(() => {
        if (options.peers().includes(peer)) mendSoon(peer)
      }),
    suspect() {
      const peers = options.peers()
      for (let i = 0; i < 2 && peers.length > 0; i++) {
        const [peer] = peers.splice(Math.floor(random() * peers.length), 1)
        mendSoon(peer!)
      }
    },
    agrees: agreement.agrees,
    standing: agreement.standing,
    forget: agreement.forget,
    get equalAt() {
      return agreement.equalAt
    },
    close: pauses.end,
  }
}
