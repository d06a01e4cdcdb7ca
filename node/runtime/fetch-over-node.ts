import type { IncomingMessage, ServerResponse } from "node:http"
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2"
import { Readable } from "node:stream"
import type { ReadableStream as NodeReadableStream } from "node:stream/web"
import type { Fetch } from "../runtime.ts"

type Incoming = IncomingMessage | Http2ServerRequest
type Outgoing = ServerResponse | Http2ServerResponse

/** Answers one request of a server of Node with the app's fetch. */
export async function answer(
  incoming: Incoming,
  outgoing: Outgoing,
  fetch: Fetch,
  scheme: "http" | "https",
): Promise<void> {
  const gone = new AbortController()
  outgoing.once("close", () => gone.abort())
  const response = await fetch(requestOf(incoming, scheme, gone.signal), {
    remoteAddress: incoming.socket.remoteAddress ?? "unknown",
  })
  // Both kinds of response take this form; only their types do not know it of each other.
  const { status, headers } = response
  ;(outgoing as ServerResponse).writeHead(status, Object.fromEntries(headers))
  if (!response.body) {
    outgoing.end()
    return
  }
  if ("flushHeaders" in outgoing) outgoing.flushHeaders()
  const body = Readable.fromWeb(response.body as NodeReadableStream)
  outgoing.once("close", () => body.destroy())
  body.once("error", () => outgoing.destroy()).pipe(outgoing as NodeJS.WritableStream)
}

function requestOf(incoming: Incoming, scheme: string, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headers } = incoming
  const host = headers[":authority"] ?? headers.host ?? "localhost"
  const hasBody = method !== "GET" && method !== "HEAD"
  return new Request(new URL(url, `${scheme}://${host}`), {
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
