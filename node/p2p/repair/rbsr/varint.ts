// The varint of negentropy V1: base 128 with the most significant group first and the high bit on
// all groups but the last. Not protobuf's LEB128: 300 is 82 2c here and ac 02 there.
import { ReconcileError } from "./error.ts"

export const MAX_U64 = 0xffff_ffff_ffff_ffffn

/** The shortest encoding of `value`, 0 to 2^64-1, in 1 to 10 bytes. */
export function encodeVarint(value: bigint | number): Uint8Array {
  let rest = BigInt(value)
  const groups = [Number(rest & 0x7fn)]
  while ((rest >>= 7n) > 0n) groups.unshift(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from(groups)
}

/** Reads forward over `bytes`; throws a `ReconcileError` where they end or are not the shortest form. */
export interface Cursor {
  readonly bytes: Uint8Array
  offset: number
}

export function readVarint(cursor: Cursor): bigint {
  const first = cursor.offset
  let value = 0n
  for (;;) {
    const group = cursor.bytes[cursor.offset++]
    if (group === undefined) throw new ReconcileError("truncated", "a varint ends too early")
    if (group === 0x80 && cursor.offset === first + 1) {
      throw new ReconcileError("malformed", "a varint begins with an empty group")
    }
    value = value << 7n | BigInt(group & 0x7f)
    if (value > MAX_U64) throw new ReconcileError("malformed", "a varint is above 2^64-1")
    if (group < 0x80) return value
  }
}

/** A varint that counts something: `ReconcileError` "limit" when it is above `max`. */
export function readCount(cursor: Cursor, max: number, what: string): number {
  const value = readVarint(cursor)
  if (value > BigInt(max)) {
    throw new ReconcileError("limit", `${what}: expected at most ${max}, got ${value}`)
  }
  return Number(value)
}

/** The next `length` bytes, a view. */
export function readBytes(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.offset + length
  if (end > cursor.bytes.length) {
    throw new ReconcileError(
      "truncated",
      `expected ${length} bytes, got ${cursor.bytes.length - cursor.offset}`,
    )
  }
  return cursor.bytes.subarray(cursor.offset, cursor.offset = end)
}
