// Who keeps which shard: connected peers as they say themselves, and all others as their records tell it.
import type { Shards } from "../../store/shard.ts"
import type { Book, Entry } from "./book.ts"
import type { Fellows } from "./fellows.ts"

export interface Directory {
  /** Known peers that keep all of some shards and are not connected, those that are likeliest there first. */
  absent(shards: readonly number[]): string[]
  /** How many peers are known to keep each shard, connected or not. */
  keeperCounts(): number[]
  /** Shards of which fewer keepers are known than should be, this node included; none where there is one shard. */
  scarce(): number[]
  /** Tells the known peers that this node should be connected to, because it keeps what they keep. */
  needed(): (entry: Entry) => boolean
}

export interface DirectoryOptions {
  readonly shards: Shards
  readonly book: Book
  readonly fellows: Fellows
  readonly isConnected: (peer: string) => boolean
  readonly allows: (peer: string) => boolean
  /** How many keepers of each shard should be known. */
  readonly enough: number
  readonly random?: () => number
}

/** Connected keepers of a shard of one's own: as many as gossip wants in its mesh. */
const FELLOWS = 4

export function createDirectory(options: DirectoryOptions): Directory {
  const { shards, book, fellows, random = Math.random } = options

  const absentees = () =>
    book.entries().filter(({ peer, kept }) =>
      kept !== undefined && !options.isConnected(peer) && options.allows(peer)
    )

  function keeperCounts(): number[] {
    const counts = fellows.keeperCounts()
    for (const { kept, failures } of absentees()) {
      // Who was not there when last dialled is no keeper to count on.
      if (failures === 0) { for (const shard of kept!) counts[shard]!++ }
    }
    return counts
  }

  return {
    keeperCounts,

    absent: (wanted) =>
      absentees().filter(({ kept }) => wanted.every((shard) => kept!.includes(shard)))
        .map(({ peer, failures, metAt }) => ({ peer, failures, rank: metAt + random() }))
        .sort((a, b) => a.failures - b.failures || b.rank - a.rank).map(({ peer }) => peer),

    scarce() {
      if (shards.count === 1) return []
      const counts = keeperCounts()
      for (const shard of shards.kept) counts[shard]!++
      return counts.flatMap((count, shard) => count < options.enough ? [shard] : [])
    },

    needed() {
      const counts = fellows.keeperCounts()
      const lonely = new Set(shards.kept.filter((shard) => counts[shard]! < FELLOWS))
      return ({ kept }) => kept?.some((shard) => lonely.has(shard)) ?? false
    },
  }
}
