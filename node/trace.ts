import { toHex } from "./hex.ts"
import type { Log } from "./log.ts"
import type { Registry } from "./metrics.ts"

/** Where spans go: a collector that takes OTLP as JSON over HTTP. */
export interface TraceTarget {
  /** Like http://collector:4318; spans go to its /v1/traces. */
  readonly endpoint: string
  readonly headers?: Readonly<Record<string, string>>
  /** What the node is called there. Default "wafer-node". */
  readonly service?: string
  /** Between two batches. Default 5000. */
  readonly intervalMs?: number
}

/** One call, from its arrival to its end; for a stream that is its whole life. Names no topic and nobody. */
export interface Call {
  readonly method: string
  readonly protocol: string
  /** "ok", or the code of the error. */
  readonly code: string
  /** W3C Trace Context of the caller, as it came. */
  readonly traceparent: string | null
  /** On the clock of `performance`. */
  readonly startedMs: number
  readonly endedMs: number
  readonly envelopes?: number | undefined
}

/** Sends finished calls as spans of OpenTelemetry, some at a time. */
export interface Tracer {
  add(call: Call): void
  /** Sends what is left. */
  close(): Promise<void>
}

export interface TracerOptions extends TraceTarget {
  readonly registry: Registry
  readonly log: Log
}

const mostWaiting = 4096
const timeoutMs = 10_000

export function createTracer(options: TracerOptions): Tracer {
  const { endpoint, headers = {}, service = "wafer-node", registry, log } = options
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`
  const lost = registry.counter("wafer_spans_lost_total", "Spans that no collector took")
  const resource = { attributes: [attribute("service.name", service)] }
  let waiting: unknown[] = []
  let sending: Promise<void> = Promise.resolve()
  const timer = setInterval(() => void send(), options.intervalMs ?? 5000)

  function send(): Promise<void> {
    return sending = sending.then(async () => {
      const spans = waiting
      waiting = []
      if (spans.length === 0) return
      const scopeSpans = [{ scope: { name: "wafer-node" }, spans }]
      try {
        const answer = await fetch(url, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
          signal: AbortSignal.timeout(timeoutMs),
        })
        await answer.body?.cancel()
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
      } catch (reason) {
        lost.add(spans.length)
        log("warn", "spans lost", { spans: spans.length, reason: String(reason) })
      }
    })
  }

  return {
    add(call) {
      const span = spanOf(call)
      if (!span) return
      if (waiting.length < mostWaiting) waiting.push(span)
      else lost.add(1)
    },

    async close() {
      clearInterval(timer)
      await send()
    },
  }
}

const server = 2
const failed = 2

/** Undefined when the caller has decided that its trace is not kept. */
function spanOf(call: Call): unknown {
  const { method, protocol, code, traceparent, startedMs, endedMs, envelopes } = call
  const [, trace, parent, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? "") ?? []
  if (flags !== undefined && (parseInt(flags, 16) & 1) === 0) return undefined
  return {
    traceId: trace ?? randomHex(16),
    spanId: randomHex(8),
    ...(parent !== undefined && { parentSpanId: parent }),
    name: method,
    kind: server,
    startTimeUnixNano: unixNs(startedMs),
    endTimeUnixNano: unixNs(endedMs),
    attributes: [
      attribute("rpc.method", method),
      attribute("wafer.protocol", protocol),
      attribute("wafer.code", code),
      ...(envelopes === undefined
        ? []
        : [{ key: "wafer.envelopes", value: { intValue: String(envelopes) } }]),
    ],
    ...(code !== "ok" && { status: { code: failed } }),
  }
}

function attribute(key: string, text: string): unknown {
  return { key, value: { stringValue: text } }
}

function randomHex(bytes: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)))
}

function unixNs(ms: number): string {
  return String(BigInt(Math.round((performance.timeOrigin + ms) * 1000)) * 1000n)
}
