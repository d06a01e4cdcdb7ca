// What this node holds, as the sets that nodes compare: one for what is kept for ever and one for
// what expires, so that the edge of retention never looks like a loss.
import type { LogEntry, SetName, Store } from "../store/store.ts"
import { isKept } from "../store/topic.ts"
import { Index } from "./rbsr/index.ts"
import { idText, type Key, keyOf } from "./rbsr/key.ts"

export const SET_NAMES: readonly SetName[] = ["kept", "expiring"]

/** The number of a set on the wire is its place in `SET_NAMES`. */
export function setOf(contentTopic: string): SetName {
  return isKept(contentTopic) ? "kept" : "expiring"
}

export interface Sets {
  of(set: SetName): Index
  /** Whether an envelope is stored, from memory alone. */
  has(contentTopic: string, key: Key): boolean
  close(): void
}

const PAGE = 1000

/**
 * Reads the whole log into memory, about 45 bytes an envelope, and follows the store from then on.
 * Resolves when both sets are complete; `progress` hears how many entries were read.
 */
export async function followSets(store: Store, progress?: (read: number) => void): Promise<Sets> {
  const indexes: Record<SetName, Index> = { kept: new Index(), expiring: new Index() }
  const gone = new Set<string>()
  let loading = true
  const add = ({ contentTopic, timestampNs, id }: LogEntry) =>
    indexes[setOf(contentTopic)].insert(keyOf(timestampNs, id))
  const stop = store.follow({
    arrived(arrivals) {
      for (const { seq, envelope, id } of arrivals) {
        if (seq !== undefined) {
          indexes[setOf(envelope.contentTopic)].insert(keyOf(envelope.timestampNs, id))
        }
      }
    },
    removed(entries) {
      for (const { contentTopic, timestampNs, id } of entries) {
        indexes[setOf(contentTopic)].delete(keyOf(timestampNs, id))
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
    of: (set) => indexes[set],
    has: (contentTopic, key) => indexes[setOf(contentTopic)].has(key),
    close: stop,
  }
}
