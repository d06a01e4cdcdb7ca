import {
  type ContextKey,
  createContextKey,
  type HandlerContext,
  type Interceptor,
} from "@connectrpc/connect"
import type { UniversalHandlerOptions } from "@connectrpc/connect/protocol"
import { type Envelope, MessageApi } from "@wafer/proto"
import { NodeApi as NodeService } from "@wafer/proto/node"
import type { Api } from "../api.ts"
import type { Caller, Deposit } from "../access/desk.ts"
import type { Subscription } from "../hub.ts"
import type { NodeApi } from "../node-api.ts"
import { type Limits, unread } from "../refusal.ts"
import { holdsHeaders, opened, remoteAddress, type Routes } from "./handlers.ts"

/** What was taken for a request before it is read. */
const deposit: ContextKey<Deposit | undefined> = createContextKey(undefined)

export interface RouteOptions {
  readonly limits: Limits
  /** Ends every stream, with its reason. */
  readonly stopping: AbortSignal
  /** Whom to count: the other end of the socket, or whom a trusted proxy names. */
  readonly addressOf: AddressOf
  readonly deposit: Api["deposit"]
}

export type AddressOf = (remote: string | undefined, forwardedFor: string | null) => string

/** Registers the V1 message API for Connect, gRPC and gRPC-Web. */
export function messageApiRoutes(api: Api, options: RouteOptions): Routes {
  return (router) => {
    router.service(MessageApi, {
      publish: (request, context) => api.publish(request, callerOf(context, options)),
      query: (request, context) => api.query(request, callerOf(context, options)),
      batchQuery: (request, context) => api.batchQuery(request, callerOf(context, options)),
      subscribe: ({ contentTopics }, context) => live(api, contentTopics, context, options),
      subscribeAll: (_, context) => live(api, ["*"], context, options),
      async *subscribe2(requests, context) {
        const subscription = await open(api, [], context, options)
        const retargeting = retarget(subscription, requests)
        // It may fail while a slow reader holds the stream back, long before it is awaited.
        retargeting.catch(() => {})
        yield* subscription
        await retargeting
      },
    }, handlerOptions(options))
  }
}

/** Registers the node's own API. */
export function nodeApiRoutes(nodeApi: NodeApi, options: RouteOptions): Routes {
  return (router) => {
    router.service(NodeService, {
      follow: (request, context) => nodeApi.follow(request, callerOf(context, options)),
      read: (request, context) => nodeApi.read(request, callerOf(context, options)),
      publish: (request, context) => nodeApi.publish(request, callerOf(context, options)),
      nodeInfo: (_, context) => nodeApi.nodeInfo(callerOf(context, options)),
    }, handlerOptions(options))
  }
}

function handlerOptions(options: RouteOptions): Partial<UniversalHandlerOptions> {
  return {
    readMaxBytes: options.limits.maxRequestBytes,
    shutdownSignal: options.stopping,
    requestGate(context) {
      const { method, signal, values } = context
      const taken = options.deposit(method.name, callerOf(context, options))
      values.set(deposit, taken)
      signal.addEventListener("abort", () => taken.keep(unread(signal.reason)), { once: true })
    },
    interceptors: [giveBack],
  }
}

/** A unary call comes here when its request was read, a stream before: its request is read on the way to its answer. */
const giveBack: Interceptor = (next) => async (request) => {
  const taken = request.contextValues.get(deposit)
  if (!request.stream) taken?.giveBack()
  const answer = await next(request)
  taken?.giveBack()
  return answer
}

async function* live(
  api: Api,
  topics: readonly string[],
  context: HandlerContext,
  options: RouteOptions,
): AsyncGenerator<Envelope> {
  yield* await open(api, topics, context, options)
}

async function open(
  api: Api,
  topics: readonly string[],
  context: HandlerContext,
  options: RouteOptions,
): Promise<Subscription> {
  const subscription = await api.subscribe(topics, callerOf(context, options))
  context.responseHeader.set("subscribed", "true")
  context.values.get(opened)(context)
  return subscription
}

/** Each request replaces the topics; the subscription outlives the last one. */
async function retarget(
  subscription: Subscription,
  requests: AsyncIterable<{ contentTopics: string[] }>,
): Promise<void> {
  try {
    for await (const { contentTopics } of requests) subscription.retarget(contentTopics)
  } catch (error) {
    subscription.close()
    throw error
  }
}

function callerOf(context: HandlerContext, { addressOf }: RouteOptions): Caller {
  return {
    protocol: context.protocolName,
    address: addressOf(
      context.values.get(remoteAddress),
      context.requestHeader.get("x-forwarded-for"),
    ),
    authorization: context.requestHeader.get("authorization"),
    traceparent: context.requestHeader.get("traceparent"),
    answer: context.responseHeader,
    holdsHeaders: context.values.get(holdsHeaders),
    signal: context.signal,
  }
}
