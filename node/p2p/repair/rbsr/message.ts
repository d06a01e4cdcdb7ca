// A reconciliation message, byte for byte negentropy V1:
//   0x61 Range*    Range = Bound mode payload    Bound = timestamp prefixLength prefix
// A range begins where the one before it ended. Timestamps are differences to the bound before.
import { ReconcileError } from "./error.ts"
import { FINGERPRINT_LENGTH } from "./fingerprint.ts"
import { ID_LENGTH, type Key, keyOf } from "./key.ts"
import { type Cursor, encodeVarint, MAX_U64, readBytes, readCount, readVarint } from "./varint.ts"

export const VERSION = 0x61
const SKIP = 0
const FINGERPRINT = 1
const ID_LIST = 2

/** The exclusive end of a range: the smallest key with this timestamp whose id begins with `prefix`. */
export interface Bound {
  readonly timestamp: bigint
  readonly prefix: Uint8Array
}

export const INFINITY: Bound = { timestamp: MAX_U64, prefix: new Uint8Array(0) }

export function keyOfBound(bound: Bound): Key {
  return keyOf(bound.timestamp, bound.prefix)
}

/** What one side says about the keys below `upper` and not below the range before. */
export type Range =
  | { readonly kind: "skip"; readonly upper: Bound }
  | { readonly kind: "fingerprint"; readonly upper: Bound; readonly fingerprint: Uint8Array }
  | { readonly kind: "ids"; readonly upper: Bound; readonly ids: readonly Uint8Array[] }

/** How much of another's message is looked at before it counts as an attack. */
export interface MessageLimits {
  readonly maxRanges: number
  readonly maxIds: number
}

/**
 * The ranges of a message, one by one. Throws a `ReconcileError`: "version" for a version that is
 * not ours, "malformed" or "truncated" for bytes that no honest side sends (bounds that do not
 * grow among them), "limit" beyond `limits`.
 */
export function* readRanges(message: Uint8Array, limits: MessageLimits): Generator<Range> {
  const version = message[0]
  if (version === undefined) throw new ReconcileError("truncated", "an empty message")
  if (version !== VERSION) {
    const known = version >= 0x60 && version <= 0x6f
    throw new ReconcileError(
      known ? "version" : "malformed",
      `version byte: expected 0x61, got 0x${version.toString(16)}`,
    )
  }
  const cursor: Cursor = { bytes: message, offset: 1 }
  let before: Bound | undefined
  let idsLeft = limits.maxIds
  for (let ranges = 1; cursor.offset < message.length; ranges++) {
    if (ranges > limits.maxRanges) {
      throw new ReconcileError("limit", `more than ${limits.maxRanges} ranges in a message`)
    }
    const upper = readBound(cursor, before?.timestamp ?? 0n)
    if (before !== undefined && !grows(before, upper)) {
      throw new ReconcileError("malformed", "bounds of a message do not grow")
    }
    const mode = Number(readVarint(cursor))
    if (mode === SKIP) {
      yield { kind: "skip", upper }
    } else if (mode === FINGERPRINT) {
      yield { kind: "fingerprint", upper, fingerprint: readBytes(cursor, FINGERPRINT_LENGTH) }
    } else if (mode === ID_LIST) {
      const count = readCount(cursor, idsLeft, "ids in a message")
      idsLeft -= count
      const ids = Array.from({ length: count }, () => readBytes(cursor, ID_LENGTH))
      yield { kind: "ids", upper, ids }
    } else {
      throw new ReconcileError("malformed", `unknown mode ${mode}`)
    }
    before = upper
  }
}

function readBound(cursor: Cursor, before: bigint): Bound {
  const delta = readVarint(cursor)
  const timestamp = delta === 0n ? MAX_U64 : before + delta - 1n
  if (timestamp > MAX_U64) throw new ReconcileError("malformed", "a bound is above 2^64-1")
  const length = readCount(cursor, ID_LENGTH, "length of a bound's id prefix")
  return { timestamp, prefix: readBytes(cursor, length).slice() }
}

function grows(before: Bound, upper: Bound): boolean {
  if (before.timestamp !== upper.timestamp) return before.timestamp < upper.timestamp
  for (let i = 0; i < ID_LENGTH; i++) {
    const difference = (upper.prefix[i] ?? 0) - (before.prefix[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

/** Writes a message range by range; `mark` and `rewind` take back what does not fit into a frame. */
export class MessageWriter {
  #parts: Uint8Array[] = [Uint8Array.of(VERSION)]
  #length = 1
  #timestamp = 0n

  get length(): number {
    return this.#length
  }

  skip(upper: Bound): void {
    this.#range(upper, SKIP)
  }

  fingerprint(upper: Bound, fingerprint: Uint8Array): void {
    this.#range(upper, FINGERPRINT)
    this.#push(fingerprint)
  }

  ids(upper: Bound, ids: readonly Uint8Array[]): void {
    this.#range(upper, ID_LIST)
    this.#push(encodeVarint(ids.length))
    for (const id of ids) this.#push(id)
  }

  mark(): { parts: number; length: number; timestamp: bigint } {
    return { parts: this.#parts.length, length: this.#length, timestamp: this.#timestamp }
  }

  rewind(mark: { parts: number; length: number; timestamp: bigint }): void {
    this.#parts.length = mark.parts
    this.#length = mark.length
    this.#timestamp = mark.timestamp
  }

  finish(): Uint8Array {
    const message = new Uint8Array(this.#length)
    let offset = 0
    for (const part of this.#parts) {
      message.set(part, offset)
      offset += part.length
    }
    return message
  }

  #range(upper: Bound, mode: number): void {
    const infinite = upper.timestamp === MAX_U64
    this.#push(encodeVarint(infinite ? 0n : upper.timestamp - this.#timestamp + 1n))
    this.#push(encodeVarint(upper.prefix.length))
    this.#push(upper.prefix)
    this.#push(encodeVarint(mode))
    this.#timestamp = upper.timestamp
  }

  #push(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.#length += bytes.length
  }
}
