// A sorted set of keys in memory that answers the fingerprint of any range without visiting its
// items: blocks of at most 128 keys with their sums, and running totals over the blocks.
import {
  addId,
  addSum,
  fingerprintOf,
  LIMBS,
  subtractId,
  subtractSum,
  type Sum,
  zeroSum,
} from "./fingerprint.ts"
import { compareKeys, type Key, KEY_LENGTH, keyOf } from "./key.ts"
import { MAX_U64 } from "./varint.ts"

/** What reconciliation needs of a set: ranks, keys by rank, and the fingerprint of a range of ranks. */
export interface Items {
  readonly size: number
  /** How many items sort before `key`. */
  rank(key: Key): number
  /** The key at a rank, a copy. */
  key(rank: number): Key
  /** The keys of the ranks `low` (inclusive) to `high` (exclusive), many in one array, as views valid until the next write. */
  slices(low: number, high: number): Iterable<Uint8Array>
  /** The 16-byte fingerprint of the same ranks. */
  fingerprint(low: number, high: number): Uint8Array
}

interface Block {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly sum: Sum
  count: number
}

const CAPACITY = 128
// Neighbours that would fill half a block are joined, so that deletions leave few blocks.
const SPARSE = CAPACITY / 2

function emptyBlock(): Block {
  const bytes = new Uint8Array(CAPACITY * KEY_LENGTH)
  return { bytes, view: new DataView(bytes.buffer), sum: zeroSum(), count: 0 }
}

/**
 * The set of items that a node holds. About 45 bytes an item; inserting costs one binary search and
 * one short copy, the fingerprint of any range about a hundred additions.
 *
 * @example
 * const index = new Index()
 * index.insert(keyOf(1n, id))
 * index.fingerprint(0, index.size)
 */
export class Index implements Items {
  readonly #blocks: Block[] = [emptyBlock()]
  // #counts[i] and sum i of #sums total the blocks before i; only the first #exact are up to date.
  #counts = new Uint32Array(64)
  #sums = new Uint32Array(64 * LIMBS)
  #exact = 1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** True when the key was not in the set. */
  insert(key: Key): boolean {
    let at = this.#blockOf(key)
    let block = this.#blocks[at]!
    let slot = slotOf(block, key)
    if (holds(block, slot, key)) return false
    if (block.count === CAPACITY) {
      // A set that grows at its end keeps full blocks behind it.
      const keep = slot === CAPACITY && at === this.#blocks.length - 1 ? CAPACITY : CAPACITY / 2
      this.#blocks.splice(at + 1, 0, splitOff(block, keep))
      if (slot >= keep) {
        this.#stale(at)
        block = this.#blocks[++at]!
        slot -= keep
      }
    }
    const offset = slot * KEY_LENGTH
    block.bytes.copyWithin(offset + KEY_LENGTH, offset, block.count * KEY_LENGTH)
    block.bytes.set(key, offset)
    addId(block.sum, block.view, offset + 8)
    block.count++
    this.#size++
    this.#stale(at)
    return true
  }

  /** True when the key was in the set. */
  delete(key: Key): boolean {
    const at = this.#blockOf(key)
    const block = this.#blocks[at]!
    const slot = slotOf(block, key)
    if (!holds(block, slot, key)) return false
    const offset = slot * KEY_LENGTH
    subtractId(block.sum, block.view, offset + 8)
    block.bytes.copyWithin(offset, offset + KEY_LENGTH, block.count * KEY_LENGTH)
    block.count--
    this.#size--
    this.#stale(at)
    this.#join(at)
    return true
  }

  has(key: Key): boolean {
    const block = this.#blocks[this.#blockOf(key)]!
    return holds(block, slotOf(block, key), key)
  }

  rank(key: Key): number {
    const at = this.#blockOf(key)
    this.#total()
    return this.#counts[at]! + slotOf(this.#blocks[at]!, key)
  }

  key(rank: number): Key {
    const { at, slot } = this.#place(rank)
    const offset = slot * KEY_LENGTH
    return this.#blocks[at]!.bytes.slice(offset, offset + KEY_LENGTH)
  }

  *slices(low: number, high: number): Generator<Uint8Array> {
    if (low >= high) return
    let { at, slot } = this.#place(low)
    for (let left = high - low; left > 0; at++, slot = 0) {
      const block = this.#blocks[at]!
      const count = Math.min(left, block.count - slot)
      yield block.bytes.subarray(slot * KEY_LENGTH, (slot + count) * KEY_LENGTH)
      left -= count
    }
  }

  fingerprint(low: number, high: number): Uint8Array {
    const sum = this.#sumBefore(high)
    subtractSum(sum, this.#sumBefore(low))
    return fingerprintOf(sum, high - low)
  }

  /** The sum of the ids of the first `rank` items. */
  #sumBefore(rank: number): Sum {
    const { at, slot } = this.#place(rank)
    const block = this.#blocks[at]!
    const sum = this.#sums.slice(at * LIMBS, (at + 1) * LIMBS)
    if (slot <= block.count / 2) {
      for (let i = 0; i < slot; i++) addId(sum, block.view, i * KEY_LENGTH + 8)
    } else {
      addSum(sum, block.sum)
      for (let i = slot; i < block.count; i++) subtractId(sum, block.view, i * KEY_LENGTH + 8)
    }
    return sum
  }

  /** The block that holds `key`, or into which it belongs: the last one that does not begin after it. */
  #blockOf(key: Key): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (compareKeys(this.#blocks[middle]!.bytes, 0, key) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The block and the slot of a rank; the rank `size` is the end of the last block. */
  #place(rank: number): { at: number; slot: number } {
    this.#total()
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#counts[middle]! <= rank) low = middle
      else high = middle - 1
    }
    return { at: low, slot: rank - this.#counts[low]! }
  }

  #stale(changed: number): void {
    this.#exact = Math.min(this.#exact, changed + 1)
  }

  #total(): void {
    const blocks = this.#blocks.length
    if (blocks > this.#counts.length) {
      this.#counts = resized(this.#counts, 2 * blocks)
      this.#sums = resized(this.#sums, 2 * blocks * LIMBS)
    }
    for (let i = this.#exact; i < blocks; i++) {
      const before = this.#blocks[i - 1]!
      this.#sums.copyWithin(i * LIMBS, (i - 1) * LIMBS, i * LIMBS)
      addSum(this.#sums, before.sum, i * LIMBS)
      this.#counts[i] = this.#counts[i - 1]! + before.count
    }
    this.#exact = blocks
  }

  #join(at: number): void {
    const first = Math.max(at - 1, 0)
    const left = this.#blocks[first]!
    const right = this.#blocks[first + 1]
    if (right === undefined) return
    const sparse = left.count + right.count <= SPARSE || left.count === 0 || right.count === 0
    if (!sparse) return
    left.bytes.set(right.bytes.subarray(0, right.count * KEY_LENGTH), left.count * KEY_LENGTH)
    left.count += right.count
    addSum(left.sum, right.sum)
    this.#blocks.splice(first + 1, 1)
    this.#stale(first)
  }
}

/** The items of `items` with `lowNs` <= timestamp < `highNs`, fixed when called: a later write to the set shifts it. */
export function window(items: Items, lowNs: bigint, highNs: bigint): Items {
  const none = new Uint8Array(0)
  const first = items.rank(keyOf(lowNs, none))
  const end = highNs === MAX_U64 ? items.size : Math.max(first, items.rank(keyOf(highNs, none)))
  const inside = (rank: number) => Math.min(Math.max(rank, first), end) - first
  return {
    size: end - first,
    rank: (key) => inside(items.rank(key)),
    key: (rank) => items.key(first + rank),
    slices: (low, high) => items.slices(first + low, first + high),
    fingerprint: (low, high) => items.fingerprint(first + low, first + high),
  }
}

function resized(array: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length)
  larger.set(array)
  return larger
}

/** How many keys of the block sort before `key`. */
function slotOf(block: Block, key: Key): number {
  let low = 0
  let high = block.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(block.bytes, middle * KEY_LENGTH, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function holds(block: Block, slot: number, key: Key): boolean {
  return slot < block.count && compareKeys(block.bytes, slot * KEY_LENGTH, key) === 0
}

/** Moves the keys from `keep` on into a block of their own. */
function splitOff(block: Block, keep: number): Block {
  const rest = emptyBlock()
  rest.bytes.set(block.bytes.subarray(keep * KEY_LENGTH, block.count * KEY_LENGTH))
  rest.count = block.count - keep
  for (let i = 0; i < rest.count; i++) addId(rest.sum, rest.view, i * KEY_LENGTH + 8)
  block.count = keep
  subtractSum(block.sum, rest.sum)
  return rest
}
