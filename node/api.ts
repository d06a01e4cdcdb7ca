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
import { RetryInfoSchema } from "@wafer/proto/node"
import { type Authenticator, authorize } from "./auth.ts"
import type { Hub, Subscription } from "./hub.ts"
import type { Ingest } from "./ingest.ts"
import type { Limiter, RateClass } from "./limit.ts"
import type { Metrics } from "./metrics.ts"
import { queryPage } from "./query.ts"
import { asRefusal, invalid, type Limits, Refusal } from "./refusal.ts"
import type { Arrival, Store } from "./store.ts"

/** Who asks, however the question came. */
export interface Caller {
  /** A metrics label: json, connect, grpc, grpc-web. */
  readonly protocol: string
  /** What limits are counted by. */
  readonly address: string
  readonly authorization: string | null
  /** Headers of the answer: the state of the caller's limits. */
  readonly answer: Headers
  /** Whether a stream must begin with a heartbeat for its headers to leave. */
  readonly holdsHeaders: boolean
  readonly signal: AbortSignal
}

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
  readonly limiter: Limiter | undefined
  readonly limits: Limits
  readonly metrics: Metrics
}

export function createApi(options: ApiOptions): Api {
  const { store, ingest, hub, authenticator, limiter, limits, metrics } = options

  function charge(caller: Caller, kind: RateClass, cost: number): void {
    if (!limiter) return
    const verdict = limiter.take(caller.address, kind, cost, false)
    const { allowed, burst, remaining, resetSeconds, windowSeconds, retryAfterSeconds } = verdict
    caller.answer.set("RateLimit-Policy", `"${kind}";q=${burst};w=${windowSeconds}`)
    caller.answer.set("RateLimit", `"${kind}";r=${remaining};t=${resetSeconds}`)
    if (allowed) return
    caller.answer.set("Retry-After", String(retryAfterSeconds))
    const retry = create(RetryInfoSchema, { retryDelay: { seconds: BigInt(retryAfterSeconds) } })
    throw new Refusal(
      Code.ResourceExhausted,
      `${cost} exceeds rate limit ${verdict.bucket}`,
      "rate-limit",
      { details: [{ desc: RetryInfoSchema, value: retry }] },
    )
  }

  async function measured<T>(method: string, caller: Caller, call: () => T): Promise<Awaited<T>> {
    const started = performance.now()
    let code = "ok"
    try {
      return await call()
    } catch (error) {
      const reason = asRefusal(error)
      code = Code[reason.code]
      metrics.refusals.add(1, { method, reason: reason.reason })
      throw reason
    } finally {
      metrics.requests.add(1, { method, protocol: caller.protocol, code })
      metrics.requestSeconds.observe((performance.now() - started) / 1000, { method })
    }
  }

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
      measured("Publish", caller, async () => {
        charge(caller, "publish", envelopes.length)
        const wallet = authenticator.authenticate(caller.authorization)
        authorize(wallet, envelopes.map(({ contentTopic }) => contentTopic))
        const arrivals = await ingest.accept(envelopes, "client")
        // Official clients lose an event that is still in a socket when the answer overtakes it and
        // makes them resubscribe: one turn lets the streams write first.
        if (hub.subscribers > 0) await new Promise((resolve) => setTimeout(resolve, 0))
        return arrivals
      }),

    query: (request, caller) =>
      measured("Query", caller, () => {
        charge(caller, "read", 1)
        return queryPage(store, limits, request)
      }),

    batchQuery: (request, caller) =>
      measured("BatchQuery", caller, () => {
        charge(caller, "read", request.requests.length)
        return batchQuery(request)
      }),

    subscribe(topics, caller) {
      charge(caller, "read", 1)
      metrics.requests.add(1, { method: "Subscribe", protocol: caller.protocol, code: "ok" })
      const subscription = hub.subscribe(topics)
      if (caller.signal.aborted) subscription.close()
      else caller.signal.addEventListener("abort", () => subscription.close(), { once: true })
      return subscription
    },
  }
}
