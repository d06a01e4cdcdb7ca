import { openKv } from "@deno/kv"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import type { ReadableStream as NodeReadableStream } from "node:stream/web"
import type { Kv } from "../kv.ts"
import type { Fetch, Runtime } from "../runtime.ts"

// Who does not come to the point gives its place to others.
const timeouts = {
  headersTimeout: 15_000,
  requestTimeout: 150_000,
  connectionsCheckingInterval: 5000,
}

export const node: Runtime = {
  name: "node",

  async serveHttp({ host, port, fetch }) {
    const server = createServer(timeouts, (incoming, outgoing) => {
      answer(incoming, outgoing, fetch).catch(() => outgoing.destroy())
    })
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, resolve)
    })
    return {
      port: (server.address() as AddressInfo).port,
      stop: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeIdleConnections()
        }),
    }
  },

  async openKv(location) {
    return await openKv(location ?? ":memory:") as unknown as Kv
  },
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fetch: Fetch,
): Promise<void> {
  const gone = new AbortController()
  outgoing.once("close", () => gone.abort())
  const response = await fetch(requestOf(incoming, gone.signal), {
    remoteAddress: incoming.socket.remoteAddress ?? "unknown",
  })
  outgoing.writeHead(response.status, [...response.headers].flat())
  outgoing.flushHeaders()
  if (!response.body) {
    outgoing.end()
    return
  }
  const body = Readable.fromWeb(response.body as NodeReadableStream)
  outgoing.once("close", () => body.destroy())
  body.once("error", () => outgoing.destroy()).pipe(outgoing)
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headers } = incoming
  const hasBody = method !== "GET" && method !== "HEAD"
  return new Request(new URL(url, `http://${headers.host ?? "localhost"}`), {
    method,
    signal,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(":") ? [] : [[name, String(value)] as [string, string]]
    ),
    ...(hasBody && {
      body: Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>,
      duplex: "half",
    }),
  })
}
