import { createConnectRouter } from "@connectrpc/connect"
import { createFetchHandler } from "@connectrpc/connect/protocol"
import type { TestNode } from "./node.ts"

/** Answers as a Connect server would that serves the node's routes. */
export function fetchOf(node: TestNode): typeof globalThis.fetch {
  const router = createConnectRouter()
  node.routes(router)
  const handlers = new Map(router.handlers.map((handler) => [
    handler.requestPath,
    createFetchHandler(handler, { httpVersion: "1.1" }),
  ]))
  return async (input, init) => {
    const request = new Request(input, init)
    const handler = handlers.get(new URL(request.url).pathname)
    return await handler?.(request) ?? new Response("Not Found", { status: 404 })
  }
}
