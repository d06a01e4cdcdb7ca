import { WaferError, type WaferErrorCode } from "../../error.ts"
import { retryAfterMs } from "./retry-after.ts"

// What a status means when no node has answered, but a proxy before it.
const statuses: Record<number, WaferErrorCode> = {
  401: "unauthenticated",
  403: "permission-denied",
  404: "unimplemented",
  429: "rate-limited",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
}

/** The error of an answer that is no success: in the node's own words where it has found some. */
export function refusal(
  { status, headers }: Response,
  code: WaferErrorCode | undefined,
  message: unknown,
): WaferError {
  const wait = retryAfterMs(headers.get("retry-after"))
  return new WaferError(
    code ?? statuses[status] ?? "node",
    typeof message === "string" ? message : `the node answered ${status}`,
    wait === undefined ? {} : { retryAfterMs: wait },
  )
}
