/** Options of one call. */
export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal
}

/** What a node stores and delivers. */
export interface Envelope {
  /** Where it is published. */
  readonly contentTopic: string
  /** When, as its sender says, in nanoseconds since 1970. */
  readonly timestampNs: bigint
  /** What is sealed inside is no business of the node. */
  readonly message: Uint8Array
  /** When the node stored it, as it says; absent when it has not said. */
  readonly storedNs?: bigint
}

/** Oldest first, or newest first. */
export type Direction = "ascending" | "descending"

/** A place between two stored envelopes: behind the one that it names. */
export interface Cursor {
  /** Its time. */
  readonly senderTimeNs: bigint
  /** SHA-256 of its topic and message. */
  readonly digest: Uint8Array
}

/** Which stored envelopes, in which order. Both ends are included. */
export interface Query {
  /** Exact names. */
  readonly topics: readonly string[]
  /** Sent at this time or later. */
  readonly startNs?: bigint
  /** Sent at this time or earlier. */
  readonly endNs?: bigint
  /** The node's choice when absent. */
  readonly direction?: Direction
  /** At most 100, which is the default. */
  readonly limit?: number
  /** Only what comes behind it. */
  readonly cursor?: Cursor
}

/** A part of the answer. */
export interface Page {
  /** In the order that was asked for. */
  readonly envelopes: readonly Envelope[]
  /** Where the next page begins; absent on the last one. */
  readonly cursor?: Cursor
}

/** What to follow. */
export interface FollowRequest {
  /** Exact names. */
  readonly topics: readonly string[]
  /** Resume after the event that carried it. */
  readonly cursor?: Uint8Array
  /** Without a cursor: first what is stored with at least this sender time. */
  readonly sinceNs?: bigint
}

/** What a followed node tells. `cursor` resumes after this event. */
export type FollowEvent =
  | { readonly kind: "envelope"; readonly envelope: Envelope; readonly cursor: Uint8Array }
  /** Everything stored has been told; what comes now is new. */
  | { readonly kind: "caught-up"; readonly cursor: Uint8Array }
  /** The connection lives. */
  | { readonly kind: "heartbeat" }

/**
 * How a client reaches a node: the V1 message API, four verbs, and what a node offers beyond it.
 * Implementations throw `WaferError` with the node's code; they neither retry nor cache, that is the
 * client's part.
 */
export interface Transport {
  /** Resolves when the node has stored every envelope. `token` is the bearer token, base64. */
  publish(envelopes: readonly Envelope[], token: string, options?: CallOptions): Promise<void>
  /** One page of what is stored. */
  query(query: Query, options?: CallOptions): Promise<Page>
  /**
   * The same with more in one answer: at most 1000 envelopes. Throws `unimplemented` when the node does
   * not offer it; absent when the transport cannot.
   */
  read?(query: Query, options?: CallOptions): Promise<Page>
  /** The first page of several queries, at most 50, in their order. */
  batchQuery(queries: readonly Query[], options?: CallOptions): Promise<Page[]>
  /**
   * What is published from now on. `onOpen` is called when the node has registered the
   * subscription, so that a query made after it leaves no gap. Ends when the node ends it.
   */
  subscribe(
    topics: readonly string[],
    options?: CallOptions & { onOpen?: () => void },
  ): AsyncIterable<Envelope>
  /**
   * What is stored, then what is published, without gap or duplicate. Throws `unimplemented` when the
   * node does not offer it; absent when the transport cannot.
   */
  follow?(request: FollowRequest, options?: CallOptions): AsyncIterable<FollowEvent>
  /** Releases connections. Idempotent. */
  close(): Promise<void>
}
