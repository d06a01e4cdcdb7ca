import type { Envelope, QueryRequest, QueryResponse } from "@wafer/proto"

/** Options of one call. */
export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal
}

/** What to follow. */
export interface FollowRequest {
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
 * How a client reaches a node: the V1 message API, five verbs, and following where a node offers it.
 * Implementations throw `WaferError` with the node's code; they neither retry nor cache, that is the
 * client's part.
 */
export interface Transport {
  /** Resolves when the node has stored every envelope. `token` is the bearer token, base64. */
  publish(envelopes: readonly Envelope[], token: string, options?: CallOptions): Promise<void>
  /** One page of what is stored. */
  query(request: QueryRequest, options?: CallOptions): Promise<QueryResponse>
  /** Several pages in one call, at most 50, answered in the order of the requests. */
  batchQuery(requests: readonly QueryRequest[], options?: CallOptions): Promise<QueryResponse[]>
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
