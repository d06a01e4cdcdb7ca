import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { RetryInfoSchema } from "@wafer/proto/node"
import { type Authenticator, authorize } from "./auth.ts"
import { countedAs } from "./client-address.ts"
import type { Limiter, RateClass, Verdict } from "./limit.ts"
import type { Metrics } from "../metrics.ts"
import { asRefusal, Refusal } from "../refusal.ts"
import { createTally } from "../tally.ts"
import type { Call } from "../trace.ts"
import type { Rules, Standing } from "./rules.ts"

/** Who asks, however the question came. */
export interface Caller {
  /** A metrics label: json, connect, grpc, grpc-web. */
  readonly protocol: string
  /** Whole, for rules; limits count by its network. */
  readonly address: string
  readonly authorization: string | null
  /** W3C Trace Context. */
  readonly traceparent: string | null
  /** Headers of the answer: the state of the caller's limits. */
  readonly answer: Headers
  /** Whether a stream must begin with a byte for its headers to leave. */
  readonly holdsHeaders: boolean
  readonly signal: AbortSignal
}

/** The front desk of every method: it counts who comes, and turns away who comes too often. */
export interface Desk {
  /**
   * Takes the cost of a call from the caller's bucket.
   *
   * @throws Refusal for a denied caller, and with the time to come back for one whose bucket is empty
   */
  charge(caller: Caller, kind: RateClass, cost: number): void
  /**
   * Takes what the cheapest call costs, before a request is read.
   *
   * @throws Refusal like charge, and counts it
   */
  deposit(method: string, caller: Caller, kind: RateClass): Deposit
  /**
   * The wallet that may write to these topics.
   *
   * @throws Refusal for a bad token, a denied wallet or somebody else's topic
   */
  admit(caller: Caller, topics: readonly string[]): string
  /**
   * Opens one stream for the caller unless `admit` throws, and counts how that ended; the result
   * closes it, once.
   *
   * @throws Refusal when the caller, or all together, have too many
   */
  open(method: string, caller: Caller, admit: () => void): () => void
  /** Counts what a stream, or another call that is not measured, failed with; it leaves as a Refusal. */
  refused(method: string, error: unknown): Refusal
  /** Runs a call and counts how it ended; every failure leaves as a Refusal. */
  measured<T>(
    method: string,
    caller: Caller,
    call: () => T | Promise<T>,
    envelopes?: number,
  ): Promise<T>
}

/** Who sends what cannot be read has paid for it; what can be read is charged by what it asks. Either, once. */
export interface Deposit {
  giveBack(): void
  /** Counts a call whose request could not be read; the reason leaves as a Refusal. */
  keep(reason: unknown): Refusal
}

/** How many streams one address, and all addresses together, may have open. */
export interface StreamLimits {
  readonly each: number
  readonly all: number
}

export const defaultStreams: StreamLimits = { each: 1000, all: 50_000 }
export const unlimitedStreams: StreamLimits = { each: Infinity, all: Infinity }

export interface DeskOptions {
  readonly authenticator: Authenticator
  readonly metrics: Metrics
  /** Without it nobody is too fast. */
  readonly limiter: Limiter | undefined
  /** Asked anew each time, so that an operator can change them. */
  readonly rules: () => Rules
  readonly streams: StreamLimits
  /** Told of every call that has ended. */
  readonly trace?: ((call: Call) => void) | undefined
}

export function createDesk(options: DeskOptions): Desk {
  const { authenticator, limiter, metrics, rules, streams, trace } = options
  const open = createTally()
  let openInAll = 0

  /** The standing of who asks. A wallet counts only once its token has been verified. */
  function standingOf({ address, authorization }: Caller): Standing | undefined {
    const { namesWallets } = rules()
    if (!namesWallets || authorization === null) return rules().of(address, undefined)
    try {
      return rules().of(address, authenticator.authenticate(authorization))
    } catch {
      // What is wrong with the token is said by the call that needs one.
      return rules().of(address, undefined)
    }
  }

  /** Undefined where nobody is too fast. */
  function take(caller: Caller, kind: RateClass, cost: number): Verdict | undefined {
    const standing = standingOf(caller)
    if (standing === "denied") throw denied()
    return limiter?.take(countedAs(caller.address), kind, cost, standing !== undefined)
  }

  function checkStreams(address: string): void {
    if (open.of(address) < streams.each && openInAll < streams.all) return
    throw new Refusal(Code.ResourceExhausted, "too many streams", "too-many-streams")
  }

  function traced(
    method: string,
    { protocol, traceparent }: Caller,
    startedMs: number,
    code: string,
    envelopes?: number,
  ): void {
    const endedMs = performance.now()
    trace?.({ method, protocol, code, traceparent, startedMs, endedMs, envelopes })
  }

  /** Counts a call that has its answer. */
  function ended(
    method: string,
    caller: Caller,
    startedMs: number,
    code: string,
    envelopes?: number,
  ): void {
    metrics.requests.add(1, { method, protocol: caller.protocol, code })
    metrics.requestSeconds.observe((performance.now() - startedMs) / 1000, { method })
    traced(method, caller, startedMs, code, envelopes)
  }

  function refused(method: string, error: unknown): Refusal {
    const refusal = asRefusal(error)
    metrics.refusals.add(1, { method, reason: refusal.reason })
    return refusal
  }

  return {
    refused,

    charge(caller, kind, cost) {
      const verdict = take(caller, kind, cost)
      if (!verdict) return
      tell(caller, kind, verdict)
      if (!verdict.allowed) throw tooFast(cost, verdict)
    },

    deposit(method, caller, kind) {
      const started = performance.now()
      let settled = false
      const keep = (reason: unknown): Refusal => {
        const refusal = asRefusal(reason)
        if (settled) return refusal
        settled = true
        ended(method, caller, started, Code[refused(method, refusal).code])
        return refusal
      }
      try {
        const verdict = take(caller, kind, 1)
        if (verdict) tell(caller, kind, verdict)
        if (verdict?.allowed === false) throw tooFast(1, verdict)
      } catch (error) {
        throw keep(error)
      }
      return {
        keep,
        giveBack() {
          if (settled) return
          settled = true
          take(caller, kind, -1)
        },
      }
    },

    admit(caller, topics) {
      const wallet = authenticator.authenticate(caller.authorization)
      const standing = rules().of(caller.address, wallet)
      if (standing === "denied") throw denied()
      if (standing !== "writer") authorize(wallet, topics)
      return wallet
    },

    open(method, caller, admit) {
      const address = countedAs(caller.address)
      const started = performance.now()
      let code = "ok"
      try {
        admit()
        checkStreams(address)
      } catch (error) {
        const refusal = refused(method, error)
        code = Code[refusal.code]
        traced(method, caller, started, code)
        throw refusal
      } finally {
        metrics.requests.add(1, { method, protocol: caller.protocol, code })
      }
      open.add(address)
      openInAll++
      let closed = false
      return () => {
        if (closed) return
        closed = true
        traced(method, caller, started, code)
        openInAll--
        open.remove(address)
      }
    },

    async measured(method, caller, call, envelopes) {
      const started = performance.now()
      let code = "ok"
      try {
        return await call()
      } catch (error) {
        const refusal = refused(method, error)
        code = Code[refusal.code]
        throw refusal
      } finally {
        ended(method, caller, started, code, envelopes)
      }
    },
  }
}

/** Puts the state of a bucket into the answer's headers. */
function tell({ answer }: Caller, kind: RateClass, verdict: Verdict): void {
  const { allowed, burst, remaining, resetSeconds, retryAfterSeconds, windowSeconds } = verdict
  answer.set("RateLimit-Policy", `"${kind}";q=${burst};w=${windowSeconds}`)
  answer.set("RateLimit", `"${kind}";r=${remaining};t=${resetSeconds}`)
  if (!allowed) answer.set("Retry-After", String(retryAfterSeconds))
}

function tooFast(cost: number, { bucket, retryAfterSeconds }: Verdict): Refusal {
  const retry = create(RetryInfoSchema, { retryDelay: { seconds: BigInt(retryAfterSeconds) } })
  return new Refusal(
    Code.ResourceExhausted,
    `${cost} exceeds rate limit ${bucket}`,
    "rate-limit",
    { details: [{ desc: RetryInfoSchema, value: retry }] },
  )
}

function denied(): Refusal {
  return new Refusal(Code.PermissionDenied, "wallet is deny listed", "deny-listed")
}
