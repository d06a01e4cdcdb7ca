// What a member tells of the network as it is now.
import { fingerprintDigest } from "../store/fingerprint.ts"
import type { Shards } from "../store/shard.ts"
import type { SetName, Store } from "../store/store.ts"
import type { Member, Roster } from "./join/roster.ts"
import type { PeersStatus, PeerStatus, SetStatus, ShardStatus } from "./membership.ts"
import type { Repair } from "./repair/repair.ts"
import { setNumber, type Sets } from "./repair/sets.ts"

export interface StatusOptions {
  readonly network: string
  readonly mode: PeersStatus["mode"]
  readonly store: Store
  readonly shards: Shards
  readonly sets: Sets
  readonly roster: Roster
  /** Peers that are known to keep each shard. */
  readonly keeperCounts: () => readonly number[]
  readonly repair: Repair
  readonly scoreOf: (peer: string) => number
  readonly backlogOf: (peer: string) => number
  readonly known: () => number
  readonly mesh: () => number
  readonly queuedBytes: () => number
  readonly now: () => number
}

export interface Status {
  peers(): PeerStatus[]
  whole(): PeersStatus
}

export function createStatus(options: StatusOptions): Status {
  const { network, mode, store, shards, sets, roster, repair, now } = options

  function statusOf(member: Member): PeerStatus {
    return {
      id: member.peer,
      address: member.remote.toString(),
      direction: member.direction,
      connectedMs: now() - member.since,
      wafer: member.ours,
      shards: member.kept,
      inAgreement: repair.agrees(member.peer),
      ...repair.standing(member.peer),
      score: options.scoreOf(member.peer),
      backlog: options.backlogOf(member.peer),
    }
  }

  function all(set: SetName): SetStatus {
    const fingerprint = store.fingerprint(set)
    return { count: Number(fingerprint.count), fingerprint: fingerprintDigest(fingerprint) }
  }

  function part(shard: number, set: SetName): SetStatus {
    const index = sets.of(setNumber(shard, set))
    return { count: index.size, fingerprint: index.fingerprint(0, index.size) }
  }

  function shardStatuses(): ShardStatus[] {
    const kept = new Set(shards.kept)
    return options.keeperCounts().map((keepers, shard) => ({
      shard,
      keepers,
      sets: kept.has(shard)
        ? { kept: part(shard, "kept"), expiring: part(shard, "expiring") }
        : undefined,
    }))
  }

  const peers = () => roster.all().map(statusOf)

  const whole = (): PeersStatus => ({
    network,
    mode,
    peers: peers(),
    known: options.known(),
    mesh: options.mesh(),
    queuedBytes: options.queuedBytes(),
    sets: { kept: all("kept"), expiring: all("expiring") },
    shards: shardStatuses(),
    equalAt: repair.equalAt,
  })

  return { peers, whole }
}
