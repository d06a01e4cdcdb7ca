import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { RetryInfoSchema } from "@wafer/proto/node"
import type { Limiter, RateClass } from "./limit.ts"
import type { Metrics } from "./metrics.ts"
import { asRefusal, Refusal } from "./refusal.ts"

/** Who asks, however the question came. */
export interface Caller {
  /** A metrics label: json, connect, grpc, grpc-web. */
  readonly protocol: string
  /** What limits are counted by. */
  readonly address: string
  readonly authorization: string | null
  /** Headers of the answer: the state of the caller's limits. */
  readonly answer: Headers
  /** Whether a stream must begin with a heartbeat for its headers to leave. */
  readonly holdsHeaders: boolean
  readonly signal: AbortSignal
}

/** The front desk of every method: it counts who comes, and turns away who comes too often. */
export interface Desk {
  /** @throws Refusal with the time to come back, when the caller's bucket is empty */
  charge(caller: Caller, kind: RateClass, cost: number): void
  /** Runs a call and counts how it ended; every failure leaves as a Refusal. */
  measured<T>(method: string, caller: Caller, call: () => T | Promise<T>): Promise<T>
}

export function createDesk(limiter: Limiter | undefined, metrics: Metrics): Desk {
  return {
    charge(caller, kind, cost) {
      if (!limiter) return
      const verdict = limiter.take(caller.address, kind, cost, false)
      const { allowed, burst, remaining, resetSeconds, windowSeconds } = verdict
      caller.answer.set("RateLimit-Policy", `"${kind}";q=${burst};w=${windowSeconds}`)
      caller.answer.set("RateLimit", `"${kind}";r=${remaining};t=${resetSeconds}`)
      if (allowed) return
      const { retryAfterSeconds: seconds } = verdict
      caller.answer.set("Retry-After", String(seconds))
      const retry = create(RetryInfoSchema, { retryDelay: { seconds: BigInt(seconds) } })
      throw new Refusal(
        Code.ResourceExhausted,
        `${cost} exceeds rate limit ${verdict.bucket}`,
        "rate-limit",
        { details: [{ desc: RetryInfoSchema, value: retry }] },
      )
    },

    async measured(method, caller, call) {
      const started = performance.now()
      let code = "ok"
      try {
        return await call()
      } catch (error) {
        const refusal = asRefusal(error)
        code = Code[refusal.code]
        metrics.refusals.add(1, { method, reason: refusal.reason })
        throw refusal
      } finally {
        metrics.requests.add(1, { method, protocol: caller.protocol, code })
        metrics.requestSeconds.observe((performance.now() - started) / 1000, { method })
      }
    },
  }
}
