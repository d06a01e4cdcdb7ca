// An item of a set is a timestamp and an id. Both live in one key whose bytewise order is the order
// of the set, so that searching and comparing never touch a bigint.

/** 8 big-endian bytes of the timestamp in nanoseconds, then the 32-byte storage id. */
export type Key = Uint8Array

export const ID_LENGTH = 32
export const KEY_LENGTH = 40

/** The key of an item; with a shorter id prefix, the smallest key that begins so. */
export function keyOf(timestampNs: bigint, idPrefix: Uint8Array): Key {
  const key = new Uint8Array(KEY_LENGTH)
  new DataView(key.buffer).setBigUint64(0, timestampNs)
  key.set(idPrefix, 8)
  return key
}

export function timestampOf(key: Key): bigint {
  return new DataView(key.buffer, key.byteOffset, 8).getBigUint64(0)
}

/** The id inside a key, a view. */
export function idOf(key: Key): Uint8Array {
  return key.subarray(8, KEY_LENGTH)
}

/** Negative, zero or positive as the key at `aAt` in `a` sorts before, with or after `b`. */
export function compareKeys(a: Uint8Array, aAt: number, b: Key): number {
  for (let i = 0; i < KEY_LENGTH; i++) {
    const difference = a[aAt + i]! - b[i]!
    if (difference !== 0) return difference
  }
  return 0
}

/** An id as a string of 16 UTF-16 units: what a Set or a Map can be keyed by, far cheaper than hex. */
export function idText(id: Uint8Array): string {
  return String.fromCharCode(
    id[0]! << 8 | id[1]!,
    id[2]! << 8 | id[3]!,
    id[4]! << 8 | id[5]!,
    id[6]! << 8 | id[7]!,
    id[8]! << 8 | id[9]!,
    id[10]! << 8 | id[11]!,
    id[12]! << 8 | id[13]!,
    id[14]! << 8 | id[15]!,
    id[16]! << 8 | id[17]!,
    id[18]! << 8 | id[19]!,
    id[20]! << 8 | id[21]!,
    id[22]! << 8 | id[23]!,
    id[24]! << 8 | id[25]!,
    id[26]! << 8 | id[27]!,
    id[28]! << 8 | id[29]!,
    id[30]! << 8 | id[31]!,
  )
}
