import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import {
  type BatchQueryRequest,
  type BatchQueryResponse,
  BatchQueryResponseSchema,
  type Envelope,
  type PublishRequest,
  type PublishResponse,
  PublishResponseSchema,
  type QueryRequest,
  type QueryResponse,
} from "@wafer/proto"
import type { Caller, Deposit, Desk } from "./access/desk.ts"
import { topicCost } from "./access/limit.ts"
import type { Hub, Subscription } from "./hub.ts"
import { checkTopics, queryPage } from "./query.ts"
import { asRefusal, invalid, type Limits, Refusal } from "./refusal.ts"
import type { Arrival } from "./store/store.ts"
import type { Whole } from "./whole.ts"

/** The V1 message API, whichever protocol carries it. Every failure is a `Refusal`. */
export interface Api {
  publish(request: PublishRequest, caller: Caller): Promise<PublishResponse>
  /** The same, telling what became of each envelope. */
  take(envelopes: readonly Envelope[], caller: Caller): Promise<Arrival[]>
  query(request: QueryRequest, caller: Caller): Promise<QueryResponse>
  batchQuery(request: BatchQueryRequest, caller: Caller): Promise<BatchQueryResponse>
  /** The subscription is live when this resolves. */
  subscribe(topics: readonly string[], caller: Caller): Promise<Subscription>
  /** Takes the deposit for a request that has not been read yet. */
  deposit(method: string, caller: Caller): Deposit
  /** Reads a request against its deposit. */
  reading<T>(method: string, caller: Caller, read: () => Promise<T>): Promise<T>
}

export interface ApiOptions {
  readonly whole: Whole
  readonly hub: Pick<Hub, "hasReaders">
  readonly desk: Desk
  readonly limits: Limits
}

export function createApi(options: ApiOptions): Api {
  const { whole, hub, desk, limits } = options

  async function batchQuery({ requests }: BatchQueryRequest): Promise<BatchQueryResponse> {
    if (requests.length > limits.maxBatchQueries) {
      const most = limits.maxBatchQueries
      throw invalid(`cannot exceed ${most} requests in single batch`)
    }
    checkTopics(requests.reduce((sum, { contentTopics }) => sum + contentTopics.length, 0), limits)
    const responses: QueryResponse[] = []
    for (const request of requests) {
      try {
        responses.push(await queryPage(whole, limits, request))
      } catch (error) {
        throw new Refusal(Code.Internal, asRefusal(error).message, "invalid", { cause: error })
      }
    }
    return create(BatchQueryResponseSchema, { responses })
  }

  const deposit: Api["deposit"] = (method, caller) =>
    desk.deposit(method, caller, method === "Publish" ? "publish" : "read")

  const take: Api["take"] = (envelopes, caller) =>
    desk.measured("Publish", caller, async () => {
      desk.charge(caller, "publish", Math.max(1, envelopes.length))
      const topics = envelopes.map(({ contentTopic }) => contentTopic)
      desk.admit(caller, topics)
      const arrivals = await whole.accept(envelopes, "client")
      // Official clients lose an event that is still in a socket when the answer overtakes it and
      // makes them resubscribe: one turn lets the streams write first.
      if (topics.some(hub.hasReaders)) await new Promise((resolve) => setTimeout(resolve, 0))
      return arrivals
    }, envelopes.length)

  return {
    take,

    async publish({ envelopes }, caller) {
      await take(envelopes, caller)
      return create(PublishResponseSchema)
    },

    query: (request, caller) =>
      desk.measured("Query", caller, () => {
        desk.charge(caller, "read", topicCost(request.contentTopics.length))
        return queryPage(whole, limits, request)
      }),

    batchQuery: (request, caller) =>
      desk.measured("BatchQuery", caller, () => {
        const costs = request.requests.map(({ contentTopics }) => topicCost(contentTopics.length))
        desk.charge(caller, "read", Math.max(1, costs.reduce((sum, cost) => sum + cost, 0)))
        return batchQuery(request)
      }),

    deposit,

    async reading(method, caller, read) {
      const taken = deposit(method, caller)
      try {
        const request = await read()
        taken.giveBack()
        return request
      } catch (reason) {
        throw taken.keep(reason)
      }
    },

    async subscribe(topics, caller) {
      const charge = (count: number): void => {
        desk.charge(caller, "read", topicCost(count))
        checkTopics(count, limits)
      }
      const close = desk.open("Subscribe", caller, () => charge(topics.length))
      const subscription = await whole.subscribe(topics, close).catch((reason) => {
        close()
        throw desk.refused("Subscribe", reason)
      })
      if (caller.signal.aborted) subscription.close()
      else caller.signal.addEventListener("abort", () => subscription.close(), { once: true })
      return {
        ...subscription,
        retarget(next) {
          try {
            charge(next.length)
            subscription.retarget(next)
          } catch (reason) {
            throw desk.refused("Subscribe", reason)
          }
        },
      }
    },
  }
}
