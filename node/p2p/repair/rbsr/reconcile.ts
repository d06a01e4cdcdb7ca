// Range-based set reconciliation: both sides compare fingerprints of ranges, split those that
// differ, and list the ids of small ones. No state lives between messages but the set itself.
import { ReconcileError } from "./error.ts"
import type { Items } from "./index.ts"
import { ID_LENGTH, idOf, idText, type Key, KEY_LENGTH, timestampOf } from "./key.ts"
import {
  type Bound,
  INFINITY,
  keyOfBound,
  type MessageLimits,
  MessageWriter,
  readRanges,
  VERSION,
} from "./message.ts"

/** How far one message may make us work. */
export interface Limits extends MessageLimits {
  /** Bytes of a message that we write, at least 4096; 0 for no limit. */
  readonly frame: number
  /** Fingerprints computed for one message; what is left over is covered by a last one. */
  readonly maxFingerprints: number
}

/** What p2p.md 3.7 allows a peer. */
export const DEFAULT_LIMITS: Limits = {
  frame: 256 * 1024,
  maxRanges: 8192,
  maxIds: 32_768,
  maxFingerprints: 8192,
}

/** What the initiator learned from a message. */
export interface Differences {
  /** Ids that we hold and the other side does not. */
  readonly have: Uint8Array[]
  /** Ids that the other side holds and we do not. They can repeat from round to round. */
  readonly need: Uint8Array[]
}

const BUCKETS = 16
// Room for what may follow the range that filled a frame: a skip and the last fingerprint.
const SLACK = 200

/** The first message of an initiator: the whole of `items`, split in equal parts. */
export function initiate(items: Items): Uint8Array {
  const writer = new MessageWriter()
  split(writer, items, 0, items.size, INFINITY)
  return writer.finish()
}

/**
 * A first message cut at random ranks instead. Whoever crafted ids so that two different sets have
 * one sum cannot know where the cuts will fall.
 */
export function initiateAtRandom(items: Items, random: () => number = Math.random): Uint8Array {
  if (items.size < 2 * BUCKETS) return initiate(items)
  const cuts = new Set<number>()
  while (cuts.size < BUCKETS) cuts.add(1 + Math.floor(random() * (items.size - 1)))
  const writer = new MessageWriter()
  let low = 0
  for (const high of [...cuts].sort((a, b) => a - b)) {
    writer.fingerprint(boundBetween(items, high), items.fingerprint(low, high))
    low = high
  }
  writer.fingerprint(INFINITY, items.fingerprint(low, items.size))
  return writer.finish()
}

/** A first message that lists every id: for the few items of an hour whose digests disagree. */
export function initiateWithIds(items: Items): Uint8Array {
  const writer = new MessageWriter()
  writer.ids(INFINITY, [...ids(items, 0, items.size)])
  return writer.finish()
}

/** The responder's answer. A version that we do not speak is answered by the one that we do. */
export function respond(items: Items, message: Uint8Array, limits = DEFAULT_LIMITS): Uint8Array {
  try {
    return reconcile(items, message, limits)
  } catch (error) {
    if (error instanceof ReconcileError && error.code === "version") return Uint8Array.of(VERSION)
    throw error
  }
}

/** The initiator's next message, undefined when nothing is left to compare, and what it learned. */
export function compare(
  items: Items,
  message: Uint8Array,
  limits = DEFAULT_LIMITS,
): Differences & { readonly next: Uint8Array | undefined } {
  const found: Differences = { have: [], need: [] }
  const next = reconcile(items, message, limits, found)
  return { ...found, next: next.length === 1 ? undefined : next }
}

/** Walks the ranges of `message`. With `found` we are the initiator: lists are taken, not answered. */
function reconcile(
  items: Items,
  message: Uint8Array,
  limits: Limits,
  found?: Differences,
): Uint8Array {
  const { frame } = limits
  if (frame !== 0 && frame < 4096) {
    throw new RangeError(`"frame" expected 0 or at least 4096, got ${frame}`)
  }
  const full = (length: number) => frame !== 0 && length > frame - SLACK
  const writer = new MessageWriter()
  let fingerprints = 0
  let low = 0
  let skipped: Bound | undefined
  const writeSkip = () => {
    if (skipped !== undefined) writer.skip(skipped)
    skipped = undefined
  }
  for (const range of readRanges(message, limits)) {
    let high = items.rank(keyOfBound(range.upper))
    // Infinity ends the set, whatever key the extremes of the clock would give.
    if (range.upper.timestamp === INFINITY.timestamp) high = items.size
    let overflow = false
    if (range.kind === "skip") {
      skipped = range.upper
    } else if (range.kind === "fingerprint") {
      fingerprints++
      if (equal(range.fingerprint, items.fingerprint(low, high))) {
        skipped = range.upper
      } else {
        writeSkip()
        const mark = writer.mark()
        fingerprints += split(writer, items, low, high, range.upper)
        overflow = full(writer.length) || fingerprints > limits.maxFingerprints
        if (overflow) {
          // The reference drops this range's answer too, but continues from its end: where the
          // other side holds nothing in it, the last fingerprint would hide the difference.
          writer.rewind(mark)
          high = low
        }
      }
    } else if (found !== undefined) {
      collect(items, low, high, range.ids, found)
      skipped = range.upper
    } else {
      const room = frame === 0
        ? Infinity
        : Math.floor((frame - SLACK - writer.length) / ID_LENGTH) + 1
      writeSkip()
      const cut = Math.min(high, low + Math.max(room, 0))
      const upper = cut < high ? boundAt(items.key(cut)) : range.upper
      writer.ids(upper, [...ids(items, low, cut)])
      high = cut
      overflow = full(writer.length)
    }
    if (overflow) {
      writer.fingerprint(INFINITY, items.fingerprint(high, items.size))
      break
    }
    low = high
  }
  return writer.finish()
}

/** Describes the ranks `low` to `high`: their ids when few, else fingerprints of equal parts. Returns how many. */
function split(
  writer: MessageWriter,
  items: Items,
  low: number,
  high: number,
  upper: Bound,
): number {
  const count = high - low
  if (count < 2 * BUCKETS) {
    writer.ids(upper, [...ids(items, low, high)])
    return 0
  }
  const part = Math.floor(count / BUCKETS)
  const longer = count % BUCKETS
  for (let i = 0, start = low; i < BUCKETS; i++) {
    const end = start + part + (i < longer ? 1 : 0)
    writer.fingerprint(
      end === high ? upper : boundBetween(items, end),
      items.fingerprint(start, end),
    )
    start = end
  }
  return BUCKETS
}

/** Compares a list of the other side with the ranks `low` to `high`. */
function collect(
  items: Items,
  low: number,
  high: number,
  theirs: readonly Uint8Array[],
  found: Differences,
): void {
  const listed = new Map(theirs.map((id) => [idText(id), id]))
  for (const id of ids(items, low, high)) {
    if (!listed.delete(idText(id))) found.have.push(id)
  }
  for (const id of listed.values()) found.need.push(id.slice())
}

/** Copies of the ids of the ranks `low` to `high`. */
function* ids(items: Items, low: number, high: number): Generator<Uint8Array> {
  for (const slice of items.slices(low, high)) {
    for (let at = 8; at < slice.length; at += KEY_LENGTH) yield slice.slice(at, at + ID_LENGTH)
  }
}

/** The shortest bound between the items at `rank - 1` and `rank`. */
function boundBetween(items: Items, rank: number): Bound {
  const before = items.key(rank - 1)
  const key = items.key(rank)
  let same = 0
  while (before[same] === key[same]) same++
  return same < 8
    ? { timestamp: timestampOf(key), prefix: new Uint8Array(0) }
    : { timestamp: timestampOf(key), prefix: idOf(key).slice(0, same - 8 + 1) }
}

function boundAt(key: Key): Bound {
  return { timestamp: timestampOf(key), prefix: idOf(key) }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i])
}
