import { createContextValues } from "@connectrpc/connect"
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol"
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node"
import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2"
import type { AddressInfo } from "node:net"
import { type Handlers, remoteAddress } from "../http/handlers.ts"
import type { Fetch, ServeOptions, Server } from "../runtime.ts"
import { answer } from "./fetch-over-node.ts"

export interface TlsOptions extends ServeOptions {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly handlers: Handlers
  readonly fetch: Fetch
}

/** Everything on one port: gRPC and Connect over HTTP/2, and all the rest over either version of HTTP. */
export async function serveTls(options: TlsOptions): Promise<Server> {
  const { cert, key, handlers, fetch } = options
  const server = createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
    const overHttp2 = request.httpVersionMajor === 2
    const handle = overHttp2 ? handlers.get(pathOf(request)) : undefined
    const answered = handle
      ? answerRpc(handle, request, response)
      : answer(request, response, fetch, "https")
    // A client that has gone is no error of ours.
    answered.catch(() => response.destroy())
  })
  return await listen(server, options)
}

/** Native gRPC needs trailers, which no fetch server sends: HTTP/2 by node:http2, on every runtime. */
export async function serveGrpc(options: ServeOptions & { handlers: Handlers }): Promise<Server> {
  const server = createServer((request, response) => {
    const handle = options.handlers.get(pathOf(request))
    if (!handle) {
      response.writeHead(404)
      response.end()
      return
    }
    answerRpc(handle, request, response).catch(() => response.destroy())
  })
  return await listen(server, options)
}

async function listen(
  server: Http2Server | Http2SecureServer,
  { host, port }: ServeOptions,
): Promise<Server> {
  const sessions = new Set<ServerHttp2Session>()
  server.on("stream", (stream: ServerHttp2Stream) => {
    // RFC 9113 8.1: a client that still sends what was refused already waits for room, and would for ever.
    stream.once("wantTrailers", () => setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR)))
  })
  server.on("session", (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on("error", () => session.destroy())
    session.once("close", () => sessions.delete(session))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const session of sessions) session.close()
      }),
  }
}

function pathOf({ url }: { url: string }): string {
  return url.split("?", 1)[0]!
}

async function answerRpc(
  handle: UniversalHandlerFn,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const address = request.socket?.remoteAddress ?? "unknown"
  const contextValues = createContextValues().set(remoteAddress, address)
  const universal = universalRequestFromNodeRequest(request, response, undefined, contextValues)
  await universalResponseToNodeResponse(await handle(universal), response)
}
