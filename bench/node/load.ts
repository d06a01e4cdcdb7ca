import { Agent, request } from "node:http"
import { latencies } from "../quantile.ts"
import { cpuUs } from "./cpu.ts"

export interface Load {
  readonly url: string
  /** The process that answers. */
  readonly pid: number
  readonly headers: Record<string, string>
  /** Requests on their way at the same time, each on a connection of its own. */
  readonly clients: number
  /** Until this time is over, or this number of requests was made. */
  readonly seconds?: number
  readonly requests?: number
  /** Without it as fast as they are answered. */
  readonly perSecond?: number
  /** Without it the request is a GET. */
  readonly body?: (client: number) => Uint8Array
}

export interface LoadResult {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of the process that answers, for each request: other load on the machine changes it least. */
  readonly cpuUs: number | undefined
}

/** Sends requests and waits for each answer. Rejects when one is not 200. */
export async function load(options: Load): Promise<LoadResult> {
  const { pid, clients, seconds = Infinity, requests = Infinity, perSecond } = options
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const times: number[] = []
  const cpuBefore = cpuUs(pid)
  const start = performance.now()
  let sent = 0

  async function run(client: number): Promise<void> {
    while (sent < requests && performance.now() - start < seconds * 1000) {
      const turn = sent++
      const due = perSecond === undefined ? 0 : start + turn * 1000 / perSecond
      const early = due - performance.now()
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
      // A paced request counts from when it was due: waiting for a late answer is latency too.
      const from = perSecond === undefined ? performance.now() : due
      await send(agent, options, client)
      times.push(performance.now() - from)
    }
  }

  await Promise.all(Array.from({ length: clients }, (_, client) => run(client)))
  const elapsed = performance.now() - start
  const cpuAfter = cpuUs(pid)
  agent.destroy()
  return {
    perSecond: times.length * 1000 / elapsed,
    ...latencies(times),
    cpuUs: cpuBefore === undefined ? undefined : (cpuAfter! - cpuBefore) / times.length,
  }
}

function send(agent: Agent, { url, headers, body }: Load, client: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const bytes = body?.(client)
    const method = bytes ? "POST" : "GET"
    const outgoing = request(url, { agent, method, headers }, (answer) => {
      answer.on(
        "end",
        () =>
          answer.statusCode === 200
            ? resolve()
            : reject(new Error(`${answer.statusCode} of ${url}`)),
      )
      answer.resume()
    })
    outgoing.on("error", reject)
    outgoing.end(bytes)
  })
}
