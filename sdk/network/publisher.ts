import { WaferError } from "../error.ts"
import type { CallOptions, Envelope } from "./transport.ts"

/** Publishes envelopes; resolves when the node has stored them. */
export type Publish = (envelopes: readonly Envelope[], options?: CallOptions) => Promise<void>

interface Job {
  readonly envelopes: readonly Envelope[]
  /** Nobody waits for it any more. */
  abandoned: boolean
  onAbandon?: () => void
  done(): void
  fail(reason: unknown): void
}

// What is asked for at the same time goes together, and does not wait behind one large attachment.
const lanes = 2
const mostEnvelopes = 100
const mostBytes = 1024 * 1024

/**
 * Publishes together what is asked for at once, and while other calls are on their way: many messages
 * cost few calls, one message waits for none. Each keeps its own outcome and its own signal.
 */
export function createPublisher(publish: Publish): Publish {
  const waiting: Job[] = []
  let busy = 0
  let called = false

  /** Once for all who are about to ask: messages sent at the same time are sealed at the same time. */
  function callNext(): void {
    if (called) return
    called = true
    queueMicrotask(next)
  }

  function next(): void {
    called = false
    while (busy < lanes && waiting.length > 0) {
      busy++
      const jobs = takeTogether(waiting)
      run(jobs).finally(() => {
        busy--
        callNext()
      })
    }
  }

  async function run(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return
    const left = new AbortController()
    for (const job of jobs) {
      job.onAbandon = () => {
        if (jobs.every(({ abandoned }) => abandoned)) left.abort()
      }
    }
    try {
      await publish(jobs.flatMap(({ envelopes }) => envelopes), { signal: left.signal })
      for (const job of jobs) job.done()
    } catch (error) {
      if (jobs.length === 1 || !isOfOne(error)) {
        for (const job of jobs) job.fail(error)
        return
      }
      // The node refused one of them: alone, each learns about itself.
      for (const job of jobs) await run([job])
    }
  }

  return (envelopes, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const settle = () => signal?.removeEventListener("abort", giveUp)
      const job: Job = {
        envelopes,
        abandoned: false,
        done() {
          settle()
          resolve()
        },
        fail(reason) {
          settle()
          reject(reason)
        },
      }
      // Whoever gives up waits no longer, even if the call goes on for others.
      function giveUp(): void {
        job.abandoned = true
        reject(signal!.reason)
        job.onAbandon?.()
      }
      signal?.addEventListener("abort", giveUp, { once: true })
      waiting.push(job)
      callNext()
    })
}

/** Takes from the front what fits into one call, at least one job. Those who gave up are left out. */
function takeTogether(waiting: Job[]): Job[] {
  const taken: Job[] = []
  let count = 0
  let bytes = 0
  while (waiting.length > 0) {
    const { envelopes } = waiting[0]!
    count += envelopes.length
    bytes += envelopes.reduce((sum, { message }) => sum + message.length, 0)
    if (taken.length > 0 && (count > mostEnvelopes || bytes > mostBytes)) break
    const job = waiting.shift()!
    if (!job.abandoned) taken.push(job)
  }
  return taken
}

/** Whether the node's complaint may be about one envelope, and the others are well. */
function isOfOne(error: unknown): boolean {
  return error instanceof WaferError &&
    ["rejected", "permission-denied", "too-large", "node"].includes(error.code)
}
