import {
  type ConnectRouter,
  type ContextKey,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect"
import type { UniversalHandler, UniversalHandlerFn } from "@connectrpc/connect/protocol"
import { type BodyLimits, patiently } from "./body.ts"
import { withEmptyChunk, withFirstByte } from "./first-byte.ts"
import { gzip } from "./gzip.ts"

/** Registers services at a router of Connect. */
export type Routes = (router: ConnectRouter) => void

/** What answers Connect, gRPC and gRPC-Web, by path. */
export type Handlers = ReadonlyMap<string, UniversalHandlerFn>

/** The address of the caller, which only the server knows. */
export const remoteAddress: ContextKey<string> = createContextKey("unknown")

/** Whether a stream must begin with a byte for its headers to leave. */
export const holdsHeaders: ContextKey<boolean> = createContextKey(false)

/** Called with its own context by a stream that is open. */
export const opened: ContextKey<(context: HandlerContext) => void> = createContextKey(() => {})

/** The services behind the limits of bodies, and with streams that are answered as soon as they are open. */
export function handlersOf(routes: Routes, limits: BodyLimits): Handlers {
  // Requests may be compressed. Answers are not: what is sealed does not get smaller.
  const router = createConnectRouter({ acceptCompression: [gzip], compressMinBytes: 0xffff_ffff })
  routes(router)
  return new Map(
    router.handlers.map((handler) => [
      handler.requestPath,
      answeredAtOnce(handler, patient(handler, limits)),
    ]),
  )
}

function patient(handler: UniversalHandler, limits: BodyLimits): UniversalHandlerFn {
  // Who may go on asking may be silent too, and counts as an open stream.
  if (handler.method.methodKind === "bidi_streaming") return handler
  return (request) => {
    const body = patiently(request.body as AsyncIterable<Uint8Array>, limits)
    return handler({ ...request, body })
  }
}

/** Connect holds headers back until the first message, and a subscriber could not tell when it is subscribed. */
function answeredAtOnce(
  { method }: UniversalHandler,
  handle: UniversalHandlerFn,
): UniversalHandlerFn {
  if (method.methodKind === "unary") return handle
  return (request) => {
    const values = request.contextValues ?? createContextValues()
    return new Promise((resolve, reject) => {
      const late = handle({
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
