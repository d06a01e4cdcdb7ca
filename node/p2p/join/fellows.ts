// The connected nodes of this network, and which shards they keep.
import type { Shards } from "../../store/shard.ts"
import type { Roster } from "./roster.ts"

export interface Fellows {
  all(): string[]
  /** Those that keep a shard. */
  keepers(shard: number): string[]
  /** Those that keep each of these. */
  keepersOfAll(shards: readonly number[]): string[]
  /** The same, those that this node chose before those that came, each lot in any order. */
  keepersByTrust(shard: number): string[]
  /** How many keep each shard. */
  keeperCounts(): number[]
  /** The shards that both this node and a peer keep. */
  shared(peer: string): number[]
}

export function createFellows(roster: Roster, shards: Shards): Fellows {
  const all = () => roster.all().filter(({ ours }) => ours === true).map(({ peer }) => peer)
  const keptBy = (peer: string) => roster.get(peer)?.kept ?? []
  const keepersOfAll = (wanted: readonly number[]) =>
    all().filter((peer) => wanted.every((shard) => keptBy(peer).includes(shard)))
  const keepers = (shard: number) => keepersOfAll([shard])
  return {
    all,
    keepers,
    keepersOfAll,

    keepersByTrust: (shard) =>
      keepers(shard)
        .map((peer) => ({ peer, inbound: roster.get(peer)?.direction === "inbound" }))
        .map(({ peer, inbound }) => ({ peer, rank: Math.random() + (inbound ? 1 : 0) }))
        .sort((a, b) => a.rank - b.rank).map(({ peer }) => peer),

    keeperCounts() {
      const counts = new Array<number>(shards.count).fill(0)
      for (const peer of all()) for (const shard of keptBy(peer)) counts[shard]!++
      return counts
    },

    shared: (peer) => shards.kept.filter((shard) => keptBy(peer).includes(shard)),
  }
}
