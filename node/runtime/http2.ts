import { createConnectRouter, createContextValues } from "@connectrpc/connect"
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol"
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node"
import {
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2"
import type { AddressInfo } from "node:net"
import { answerAtOnce, remoteAddress, type Routes } from "../grpc.ts"
import type { ServeOptions, Server } from "../runtime.ts"

/** Native gRPC needs trailers, which no fetch server sends: HTTP/2 by node:http2, on every runtime. */
export async function serveGrpc(
  { host, port, routes }: ServeOptions & { routes: Routes },
): Promise<Server> {
  const handlers = handlersOf(routes)
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer((request, response) => {
    const handle = handlers.get(request.url.split("?", 1)[0]!)
    if (!handle) {
      response.writeHead(404)
      response.end()
      return
    }
    // A client that has gone is no error of ours.
    answer(handle, request, response).catch(() => response.stream?.destroy())
  })
  server.on("session", (session) => {
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

function handlersOf(routes: Routes): Map<string, UniversalHandlerFn> {
  const router = createConnectRouter({ acceptCompression: [compressionGzip] })
  routes(router)
  return new Map(router.handlers.map((handler) => [handler.requestPath, answerAtOnce(handler)]))
}

async function answer(
  handle: UniversalHandlerFn,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const address = request.socket?.remoteAddress ?? "unknown"
  const contextValues = createContextValues().set(remoteAddress, address)
  const universal = universalRequestFromNodeRequest(request, response, undefined, contextValues)
  await universalResponseToNodeResponse(await handle(universal), response)
}
