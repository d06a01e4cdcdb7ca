import { Hono } from "hono"
import type { HttpEnv } from "../http/http.ts"
import { contains, parseAddress, parseRange } from "../access/ip.ts"
import { onceEvery } from "../once-every.ts"
import { packed } from "../packed.ts"
import { statusFiles } from "./files.ts"
import type { Status } from "./report.ts"

export interface StatusRoutesOptions {
  readonly status: Status
  /** Opens everything to who names it. */
  readonly operatorToken: string | undefined
  /** Aborted when the node stops. */
  readonly stopping: AbortSignal
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

const everyMs = 2000
const againMs = 1000
const loopback = [parseRange("127.0.0.0/8")!, parseRange("::1")!]

/** The operator's page at /status, its facts at /status.json, and as a stream of events. */
export function statusRoutes(options: StatusRoutesOptions): Hono<HttpEnv> {
  const { status, operatorToken, stopping } = options
  const app = new Hono<HttpEnv>()

  function isOperator(request: Request, remote: string | undefined): boolean {
    const { searchParams, host } = new URL(request.url)
    const token = request.headers.get("authorization")?.replace(/^Bearer /, "") ??
      searchParams.get("token")
    if (operatorToken !== undefined && token === operatorToken) return true
    // A proxy on this machine speaks for others, and so does a page of theirs in its browser.
    if (request.headers.has("x-forwarded-for")) return false
    const origin = request.headers.get("origin")
    if (origin !== null && URL.parse(origin)?.host !== host) return false
    const address = parseAddress(remote ?? "")
    return address !== undefined && loopback.some((range) => contains(range, address))
  }

  const reports = (operator: boolean) =>
    onceEvery(againMs, async () => JSON.stringify(await status.report(operator)))
  const [whole, open] = [reports(true), reports(false)]
  const reportFor = (request: Request, remote: string | undefined) =>
    isOperator(request, remote) ? whole : open

  app.get("/status.json", async ({ req, env, body }) => {
    const text = await reportFor(req.raw, env?.remoteAddress)()
    return body(text, 200, { "content-type": "application/json" })
  })

  app.get("/status/stream", ({ req, env }) => {
    const report = reportFor(req.raw, env?.remoteAddress)
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store" }
    return new Response(events(report, stopping), { headers })
  })

  for (const [path, file] of Object.entries(statusFiles)) {
    app.get(path, ({ req }) => packed(req.raw, file, { cache: "no-cache", policy }))
  }
  return app
}

/**
 * A report now, and every two seconds, until the reader goes or the node stops. One that cannot be made
 * ends the stream, and a page opens another.
 */
function events(report: () => Promise<string>, stopping: AbortSignal): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder()
  const ended = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = (): void => {
    ended.abort()
    clearTimeout(timer)
  }
  return new ReadableStream({
    start(controller) {
      stopping.addEventListener("abort", () => {
        end()
        controller.close()
      }, { signal: ended.signal })
      const send = async (): Promise<void> => {
        try {
          const text = `data: ${await report()}\n\n`
          if (ended.signal.aborted) return
          // A reader that does not read gets no more than is waiting for it.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(utf8.encode(text))
          timer = setTimeout(send, everyMs)
        } catch (error) {
          if (ended.signal.aborted) return
          end()
          controller.error(error)
        }
      }
      return send()
    },
    cancel: end,
  })
}
