import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import {
  type BatchQueryRequest,
  type BatchQueryResponse,
  BatchQueryResponseSchema,
  type Envelope,
  type QueryRequest,
  type QueryResponse,
} from "@wafer/proto"
import { type Authenticator, authorize } from "./auth.ts"
import type { Caller, Desk } from "./desk.ts"
import type { Hub, Subscription } from "./hub.ts"
import type { Ingest } from "./ingest.ts"
import { queryPage } from "./query.ts"
import { asRefusal, invalid, type Limits, Refusal } from "./refusal.ts"
import type { Arrival, Store } from "./store.ts"

/** The V1 message API, whichever protocol carries it. Every failure is a `Refusal`. */
export interface Api {
  publish(envelopes: readonly Envelope[], caller: Caller): Promise<Arrival[]>
  query(request: QueryRequest, caller: Caller): Promise<QueryResponse>
  batchQuery(request: BatchQueryRequest, caller: Caller): Promise<BatchQueryResponse>
  /** The subscription is live when this returns. */
  subscribe(topics: readonly string[], caller: Caller): Subscription
}

export interface ApiOptions {
  readonly store: Store
  readonly ingest: Ingest
  readonly hub: Hub
  readonly authenticator: Authenticator
  readonly desk: Desk
  readonly limits: Limits
}

export function createApi(options: ApiOptions): Api {
  const { store, ingest, hub, authenticator, desk, limits } = options

  async function batchQuery({ requests }: BatchQueryRequest): Promise<BatchQueryResponse> {
    if (requests.length > limits.maxBatchQueries) {
      const most = limits.maxBatchQueries
      throw invalid(`cannot exceed ${most} requests in single batch`)
    }
    const responses: QueryResponse[] = []
    for (const request of requests) {
      try {
        responses.push(await queryPage(store, limits, request))
      } catch (error) {
        throw new Refusal(Code.Internal, asRefusal(error).message, "invalid", { cause: error })
      }
    }
    return create(BatchQueryResponseSchema, { responses })
  }

  return {
    publish: (envelopes, caller) =>
      desk.measured("Publish", caller, async () => {
        desk.charge(caller, "publish", envelopes.length)
        const wallet = authenticator.authenticate(caller.authorization)
        authorize(wallet, envelopes.map(({ contentTopic }) => contentTopic))
        const arrivals = await ingest.accept(envelopes, "client")
        // Official clients lose an event that is still in a socket when the answer overtakes it and
        // makes them resubscribe: one turn lets the streams write first.
        if (hub.subscribers > 0) await new Promise((resolve) => setTimeout(resolve, 0))
        return arrivals
      }),

    query: (request, caller) =>
      desk.measured("Query", caller, () => {
        desk.charge(caller, "read", 1)
        return queryPage(store, limits, request)
      }),

    batchQuery: (request, caller) =>
      desk.measured("BatchQuery", caller, () => {
        desk.charge(caller, "read", request.requests.length)
        return batchQuery(request)
      }),

    subscribe(topics, caller) {
      desk.charge(caller, "read", 1)
      const subscription = hub.subscribe(topics)
      if (caller.signal.aborted) subscription.close()
      else caller.signal.addEventListener("abort", () => subscription.close(), { once: true })
      return subscription
    },
  }
}
