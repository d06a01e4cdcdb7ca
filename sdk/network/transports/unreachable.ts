import { WaferError } from "../../error.ts"

/** What it means that a fetch, or the reading of its answer, failed. */
export function unreachable(cause: unknown): WaferError {
  return new WaferError("unavailable", "the node cannot be reached", { cause })
}

/** Runs `work`. Its failure is the signal's reason when that has aborted, else `unreachable`. */
export async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw signal?.aborted ? signal.reason : unreachable(error)
  }
}
