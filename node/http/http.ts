import { Code, createContextValues } from "@connectrpc/connect"
import {
  universalServerRequestFromFetch,
  universalServerResponseToFetch,
} from "@connectrpc/connect/protocol"
import { type Context, Hono } from "hono"
import type { Caller } from "../access/desk.ts"
import { isPlainUnary, type UnaryRoute } from "./connect-unary.ts"
import { allowAnyOrigin, isPreflight, preflightResponse } from "./cors.ts"
import { errorResponse, type GatewayRoute } from "./gateway.ts"
import type { AddressOf } from "./grpc.ts"
import { type Handlers, holdsHeaders, remoteAddress } from "./handlers.ts"
import { inbox } from "../inbox.ts"
import { openApi } from "./openapi.ts"
import { asRefusal, Refusal } from "../refusal.ts"

/** What the server knows of a request beside the request itself. */
export interface RequestInfo {
  readonly remoteAddress?: string
  /** It keeps the headers of an answer until the first byte of its body, so that streams begin with one. */
  readonly holdsHeaders?: boolean
}

export interface HttpOptions {
  readonly gateway: ReadonlyMap<string, GatewayRoute>
  /** Quick routes for calls that `handlers` could answer too. */
  readonly unary: ReadonlyMap<string, UnaryRoute>
  readonly handlers: Handlers
  readonly addressOf: AddressOf
  /** The operator's page. */
  readonly status: Hono<HttpEnv>
  /** The page of /metrics. */
  readonly metrics: () => string
  /** Resolves when the node can take messages; rejects with the reason why not. */
  readonly ready: () => Promise<void>
}

/** What a server hands to the app beside each request. */
export type HttpEnv = { Bindings: RequestInfo }

/** Answers all that arrives as a Request: Connect, gRPC-Web, the JSON gateway, health, metrics. */
export function createHttp(
  options: HttpOptions,
): (request: Request, info: RequestInfo) => Promise<Response> {
  const { gateway, unary, handlers, addressOf, status, metrics, ready } = options
  const app = new Hono<HttpEnv>()

  for (const [path, route] of gateway) {
    app.post(path, async (context) => {
      const response = await route(context.req.raw, callerOf(context, addressOf, "json"))
      return compresses(path) ? gzip(context.req.raw, response) : response
    })
    app.all(path, () => errorResponse(notImplemented()))
  }

  for (const [path, handle] of handlers) {
    const quick = unary.get(path)
    app.all(path, async (context) => {
      const { req, env } = context
      if (quick && isPlainUnary(req.raw)) {
        return await quick(req.raw, callerOf(context, addressOf, "connect"))
      }
      const contextValues = createContextValues()
        .set(remoteAddress, env?.remoteAddress ?? "unknown")
        .set(holdsHeaders, env?.holdsHeaders ?? false)
      const request = universalServerRequestFromFetch(req.raw, {})
      return universalServerResponseToFetch(await handle({ ...request, contextValues }))
    })
  }

  app.get("/healthz", ({ text }) => text("ok\n"))
  app.get("/readyz", async ({ text }) => {
    try {
      await ready()
      return text("ready\n")
    } catch (reason) {
      const [why] = (reason instanceof Error ? reason.message : String(reason)).split("\n")
      return text(`${why}\n`, 503)
    }
  })
  app.get(
    "/metrics",
    ({ body }) =>
      body(metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  )

  app.get("/openapi.json", ({ json }) => json(openApi()))
  app.route("/", status)

  app.get("*", async ({ req }, next) => inbox(req.raw) ?? await next())

  app.notFound(({ req, text }) =>
    // Elsewhere this JSON would be taken for an error of Connect, and is none.
    req.path.startsWith("/message/")
      ? errorResponse(new Refusal(Code.NotFound, "Not Found", "invalid"))
      : text("not found\n", 404)
  )
  app.onError((error) => errorResponse(asRefusal(error)))

  // Around the app rather than in it: a route without middleware is answered on a shorter way.
  return async (request, info) => {
    if (isPreflight(request)) return preflightResponse()
    const response = await app.fetch(request, info)
    allowAnyOrigin(response.headers)
    return response
  }
}

function callerOf(
  { req, env }: Context<HttpEnv>,
  addressOf: AddressOf,
  protocol: string,
): Caller {
  return {
    protocol,
    address: addressOf(env?.remoteAddress, req.header("x-forwarded-for") ?? null),
    authorization: req.header("authorization") ?? null,
    traceparent: req.header("traceparent") ?? null,
    answer: new Headers(),
    holdsHeaders: env?.holdsHeaders ?? false,
    // Not before it is asked for: servers make it then, and most calls never do.
    get signal() {
      return req.raw.signal
    },
  }
}

function notImplemented(): Refusal {
  return new Refusal(Code.Unimplemented, "Method Not Allowed", "invalid")
}

function compresses(path: string): boolean {
  return path.endsWith("/query") || path.endsWith("/batch-query")
}

function gzip(request: Request, response: Response): Response {
  if (!response.body || !request.headers.get("accept-encoding")?.includes("gzip")) return response
  const headers = new Headers(response.headers)
  headers.set("content-encoding", "gzip")
  headers.append("vary", "accept-encoding")
  const body = response.body.pipeThrough(new CompressionStream("gzip"))
  return new Response(body, { status: response.status, headers })
}
