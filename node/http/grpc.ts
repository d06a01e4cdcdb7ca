import {
  type ConnectRouter,
  type ContextKey,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect"
import type {
  UniversalHandler,
  UniversalHandlerFn,
  UniversalHandlerOptions,
} from "@connectrpc/connect/protocol"
import { type Envelope, MessageApi } from "@wafer/proto"
import { NodeApi as NodeService } from "@wafer/proto/node"
import type { Api } from "../api.ts"
import type { Caller } from "../access/desk.ts"
import type { Subscription } from "../hub.ts"
import type { NodeApi } from "../node-api.ts"
import { withEmptyChunk, withFirstByte } from "./first-byte.ts"
import type { Limits } from "../refusal.ts"

/** The address of the caller, which only the server knows. */
export const remoteAddress: ContextKey<string> = createContextKey("unknown")

/** Whether a stream must begin with a byte for its headers to leave. */
export const holdsHeaders: ContextKey<boolean> = createContextKey(false)

const opened: ContextKey<(context: HandlerContext) => void> = createContextKey(() => {})

/** Registers services at a router of Connect. */
export type Routes = (router: ConnectRouter) => void

export interface RouteOptions {
  readonly limits: Limits
  /** Ends every stream, with its reason. */
  readonly stopping: AbortSignal
  /** Whom to count: the other end of the socket, or whom a trusted proxy names. */
  readonly addressOf: AddressOf
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

function handlerOptions({ limits, stopping }: RouteOptions): Partial<UniversalHandlerOptions> {
  return { readMaxBytes: limits.maxRequestBytes, shutdownSignal: stopping }
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

/**
 * Answers a stream as soon as it is open. Connect holds the headers back until the first message,
 * and a subscriber could not tell when it is subscribed.
 */
export function answerAtOnce(handler: UniversalHandler): UniversalHandlerFn {
  if (handler.method.methodKind === "unary") return handler
  return (request) => {
    const values = request.contextValues ?? createContextValues()
    return new Promise((resolve, reject) => {
      const late = handler({
        ...request,
        contextValues: values.set(opened, ({ responseHeader, responseTrailer, protocolName }) => {
          const trailer = protocolName === "grpc" ? { trailer: responseTrailer } : {}
          const json = responseHeader.get("content-type")?.includes("json") ?? false
          const body = values.get(holdsHeaders) ? withFirstByte(late, json) : withEmptyChunk(late)
          resolve({ status: 200, header: responseHeader, body, ...trailer })
        }),
      })
      late.then(resolve, reject)
    })
  }
}
