import type { Registry } from "../metrics.ts"
import type { Shards } from "../store/shard.ts"
import type { SetName } from "../store/store.ts"
import { SET_NAMES } from "./sets.ts"

/** What is looked up when the metrics page is printed. */
export interface Readings {
  readonly peers: () => readonly { score: number; backlog: number; connections: number }[]
  readonly known: () => number
  readonly mesh: () => number
  readonly queuedBytes: () => number
  readonly pending: () => number
  readonly equalAt: () => number | undefined
  readonly sizeOf: (set: SetName) => number
  readonly shards: Shards
  /** Connected peers that keep a shard, of the shard that has fewest. */
  readonly leastKeepers: () => number
  readonly now: () => number
}

export function addGauges(registry: Registry, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => number) =>
    registry.gauge(`wafer_p2p_${name}`, help, read)
  const peers = <T>(read: (peer: ReturnType<Readings["peers"]>[number]) => T) =>
    readings.peers().map(read)
  gauge("peers", "Connected peers", () => readings.peers().length)
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
  gauge("last_equal_seconds", "Since a peer held the same as this node, -1 for never", () => {
    const at = readings.equalAt()
    return at === undefined ? -1 : (readings.now() - at) / 1000
  })
  const { shards } = readings
  gauge("shards", "Shards of the network", () => shards.count)
  gauge("kept_shards", "Shards that this node keeps", () => shards.kept.length)
  gauge(
    "least_keepers",
    "Connected peers that keep a shard, of the one that has fewest",
    readings.leastKeepers,
  )
  for (const set of SET_NAMES) {
    gauge(`set_items_${set}`, `Envelopes in the set "${set}"`, () => readings.sizeOf(set))
  }
}
