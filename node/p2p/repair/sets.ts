// What this node holds, as the sets that nodes compare: for each shard one for what is kept for ever and
// one for what expires, so that the edge of retention never looks like a loss.
import type { LogEntry, SetName, Store } from "../../store/store.ts"
import { shardOf, type Shards, unsharded } from "../../store/shard.ts"
import { isKept } from "../../store/topic.ts"
import { Index } from "./rbsr/index.ts"
import { idText, type Key, keyOf } from "./rbsr/key.ts"

export const SET_NAMES: readonly SetName[] = ["kept", "expiring"]

/** Whether a topic's envelopes are kept for ever, or expire. */
export function classOf(contentTopic: string): SetName {
  return isKept(contentTopic) ? "kept" : "expiring"
}

/** The number of a set on the wire: two for each shard, in the order of `SET_NAMES`. */
export function setNumber(shard: number, name: SetName): number {
  return shard * SET_NAMES.length + SET_NAMES.indexOf(name)
}

/** What a set of this number holds of its shard. */
export function setName(set: number): SetName {
  return SET_NAMES[set % SET_NAMES.length]!
}

/** The numbers of all sets of some shards. */
export function setsOf(shards: readonly number[]): number[] {
  return shards.flatMap((shard) => SET_NAMES.map((name) => setNumber(shard, name)))
}

export interface Sets {
  /** Those that this node has. */
  readonly numbers: readonly number[]
  /** The set that an envelope of this topic belongs to, whether the node has it or not. */
  numberFor(contentTopic: string): number
  /** A set that this node has. Throws a `RangeError` for any other. */
  of(set: number): Index
  /** Whether an envelope is stored in a set of this node, from memory alone. */
  has(contentTopic: string, key: Key): boolean
  close(): void
}

const PAGE = 1000

/**
 * Reads the whole log into memory, about 45 bytes an envelope, and follows the store from then on.
 * Resolves when all sets are complete; `progress` hears how many entries were read. What lies in the
 * store of shards that are not kept is in no set.
 */
export async function followSets(
  store: Store,
  shards: Shards = unsharded,
  progress?: (read: number) => void,
): Promise<Sets> {
  const numbers = setsOf(shards.kept)
  const indexes = new Map(numbers.map((set) => [set, new Index()]))
  const numberFor = (contentTopic: string) =>
    setNumber(shardOf(contentTopic, shards.count), classOf(contentTopic))
  const gone = new Set<string>()
  let loading = true
  const add = ({ contentTopic, timestampNs, id }: LogEntry) =>
    indexes.get(numberFor(contentTopic))?.insert(keyOf(timestampNs, id))
  const stop = store.follow({
    arrived(arrivals) {
      for (const { seq, envelope, id } of arrivals) {
        if (seq !== undefined) {
          indexes.get(numberFor(envelope.contentTopic))?.insert(keyOf(envelope.timestampNs, id))
        }
      }
    },
    removed(entries) {
      for (const { contentTopic, timestampNs, id } of entries) {
        indexes.get(numberFor(contentTopic))?.delete(keyOf(timestampNs, id))
        // A page of the log that is on its way may still name it.
        if (loading) gone.add(idText(id))
      }
    },
  })
  let after = 0n
  for (let read = 0;;) {
    const page = await store.log(after, PAGE)
    if (page.length === 0) break
    for (const entry of page) if (!gone.has(idText(entry.id))) add(entry)
    after = page.at(-1)!.seq
    progress?.(read += page.length)
  }
  loading = false
  gone.clear()
  return {
    numbers,
    numberFor,
    of(set) {
      const index = indexes.get(set)
      if (index === undefined) throw new RangeError(`this node has no set ${set}`)
      return index
    },
    has: (contentTopic, key) => indexes.get(numberFor(contentTopic))?.has(key) ?? false,
    close: stop,
  }
}
