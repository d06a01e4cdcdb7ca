// What it takes to be in the network, and what a member can ask of it.
import type { Envelope } from "@wafer/proto"
import type { Delivery } from "../hub.ts"
import type { Ingest } from "../ingest.ts"
import type { Log } from "../log.ts"
import type { Registry } from "../metrics.ts"
import type { Limits } from "../refusal.ts"
import type { Shards } from "../store/shard.ts"
import type { SetName, Store } from "../store/store.ts"
import type { BookStorage } from "./join/book.ts"
import type { PeersConfig, Timings } from "./config.ts"
import type { Elsewhere } from "./shards/elsewhere.ts"
import type { Offered } from "./repair/offers.ts"

export interface PeersOptions {
  /** Followed for what to relay and to compare; what peers send goes through `ingest`. */
  readonly store: Store
  readonly ingest: Ingest
  readonly limits: Limits
  /** Shows live readers what has arrived at a keeper of another shard. */
  readonly deliver?: (arrival: Delivery) => void
  /** How topics are divided, and what this node keeps of them. Default: one shard, kept. */
  readonly shards?: Shards
  readonly registry: Registry
  readonly log: Log
  readonly config?: Partial<Omit<PeersConfig, "timings">> & { readonly timings?: Partial<Timings> }
  /** The file of the node's key; undefined: a new one that is forgotten. */
  readonly keyFile?: string
  /** Where the known peers outlive the process. */
  readonly book?: BookStorage
  /** The operator's own rule about what to relay. */
  readonly policy?: (envelope: Envelope) => boolean
  readonly now?: () => number
}

/** A peer that is connected now. */
export interface PeerStatus {
  readonly id: string
  readonly address: string
  readonly direction: "inbound" | "outbound"
  readonly connectedMs: number
  /** Whether it is a node of this network, and not only a Waku relay; undefined: it has not said yet. */
  readonly wafer: boolean | undefined
  /** The shards that it says it keeps. */
  readonly shards: readonly number[]
  /** Whether it held the same envelopes when last compared; undefined: not compared yet. */
  readonly inAgreement: boolean | undefined
  /** When it last did, in Unix milliseconds. */
  readonly equalAt: number | undefined
  /** Envelopes that one side alone held when last compared one by one; undefined: never. */
  readonly apart: number | undefined
  readonly score: number
  /** Bytes that wait to be sent to it. */
  readonly backlog: number
}

/** What a set holds: equal fingerprints are equal sets. */
export interface SetStatus {
  readonly count: number
  readonly fingerprint: Uint8Array
}

export interface ShardStatus {
  readonly shard: number
  /** Peers that say they keep it, connected or known by their signed records. */
  readonly keepers: number
  /** What this node holds of it; undefined where it keeps nothing. */
  readonly sets: Readonly<Record<SetName, SetStatus>> | undefined
}

export interface PeersStatus {
  readonly network: string
  readonly mode: "open" | "allowlist"
  readonly peers: readonly PeerStatus[]
  /** Peers that could be dialled. */
  readonly known: number
  /** Peers that gossip goes to first. */
  readonly mesh: number
  readonly queuedBytes: number
  /** All that is kept, of all shards together. */
  readonly sets: Readonly<Record<SetName, SetStatus>>
  /** All shards of the network. */
  readonly shards: readonly ShardStatus[]
  /** When some peer last held the same as this node, in Unix milliseconds. */
  readonly equalAt: number | undefined
}

/** A running peer network. */
export interface Peers extends AsyncDisposable {
  /** This node's name, made from its key. */
  readonly id: string
  /** Under which others reach it, the name included. */
  readonly addresses: readonly string[]
  status(): PeersStatus
  /**
   * Resolves with how many peers have stored these envelopes, of each shard the peers that keep it,
   * counted where there are fewest: as soon as that are `enough`, and otherwise when every peer has answered or `timeoutMs` is over.
   */
  confirm(items: readonly Offered[], enough: number, timeoutMs: number): Promise<number>
  /**
   * Offers what this node keeps no longer to peers that do. Resolves with whether enough of them have
   * stored all of it: one in a closed network, two in an open one, where one may be lying.
   */
  handOver(items: readonly Offered[]): Promise<boolean>
  /** The shards that this node does not keep. */
  readonly elsewhere: Elsewhere
  /** Compares everything with a peer, fetches and offers what is missing; resolves with whether both are equal. */
  mend(peer: string): Promise<boolean>
  /** Leaves the network. Idempotent. */
  close(): Promise<void>
}
