import { WaferError, type WaferErrorCode } from "../error.ts"

/** What a script learns from the exit code; `wafer --help` says the same in words. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  account: 3,
  notRegistered: 4,
  unreachable: 5,
  refused: 6,
  interrupted: 130,
} as const

const byCode: Partial<Record<WaferErrorCode, number>> = {
  "invalid-argument": exitCodes.usage,
  store: exitCodes.account,
  "not-registered": exitCodes.notRegistered,
  unavailable: exitCodes.unreachable,
  rejected: exitCodes.refused,
  unauthenticated: exitCodes.refused,
  "permission-denied": exitCodes.refused,
  "rate-limited": exitCodes.refused,
}

/** The exit code of a program that ended with `error`. */
export function exitCodeOf(error: unknown): number {
  return error instanceof WaferError ? byCode[error.code] ?? exitCodes.failed : exitCodes.failed
}
