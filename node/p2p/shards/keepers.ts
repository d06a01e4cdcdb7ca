// Whom to ask for what this node does not keep: connected keepers, and others are called when they are too
// few. One keeper of a shard is asked as long as it answers, so
// that a reader's pages and what it hears live come from one store.
import { Code } from "@connectrpc/connect"
import { Refusal } from "../../refusal.ts"
import { Declined } from "./forward-frames.ts"

export interface Keepers {
  /**
   * Asks keepers of a shard, as many at a time as are `enough`, until so many have answered or five have
   * failed. Resolves with the answers, which may be fewer.
   *
   * @throws Refusal when none has
   */
  ask<T>(shard: number, enough: number, job: (peer: string) => Promise<T>): Promise<T[]>
  /** Peers that keep all of these shards, connected now, in the order in which to ask them. */
  ofAll(shards: readonly number[]): Promise<string[]>
  /** A peer did not do what a keeper should: it is asked last for a while. */
  failed(peer: string, error: unknown): void
}

export interface KeepersOptions {
  /** Connected peers that say they keep a shard, the most trustworthy first. */
  readonly candidates: (shard: number) => readonly string[]
  readonly shards: number
  /** Connects to known keepers of all of these shards, when fewer than `enough` are connected. */
  readonly call: (shards: readonly number[], enough: number) => Promise<void>
  /** A peer has done what it was asked. */
  readonly answered: (peer: string) => void
  /** Told of every failure. */
  readonly blame: (peer: string, error: unknown) => void
  readonly now: () => number
}

/** Keepers that may fail one request. */
export const MAX_FAILURES = 5
const DISTRUST_MS = 60_000

export function createKeepers(options: KeepersOptions): Keepers {
  const { now } = options
  const chosen = new Map<number, string>()
  const distrusted = new Map<string, number>()
  const trusted = (peer: string) => (distrusted.get(peer) ?? 0) <= now()

  /** The one that was asked last time before others; and those that failed lately. */
  function order(shard: number): { readonly good: string[]; readonly bad: string[] } {
    const candidates = options.candidates(shard)
    const good = candidates.filter(trusted)
    const favourite = [chosen.get(shard), ...good].find((peer) => peer && good.includes(peer))
    if (favourite === undefined) return { good, bad: [...candidates] }
    chosen.set(shard, favourite)
    return {
      good: [favourite, ...good.filter((peer) => peer !== favourite)],
      bad: candidates.filter((peer) => !trusted(peer)),
    }
  }

  function failed(peer: string, error: unknown): void {
    options.blame(peer, error)
    // A cursor that is of another log says nothing of the peer.
    if (error instanceof Declined && error.foreignCursor) return
    for (const [other, until] of distrusted) if (until <= now()) distrusted.delete(other)
    distrusted.set(peer, now() + DISTRUST_MS)
  }

  return {
    failed,

    async ofAll(shards) {
      await options.call(shards, 1)
      return shards.map(order).map(({ good, bad }) => [...good, ...bad])
        .reduce((some, others) => some.filter((peer) => others.includes(peer)))
    },

    async ask(shard, enough, job) {
      await options.call([shard], enough)
      const { good, bad } = order(shard)
      const answers: Awaited<ReturnType<typeof job>>[] = []
      let failures = 0
      const one = async (waiting: string[]): Promise<void> => {
        while (failures < MAX_FAILURES) {
          const peer = waiting.shift()
          if (peer === undefined) return
          try {
            answers.push(await job(peer))
            return options.answered(peer)
          } catch (error) {
            failures++
            failed(peer, error)
          }
        }
      }
      await Promise.all(Array.from({ length: enough }, () => one(good)))
      // Who was slow a moment ago is better than nobody.
      if (answers.length === 0) await one(bad)
      if (answers.length > 0) return answers
      throw new Refusal(
        Code.Unavailable,
        `no node that keeps shard ${shard} of ${options.shards} answers`,
        "no-keeper",
      )
    },
  }
}
