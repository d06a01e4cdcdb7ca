import type { Envelope } from "@wafer/proto"
import type { Fingerprint } from "./fingerprint.ts"

/** An envelope on its way through the door, with what was computed from it once. */
export interface Item {
  readonly envelope: Envelope
  readonly id: Uint8Array
  readonly digest: Uint8Array
  /** False for what is only relayed. */
  readonly keep: boolean
  /** Who brought it: "client", or a peer's name. */
  readonly origin: string
  readonly receivedNs: bigint
}

/** An item that the store has taken. `seq` is its place in the log; undefined when it was only relayed or known before. */
export interface Arrival extends Item {
  readonly seq: bigint | undefined
}

/** One line of the commit log. Numbers have no gaps until retention removes entries. */
export interface LogEntry {
  readonly seq: bigint
  readonly id: Uint8Array
  readonly digest: Uint8Array
  readonly contentTopic: string
  readonly timestampNs: bigint
  readonly receivedNs: bigint
}

/** A place in V1's order: sender time, then digest. Without a digest, behind (or before) all of that time. */
export interface Position {
  readonly timestampNs: bigint
  readonly digest: Uint8Array | undefined
}

/** Which envelopes, in which order. Bounds are inclusive, `after` is exclusive in the direction of travel. */
export interface PageQuery {
  readonly topics: readonly string[]
  readonly startNs: bigint
  readonly endNs: bigint
  readonly descending: boolean
  readonly after?: Position | undefined
  /** V1's cursor without a time: only rows whose digest is behind (or before) this one, at any time. */
  readonly afterDigest?: Uint8Array | undefined
  readonly limit: number
}

export interface StoredEnvelope {
  readonly envelope: Envelope
  readonly digest: Uint8Array
}

/** The sets that are compared between nodes: what is kept for ever, and what expires. */
export type SetName = "kept" | "expiring"

/**
 * Where envelopes live. It knows nobody above it: whoever wants to see them follows it.
 */
export interface Store {
  /** 16 bytes that tell this log from any other. */
  readonly name: Uint8Array
  /** Number of the last log entry, 0 for an empty log. */
  readonly head: bigint
  /**
   * Takes items in order. Resolves when those to keep are durable and every follower has seen all
   * of them. Known ids are not stored again, but followers see them.
   */
  append(items: readonly Item[]): Promise<Arrival[]>
  page(query: PageQuery): Promise<StoredEnvelope[]>
  /** Up to `limit` log entries behind `after`, oldest first. */
  log(after: bigint, limit: number): Promise<LogEntry[]>
  /** The entries of those ids that are stored, in the order of `ids`; undefined for the others. */
  entries(ids: readonly Uint8Array[]): Promise<(LogEntry | undefined)[]>
  /** The envelopes of log entries, in their order; undefined where one was removed meanwhile, or is damaged. */
  envelopes(entries: readonly LogEntry[]): Promise<(Envelope | undefined)[]>
  /** Calls `arrived` with everything taken from now on, in log order, before its append resolves. */
  follow(follower: Follower): () => void
  remove(entries: readonly LogEntry[]): Promise<void>
  /** Removes what a crash left behind; resolves with how many pieces of messages that were. */
  tidy(): Promise<number>
  fingerprint(set: SetName): Fingerprint
  /** Resolves when the store can take a write. */
  check(): Promise<void>
  /** Finishes the open commit. Idempotent. */
  close(): Promise<void>
}

/** Must not throw and must not wait: the writer is waiting for it. */
export interface Follower {
  arrived(arrivals: readonly Arrival[]): void
  removed?(entries: readonly LogEntry[]): void
}
