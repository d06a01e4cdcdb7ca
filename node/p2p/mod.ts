/**
 * The peer network of a node. The engine behind it is loaded when it is started, so that a node
 * without peers starts at once.
 *
 * @module
 */
import type { Peers, PeersOptions } from "./membership.ts"

export type { BookStorage } from "./join/book.ts"
export type { Offered } from "./repair/offers.ts"
export type { Elsewhere } from "./shards/elsewhere.ts"
export { DEFAULT_CONFIG, DEFAULT_TIMINGS, type PeersConfig, type Timings } from "./config.ts"
export type {
  Peers,
  PeersOptions,
  PeersStatus,
  PeerStatus,
  SetStatus,
  ShardStatus,
} from "./membership.ts"

/**
 * Joins the network: listens, dials seeds, relays what the store takes, and repairs what is missing.
 * Resolves when the node listens and has read the index of its store.
 *
 * @example
 * ```ts
 * await using peers = await startPeers({ store, ingest, limits, registry, log,
 *   config: { seeds: ["/ip4/192.0.2.1/tcp/5557/p2p/12D3KooW..."] } })
 * ```
 */
export async function startPeers(options: PeersOptions): Promise<Peers> {
  const { joinNetwork } = await import("./network.ts")
  return await joinNetwork(options)
}
