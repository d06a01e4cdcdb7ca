import { Code, ConnectError } from "@connectrpc/connect"

/** What one request may ask: the limits that V1's clients know, and how slowly a body may come. */
export interface Limits {
  readonly maxTopicBytes: number
  readonly maxMessageBytes: number
  readonly maxRequestBytes: number
  readonly maxPage: number
  /** For a query of one userpreferences topic. */
  readonly maxPreferencesPage: number
  readonly maxBatchQueries: number
  /** In a query, in all queries of a batch together, or in a stream. */
  readonly maxTopics: number
  /** Between two pieces of a body. */
  readonly maxSilentMs: number
  /** For a whole body. */
  readonly maxRequestMs: number
}

export const defaultLimits: Limits = {
  maxTopicBytes: 300,
  maxMessageBytes: 1_048_214,
  maxRequestBytes: 50 * 1024 * 1024,
  maxPage: 100,
  maxPreferencesPage: 500,
  maxBatchQueries: 50,
  maxTopics: 10_000,
  maxSilentMs: 10_000,
  maxRequestMs: 120_000,
}

/** Why a request was turned away, in a word that metrics count by. */
export type Reason =
  | "invalid"
  | "too-large"
  | "unauthenticated"
  | "restricted-topic"
  | "deny-listed"
  | "rate-limit"
  | "behind"
  | "too-few-peers"
  | "no-keeper"
  | "too-many-streams"
  | "too-slow"
  | "stopping"
  | "internal"
  | "canceled"

/** A request that the node will not serve: the code and the text are what V1's clients see. */
export class Refusal extends ConnectError {
  readonly reason: Reason

  /** Connect takes every error of its own shape for one of this class too, and that has no reason. */
  static override [Symbol.hasInstance](value: unknown): value is Refusal {
    return value instanceof ConnectError && "reason" in value
  }

  constructor(
    code: Code,
    message: string,
    reason: Reason,
    options: { metadata?: HeadersInit; details?: OutgoingDetail[]; cause?: unknown } = {},
  ) {
    super(message, code, options.metadata, options.details, options.cause)
    this.reason = reason
  }
}

type OutgoingDetail = NonNullable<ConstructorParameters<typeof ConnectError>[3]>[number]

export function invalid(message: string): Refusal {
  return new Refusal(Code.InvalidArgument, message, "invalid")
}

/** What a caller learns of any failure: refusals as they are, anything unforeseen as "internal error". */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof DOMException && error.name === "AbortError") {
    return new Refusal(Code.Canceled, "canceled", "canceled", { cause: error })
  }
  return new Refusal(Code.Internal, "internal error", "internal", { cause: error })
}

/** The same of what Connect says about a request that it could not read. */
export function unread(error: unknown): Refusal {
  if (error instanceof Refusal || !(error instanceof ConnectError)) return asRefusal(error)
  const { code, rawMessage } = error
  const reason = code === Code.ResourceExhausted
    ? "too-large"
    : code === Code.Canceled
    ? "canceled"
    : "invalid"
  return new Refusal(code, rawMessage, reason, { cause: error })
}

const httpStatuses: Partial<Record<Code, number>> = {
  [Code.Canceled]: 499,
  [Code.InvalidArgument]: 400,
  [Code.DeadlineExceeded]: 504,
  [Code.NotFound]: 404,
  [Code.AlreadyExists]: 409,
  [Code.PermissionDenied]: 403,
  [Code.ResourceExhausted]: 429,
  [Code.FailedPrecondition]: 400,
  [Code.Aborted]: 409,
  [Code.OutOfRange]: 400,
  [Code.Unimplemented]: 501,
  [Code.Unavailable]: 503,
  [Code.Unauthenticated]: 401,
}

/** The HTTP status of a code, as grpc-gateway maps them. */
export function httpStatusOf(code: Code): number {
  return httpStatuses[code] ?? 500
}
