import type { Registry, Sample } from "../metrics.ts"
import type { Shards } from "../store/shard.ts"
import type { SetName } from "../store/store.ts"
import type { PeerStatus } from "./membership.ts"
import { SET_NAMES } from "./repair/sets.ts"

/** What is looked up when the metrics page is printed. */
export interface Readings {
  readonly peers: () => readonly (PeerStatus & { readonly connections: number })[]
  readonly known: () => number
  readonly mesh: () => number
  readonly queuedBytes: () => number
  readonly pending: () => number
  readonly equalAt: () => number | undefined
  readonly sizeOf: (set: SetName) => number
  readonly shards: Shards
  /** Peers known to keep a shard, of the shard that has fewest. */
  readonly leastKeepers: () => number
  readonly now: () => number
}

export function addGauges(registry: Registry, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => number | readonly Sample[]) =>
    registry.gauge(`wafer_p2p_${name}`, help, read)
  const secondsSince = (at: number | undefined) =>
    at === undefined ? -1 : (readings.now() - at) / 1000
  const peers = <T>(read: (peer: ReturnType<Readings["peers"]>[number]) => T) =>
    readings.peers().map(read)
  /** One series for each connected node of this network that has the value. */
  const each = (read: (peer: PeerStatus) => number | undefined): Sample[] =>
    readings.peers().filter(({ wafer }) => wafer).flatMap((peer): Sample[] => {
      const value = read(peer)
      return value === undefined ? [] : [[{ peer: peer.id }, value]]
    })
  const directions = ["inbound", "outbound"] as const
  gauge(
    "peers",
    "Connected peers, by the side that opened the connection",
    () =>
      directions.map((dir) => [
        { dir },
        readings.peers().filter(({ direction }) => direction === dir).length,
      ]),
  )
  gauge(
    "root_match",
    "1 when a peer held the same when last compared, 0 when it did not",
    () => each(({ inAgreement }) => inAgreement === undefined ? undefined : Number(inAgreement)),
  )
  gauge(
    "peer_equal_seconds",
    "Since a peer last held the same as this node",
    () => each(({ equalAt }) => equalAt === undefined ? undefined : secondsSince(equalAt)),
  )
  gauge(
    "peer_apart",
    "Envelopes that one side alone held when a peer was last compared one by one",
    () => each(({ apart }) => apart),
  )
  gauge("known_peers", "Peers that could be dialled", readings.known)
  gauge("mesh_peers", "Peers that gossip goes to first", readings.mesh)
  gauge("publish_queue_bytes", "Bytes waiting to be gossiped", readings.queuedBytes)
  gauge("validator_queue", "Gossip on its way to the store", readings.pending)
  gauge("peer_score", "The lowest score of a peer", () => Math.min(0, ...peers((p) => p.score)))
  gauge(
    "peer_write_buffer_bytes",
    "The largest backlog of a peer",
    () => Math.max(0, ...peers((p) => p.backlog)),
  )
  gauge(
    "duplicate_connections",
    "Connections beyond the first to a peer",
    () => peers((p) => Math.max(0, p.connections - 1)).reduce((sum, n) => sum + n, 0),
  )
  gauge(
    "last_equal_seconds",
    "Since any peer held the same as this node, -1 for never",
    () => secondsSince(readings.equalAt()),
  )
  const { shards } = readings
  gauge("shards", "Shards of the network", () => shards.count)
  gauge("kept_shards", "Shards that this node keeps", () => shards.kept.length)
  gauge(
    "least_keepers",
    "Peers known to keep a shard, connected or not, of the one that has fewest",
    readings.leastKeepers,
  )
  for (const set of SET_NAMES) {
    gauge(`set_items_${set}`, `Envelopes in the set "${set}"`, () => readings.sizeOf(set))
  }
}
