import { createScale, type Kv } from "./deno-kv.ts"
import { nameOf } from "./envelope.ts"
import type { Arrival, Follower, Item, LogEntry, Store } from "./store.ts"
import { type Chunk, findChunks, findOrphans, readEnvelopes, writeChunks } from "./bodies.ts"
import { readEntries, readLog } from "./entries.ts"
import { openHead } from "./head.ts"
import { createKnown } from "./known.ts"
import { readPage } from "./page.ts"
import { type Body, keys, writeBody, writeEntry, writeSeq } from "./rows.ts"
import { watchHead } from "./watch.ts"

/** How a store shares its Deno KV. */
export interface KvStoreOptions {
  /** Several processes write to it: one remote Deno KV, many nodes. Default false: one file, one process. */
  readonly shared?: boolean
  /** Leaves whoever writes to it alone, and fails every write. */
  readonly readOnly?: boolean
}

/** Another process has opened the file to write; this one must stop. */
export class FencedError extends Error {
  override readonly name = "FencedError"
}

/** More than one atomic operation ever takes. */
const mostAtOnce = 320

/**
 * A store on Deno KV. What `append` has acknowledged survives the loss of the process and of power:
 * one atomic operation carries many envelopes, their log entries, their fingerprints and the head.
 *
 * Throws a `FencedError` from writes once another process has opened the same file.
 */
export async function kvStore(kv: Kv, options: KvStoreOptions = {}): Promise<Store> {
  const { shared = false, readOnly = false } = options
  const head = await openHead(kv)
  const known = createKnown(kv)
  const followers = new Set<Follower>()
  const closing = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  let closed: Promise<void> | undefined
  let fenced: FencedError | undefined
  let orphansBefore: ReadonlySet<string> = new Set()

  if (!readOnly) await takeOver()
  // Followers have seen the log up to here.
  let shown = head.seq
  const learning = readOnly ? undefined : known.learn(closing.signal).catch(() => {})
  if (shared && !readOnly) void watchHead(kv, () => exclusively(headMoved), closing.signal)

  /** One writer at a time: the head that a commit checks is the head that it has read. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(async () => {
      if (readOnly) throw new Error("this store was opened to read only")
      if (fenced) throw fenced
      await showRest()
      return await work()
    })
    last = result.catch(() => {})
    return result
  }

  async function takeOver(): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
      if (shared && head.name.length > 0) return
      if (await head.takeOver()) return
    }
    throw new FencedError("other processes keep opening this store")
  }

  /** Whether the head had moved; then this process has caught up. */
  async function headMoved(): Promise<boolean> {
    if (!await head.moved()) return false
    await catchUp()
    return true
  }

  /**
   * The head has moved under this process. Alone that means to be fenced off, unless it was its own commit
   * whose answer was lost; shared, to catch up.
   */
  async function catchUp(): Promise<void> {
    // Once and for all: a process that went on would number the log a second time.
    if (!shared && !await head.wroteLast()) {
      throw fenced = new FencedError("another process has opened this store")
    }
    await head.read()
    await showRest()
  }

  /** Shows what the log has and followers have not seen. Where that fails, the next writer goes on with it. */
  async function showRest(): Promise<void> {
    while (shown < head.seq) {
      const entries = await readLog(kv, shown, head.seq, 500)
      const envelopes = await readEnvelopes(kv, entries)
      for (const { id } of entries) known.add(id)
      shown = entries.at(-1)?.seq ?? head.seq
      announce(entries.flatMap((entry, i): Arrival[] => {
        const envelope = envelopes[i]
        return envelope ? [{ ...entry, envelope, keep: true, origin: "store" }] : []
      }))
    }
  }

  function announce(arrivals: readonly Arrival[]): void {
    if (arrivals.length > 0) { for (const follower of followers) follower.arrived(arrivals) }
  }

  /** Commits as many of the items as one atomic operation takes, and says how many that were. */
  async function commitSome(items: readonly Item[]): Promise<Arrival[]> {
    const stored = await known.stored(items.filter(({ keep }) => keep).map(({ id }) => id))
    const fits = createScale()
    fits(1, 32, 512)
    const arrivals: Arrival[] = []
    const fresh: LogEntry[] = []
    const bodies: Body[] = []
    const chunks: Chunk[] = []
    let { seq } = head
    for (const item of items) {
      const name = nameOf(item.id)
      if (!item.keep || stored.has(name)) {
        arrivals.push({ ...item, seq: undefined })
        continue
      }
      const { contentTopic, timestampNs } = item.envelope
      const { id, digest, receivedNs } = item
      const body = writeBody(item.envelope, id)
      // Five rows: topic, tail, id, log and day. Three bytes a character are enough for any topic.
      const topicBytes = 3 * contentTopic.length
      const valueBytes = body.row.length + (body.tail?.length ?? 0) + topicBytes + 170
      const [rows, keyBytes] = body.tail ? [5, 2 * topicBytes + 370] : [4, topicBytes + 260]
      if (!fits(rows, keyBytes, valueBytes) && fresh.length > 0) break
      body.chunks.forEach((bytes, n) => chunks.push({ key: keys.chunk(id, n), bytes }))
      stored.add(name)
      arrivals.push({ ...item, seq: ++seq })
      fresh.push({ seq, id, digest, contentTopic, timestampNs, receivedNs })
      bodies.push(body)
    }
    await writeChunks(kv, chunks)
    if (fresh.length > 0 && !await commitEntries(fresh, bodies)) {
      await catchUp()
      return commitSome(items)
    }
    for (const { id } of fresh) known.add(id)
    shown = head.seq
    return arrivals
  }

  function commitEntries(fresh: readonly LogEntry[], bodies: readonly Body[]): Promise<boolean> {
    const atomic = kv.atomic()
    fresh.forEach((entry, i) => {
      const { seq, id, contentTopic, timestampNs, digest } = entry
      const { row, tail } = bodies[i]!
      const key = keys.topic(contentTopic, timestampNs, digest)
      atomic.set(key, row).set(keys.id(id), writeSeq(seq)).set(keys.log(seq), writeEntry(entry))
      if (tail) atomic.set(keys.tail(key), tail)
    })
    return head.commit(atomic, { added: fresh })
  }

  async function removeSome(ids: readonly Uint8Array[]): Promise<void> {
    const present = (await readEntries(kv, ids)).filter((entry) => entry !== undefined)
    if (present.length === 0) return
    const atomic = kv.atomic()
    for (const { seq, id, contentTopic, timestampNs, digest } of present) {
      const key = keys.topic(contentTopic, timestampNs, digest)
      atomic.delete(key).delete(keys.tail(key)).delete(keys.id(id)).delete(keys.log(seq))
    }
    if (!await head.commit(atomic, { removed: present })) {
      await catchUp()
      return await removeSome(ids)
    }
    for (const follower of followers) follower.removed?.(present)
    // Last, and outside: what a crash leaves here is an orphan.
    for (const { id } of present) await removeChunks(id)
  }

  /**
   * Removes chunks that belong to nothing. The head moves with them: whoever writes the same message at this
   * moment writes its chunks again, and when it was sooner, they stay.
   */
  async function removeChunks(id: Uint8Array): Promise<void> {
    const chunks = await findChunks(kv, id)
    const [entry] = await readEntries(kv, [id])
    if (entry || chunks.length === 0) return
    const atomic = kv.atomic()
    for (const key of chunks) atomic.delete(key)
    await head.commit(atomic, { removed: [] })
  }

  return {
    name: head.name,

    get head() {
      return head.seq
    },

    append: (items) =>
      exclusively(async () => {
        const arrivals: Arrival[] = []
        while (arrivals.length < items.length) {
          const some = await commitSome(items.slice(arrivals.length, arrivals.length + mostAtOnce))
          announce(some)
          arrivals.push(...some)
        }
        return arrivals
      }),

    page: (query) => readPage(kv, query),

    log: (after, limit) => readLog(kv, after, head.seq, limit),

    entries: (ids) => readEntries(kv, ids),

    envelopes: (entries) => readEnvelopes(kv, entries),

    follow(follower) {
      followers.add(follower)
      return () => followers.delete(follower)
    },

    remove: (entries) =>
      exclusively(async () => {
        for (let at = 0; at < entries.length; at += 100) {
          await removeSome(entries.slice(at, at + 100).map(({ id }) => id))
        }
      }),

    fingerprint: (set) => head.fingerprint(set),

    async check() {
      // Outside of the queue of writes: whoever asks shall neither wait nor make others wait.
      if (!fenced && await head.wroteLast()) return
      await exclusively(headMoved)
    },

    async tidy() {
      const orphans = await findOrphans(kv)
      // Another process may be writing chunks right now: only what was there last time counts.
      const stale = shared ? orphans.filter((id) => orphansBefore.has(nameOf(id))) : orphans
      orphansBefore = new Set(orphans.map(nameOf))
      for (const id of stale) await exclusively(() => removeChunks(id))
      return stale.length
    },

    close() {
      return closed ??= (async () => {
        closing.abort()
        await Promise.all([last, learning])
        kv.close()
      })()
    },
  }
}
