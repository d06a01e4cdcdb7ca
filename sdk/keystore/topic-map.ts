import { inOrder } from "../stores/in-order.ts"
import type { Store } from "../stores/store.ts"

/** What a store keeps of conversations, by their topics. */
export interface TopicMap<T> {
  get(topic: string): Promise<T | undefined>
  all(): Promise<T[]>
  /**
   * Keeps what `take` makes of each item and of what its topic has; undefined leaves that as it is.
   * Resolves to how many it kept.
   */
  add<N extends Topical>(
    items: readonly N[],
    take: (item: N, before: T | undefined) => T | undefined,
  ): Promise<number>
}

/** What has a topic. */
export interface Topical {
  readonly topic: string
}

/** How a map is written. */
export interface TopicMapFormat<T> {
  topicOf(value: T): string
  encode(values: Iterable<T>): Uint8Array
  /** Throws `malformed`. */
  decode(bytes: Uint8Array): T[]
}

/**
 * Reads and writes the official client's layout: one value of everything, and a count of its writes
 * beside it, by which others that share the store learn that they have to read again.
 */
export function topicMap<T>(store: Store, key: string, format: TopicMapFormat<T>): TopicMap<T> {
  const { topicOf, encode, decode } = format
  const revisionKey = `${key}/revision`
  const known = new Map<string, T>()
  let revision = -1
  const ordered = inOrder()

  async function refresh(): Promise<void> {
    const stored = readRevision(await store.get(revisionKey))
    if (stored <= revision) return
    const bytes = await store.get(key)
    if (bytes) { for (const value of decode(bytes)) known.set(topicOf(value), value) }
    revision = stored
  }

  return {
    async get(topic) {
      if (!known.has(topic)) await ordered(refresh)
      return known.get(topic)
    },
    all: () =>
      ordered(async () => {
        await refresh()
        return [...known.values()]
      }),
    add: (items, take) =>
      // Each write is of the whole map: what others have written since must be in it.
      ordered(() =>
        store.lock(key, async () => {
          await refresh()
          let kept = 0
          for (const item of items) {
            const value = take(item, known.get(item.topic))
            if (value === undefined) continue
            known.set(item.topic, value)
            kept++
          }
          if (kept === 0) return 0
          await store.set(key, encode(known.values()))
          await store.set(revisionKey, writeRevision(++revision))
          return kept
        })
      ),
  }
}

/** How often a value was written; 0 when that is not known. */
export function readRevision(bytes: Uint8Array | undefined): number {
  if (bytes?.length !== 4) return 0
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true)
}

/** Least significant byte first. */
export function writeRevision(revision: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, revision, true)
  return bytes
}
