import { WaferError, type WaferErrorCode } from "../error.ts"

const attempts = 6
const firstPauseMs = 100
const longestPauseMs = 5000
// A node that asks for more patience than this is answered by an error that says so; what goes on
// for ever, as streams do, asks again after this time.
const longestObeyedMs = 60_000

// Long enough for the largest message on a slow line. Answers that come later are lost for good: with the
// connection that a router forgot, or that a laptop slept through.
const answeredWithinMs = 60_000

const passing: ReadonlySet<WaferErrorCode> = new Set(["unavailable", "rate-limited", "node"])

/** Whether trying again may help. */
export function isPassing(error: unknown): error is WaferError {
  return error instanceof WaferError && passing.has(error.code) &&
    (error.retryAfterMs ?? 0) <= longestObeyedMs
}

/**
 * How long to wait after the failure number `failures`, from 1: the node's own wish if it has one,
 * up to a minute, else up to twice as long each time. Never the same for two clients that failed together.
 */
export function pauseMs(failures: number, error: unknown): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1))
  const jitter = Math.random() * longest
  const wished = error instanceof WaferError ? error.retryAfterMs : undefined
  if (wished === undefined) return longest / 2 + jitter / 2
  return Math.min(wished, longestObeyedMs) + jitter / 2
}

/**
 * Runs `work` again while it fails in a way that may pass, six times in all. Each attempt has a signal of
 * its own, which aborts when there is no answer within `answerMs`.
 */
export async function retrying<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal | undefined,
  answerMs: number = answeredWithinMs,
): Promise<T> {
  for (let failures = 1;; failures++) {
    const late = new AbortController()
    const timer = setTimeout(
      () => late.abort(new WaferError("unavailable", `no answer within ${answerMs} ms`)),
      answerMs,
    )
    try {
      return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal)
    } catch (error) {
      if (failures === attempts || !isPassing(error)) throw error
      await sleep(pauseMs(failures, error), signal)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Resolves after `ms`; throws the signal's reason when it aborts before. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort)
      resolve()
    }, ms)
    signal?.addEventListener("abort", abort, { once: true })
  })
}
