// Every number of the peer network that someone may want to change, with its default.
import type { Flow } from "./bucket.ts"

export interface PeersConfig {
  /** Nodes of another name are sent away. */
  readonly network: string
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[]
  /** Multiaddrs under which others reach this node; empty: what it listens on. */
  readonly announce: readonly string[]
  /** Multiaddrs with a peer id that are dialled for ever. */
  readonly seeds: readonly string[]
  /** Peer ids that may connect; empty: anyone. */
  readonly allow: readonly string[]
  /** The gossip topic. `/waku/2/rs/<cluster>/<shard>` joins a Waku shard. */
  readonly pubsubTopic: string
  /** Whether Waku tools may read the history; undefined: when the topic is a Waku shard. */
  readonly wakuStore: boolean | undefined
  /** Peers must tell this Waku cluster; undefined: any. */
  readonly cluster: number | undefined
  /** Larger messages are handed to our own peers one by one: Waku's default limit is 150 KiB. */
  readonly maxGossipBytes: number
  /** How long topics outside /xmtp/ are kept, in milliseconds; 0 for ever. */
  readonly retentionMs: number
  /** Connections that the node opens by itself, beside seeds. */
  readonly outbound: number
  /** New connections a second from one address. */
  readonly inboundPerSecond: number
  /** What one peer may gossip, and what it may fetch. */
  readonly gossipMessages: Flow
  readonly gossipBytes: Flow
  readonly servedBytes: Flow
  readonly servedBytesTotal: Flow
  /** What one peer may read for its clients: a page of up to a hundred topics counts one. */
  readonly forwardedReads: Flow
  readonly timings: Timings
}

/** Milliseconds. */
export interface Timings {
  readonly dial: number
  /** Swapping one outbound connection for another known peer. */
  readonly rotate: number
  readonly watch: number
  readonly patience: number
  readonly renewRest: number
  readonly ping: number
  readonly pingTimeout: number
  /** Asking one random peer whom it knows. */
  readonly exchange: number
  /** From a new connection to the first reconciliation. */
  readonly greet: number
  /** Comparing the last hour with one random peer, and everything with another. */
  readonly recent: number
  readonly full: number
  /** Comparing digests of hours. */
  readonly audit: number
  /** What gossip may still bring before it is fetched. */
  readonly settle: number
  /** Between two sessions that a peer opens for one set. */
  readonly sessionGap: number
  /** How long a keeper of another shard may be silent before the next is asked. */
  readonly forward: number
  /** How often a live stream between nodes that is silent says that it is alive. */
  readonly heartbeat: number
  /** One message of a session, and the whole of it. */
  readonly round: number
  readonly session: number
}

const MIB = 1024 * 1024

export const DEFAULT_TIMINGS: Timings = {
  dial: 2000,
  rotate: 600_000,
  watch: 5000,
  patience: 10_000,
  renewRest: 30_000,
  ping: 10_000,
  pingTimeout: 20_000,
  exchange: 60_000,
  greet: 1000,
  recent: 30_000,
  full: 600_000,
  audit: 86_400_000,
  settle: 2000,
  sessionGap: 5000,
  forward: 3000,
  heartbeat: 5000,
  round: 5000,
  session: 60_000,
}

export const DEFAULT_CONFIG: PeersConfig = {
  network: "wafer",
  listen: ["/ip4/0.0.0.0/tcp/5557"],
  announce: [],
  seeds: [],
  allow: [],
  pubsubTopic: "/waku/2/default-waku/proto",
  wakuStore: undefined,
  cluster: undefined,
  maxGossipBytes: MIB + 64 * 1024,
  retentionMs: 86_400_000,
  outbound: 8,
  inboundPerSecond: 5,
  gossipMessages: { perSecond: 500, burst: 5000 },
  gossipBytes: { perSecond: 8 * MIB, burst: 80 * MIB },
  servedBytes: { perSecond: 5 * MIB, burst: 60 * MIB },
  servedBytesTotal: { perSecond: 20 * MIB, burst: 60 * MIB },
  forwardedReads: { perSecond: 200, burst: 2000 },
  timings: DEFAULT_TIMINGS,
}
