import { JobType } from "@wafer/proto"
import { WaferError } from "../error.ts"
import type { Store } from "../stores/store.ts"

/** Under which keys the official client keeps when it last asked for what. */
export const lastRunKeys = {
  v1: `refreshJob/${JobType.REFRESH_V1}`,
  v2: `refreshJob/${JobType.REFRESH_V2}`,
  preferences: `refreshJob/${JobType.REFRESH_PPPP}`,
} as const

const conversationKeys = [lastRunKeys.v1, lastRunKeys.v2]

/** When V1 and V2 conversations were last asked for, the earlier of both; undefined when one never was. */
export async function readLastRun(store: Store): Promise<bigint | undefined> {
  const runs = await Promise.all(
    conversationKeys.map(async (key) => {
      const bytes = await store.get(key)
      return bytes?.length ? decodeLastRun(bytes) : undefined
    }),
  )
  return runs.reduce((a, b) => a === undefined || b === undefined ? undefined : a < b ? a : b)
}

/** Both were asked for at this time. */
export async function writeLastRun(store: Store, ns: bigint): Promise<void> {
  for (const key of conversationKeys) await store.set(key, encodeLastRun(ns))
}

/** Nanoseconds, most significant byte first. Throws `malformed`. */
export function decodeLastRun(bytes: Uint8Array): bigint {
  if (bytes.length !== 8) {
    throw new WaferError("malformed", `expected a time of 8 bytes, got ${bytes.length}`)
  }
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0)
}

/** As `decodeLastRun` reads it. */
export function encodeLastRun(ns: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, ns)
  return bytes
}
