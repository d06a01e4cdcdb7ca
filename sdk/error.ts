/**
 * What went wrong, for programs. The message says it for people.
 *
 * Yours to mend: `invalid-argument`, `closed`, `unsupported` (this account or peer cannot do that),
 * `not-registered` (the peer has published no keys), `wallet` (the wallet refused or answered
 * something else), `store` (the local storage failed).
 *
 * About one message or key: `malformed` (not what the protocol says), `forged` (a signature does not
 * prove what it should), `misplaced` (belongs to another conversation), `undecryptable` (no key opens
 * it), `unknown-content-type`, `invalid-content` (its codec refused it), `too-large`.
 *
 * From the node: `rejected` (the request broke a rule), `unauthenticated`, `permission-denied`,
 * `rate-limited`, `unavailable` (also: no connection), `unimplemented`, `node` (any other failure).
 */
export type WaferErrorCode =
  | "invalid-argument"
  | "closed"
  | "unsupported"
  | "not-registered"
  | "wallet"
  | "store"
  | "malformed"
  | "forged"
  | "misplaced"
  | "undecryptable"
  | "unknown-content-type"
  | "invalid-content"
  | "too-large"
  | "rejected"
  | "unauthenticated"
  | "permission-denied"
  | "rate-limited"
  | "unavailable"
  | "unimplemented"
  | "node"

/** What may accompany an error. */
export interface WaferErrorOptions {
  /** What was thrown below. */
  readonly cause?: unknown
  /** How long the node asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number
}

/**
 * The only error this package throws, besides `signal.reason` of an aborted call.
 *
 * @example
 * ```ts
 * try {
 *   await client.conversations.newConversation(friend)
 * } catch (error) {
 *   if (error instanceof WaferError && error.code === "not-registered") invite(friend)
 *   else throw error
 * }
 * ```
 */
export class WaferError extends Error {
  /** The class, for logs. */
  override readonly name = "WaferError"
  /** What went wrong, for programs. */
  readonly code: WaferErrorCode
  /** How long the node asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined

  /** An error with a code, a message for people, and what caused it. */
  constructor(code: WaferErrorCode, message: string, options: WaferErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Runs `work`; anything but a WaferError that it throws becomes the cause of one with `code`. */
export function rethrowAs<T>(code: WaferErrorCode, message: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof WaferError) throw cause
    throw new WaferError(code, message, { cause })
  }
}

/** `error` itself when it is a WaferError, else one with `code` that has it as its cause. */
export function asWaferError(error: unknown, code: WaferErrorCode): WaferError {
  if (error instanceof WaferError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new WaferError(code, message, { cause: error })
}
