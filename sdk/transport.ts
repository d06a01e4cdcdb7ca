import type { Envelope, QueryRequest, QueryResponse } from "@wafer/proto"

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal
}

/**
 * How a client reaches a node: the V1 message API, five verbs. Implementations throw `WaferError`
 * with the node's code; they neither retry nor cache, that is the client's part.
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
  /** Releases connections. Idempotent. */
  close(): Promise<void>
}
