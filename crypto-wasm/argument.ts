import { CryptoError } from "./error.ts"

/** Refuses what is not a Uint8Array, or not of the length asked for. Says what it got, never its bytes. */
export function checkBytes(name: string, value: Uint8Array, length?: number): void {
  if (value instanceof Uint8Array && (length === undefined || value.length === length)) return
  const expected = length === undefined ? "Uint8Array" : `Uint8Array of length ${length}`
  const got = value instanceof Uint8Array ? `length=${value.length}` : `type=${typeof value}`
  throw new CryptoError("invalid-argument", `"${name}" expected ${expected}, got ${got}`)
}

/** Refuses bytes that are too short. */
export function checkAtLeast(name: string, value: Uint8Array, least: number): void {
  checkBytes(name, value)
  if (value.length >= least) return
  throw new CryptoError(
    "invalid-argument",
    `"${name}" expected Uint8Array of length ${least} or more, got length=${value.length}`,
  )
}

/** Refuses what is not a whole number from 0 to `most`. */
export function checkCount(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return
  const got = typeof value === "number" ? value : `type=${typeof value}`
  throw new CryptoError(
    "invalid-argument",
    `"${name}" expected an integer from 0 to ${most}, got ${got}`,
  )
}
