/** Why a reconciliation message is refused: cut short, not well formed, or beyond a limit. */
export type ReconcileCode = "truncated" | "malformed" | "version" | "limit"

/** A message of the other side that breaks the format or its limits; the session ends. */
export class ReconcileError extends Error {
  override readonly name = "ReconcileError"
  readonly code: ReconcileCode

  constructor(code: ReconcileCode, message: string) {
    super(message)
    this.code = code
  }
}
