import { hkdfSha256 } from "@wafer/crypto"
import { utf8 } from "../bytes.ts"

/** The key of one account, in one conversation, for thirty days. */
export interface HmacKey {
  /** Which thirty days, counted from 1970. */
  readonly thirtyDayPeriodsSinceEpoch: number
  /** 32 bytes. */
  readonly hmacKey: Uint8Array
}

const noSalt = new Uint8Array(0)
const periodMs = 30 * 24 * 60 * 60 * 1000

/** The thirty days that hold a time in milliseconds. */
export function hmacPeriod(ms: number): number {
  return Math.floor(ms / periodMs)
}

/** The key that `address` authenticates its messages with, in one conversation and period. */
export function hmacKey(keyMaterial: Uint8Array, address: string, period: number): Uint8Array {
  return hkdfSha256(keyMaterial, noSalt, utf8(`${period}-${address}`), 32)
}

/** The keys of the period before, of this one and of the next: what a push server is given. */
export function hmacKeys(keyMaterial: Uint8Array, address: string, nowMs: number): HmacKey[] {
  const now = hmacPeriod(nowMs)
  return [now - 1, now, now + 1].map((period) => ({
    thirtyDayPeriodsSinceEpoch: period,
    hmacKey: hmacKey(keyMaterial, address, period),
  }))
}
