import type { IncomingMessage, ServerResponse } from "node:http"
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2"
import { Readable } from "node:stream"
import type { ReadableStream as NodeReadableStream } from "node:stream/web"
import type { Fetch } from "../runtime.ts"

type Incoming = IncomingMessage | Http2ServerRequest
type Outgoing = ServerResponse | Http2ServerResponse

/** For a client that still sends what was refused: an answer is lost when the connection ends at once. */
const lingerMs = 2000

/** Answers one request of a server of Node with the app's fetch. */
export async function answer(
  incoming: Incoming,
  outgoing: Outgoing,
  fetch: Fetch,
  scheme: "http" | "https",
): Promise<void> {
  const gone = new AbortController()
  outgoing.once("close", () => gone.abort())
  outgoing.once("finish", () => {
    if (incoming.complete) return
    drain(incoming)
    setTimeout(() => incoming.complete || incoming.destroy(), lingerMs).unref()
  })
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
    ...(hasBody && { body: bodyOf(incoming), duplex: "half" }),
  })
}

/** Whoever stops reading lets the rest run out: to destroy it would take the connection from the answer. */
function bodyOf(incoming: Incoming): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      incoming.on("data", (chunk: Uint8Array) => {
        controller.enqueue(chunk)
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause()
      })
      incoming.once("error", (error) => controller.error(error))
      incoming.once("end", () => controller.close())
    },
    pull: () => void incoming.resume(),
    cancel: () => drain(incoming),
  })
}

function drain(incoming: Incoming): void {
  incoming.removeAllListeners("data").removeAllListeners("end").resume()
}
