import { create } from "@bufbuild/protobuf"
import { type Head, HeadSchema } from "@wafer/proto/node"
import { compareBytes, nameOf } from "./envelope.ts"
import { emptyFingerprint, type Fingerprint, withId, withoutId } from "./fingerprint.ts"
import { bytesOf, createScale, type Kv, type KvAtomic, type KvKey, readMany } from "./deno-kv.ts"
import type { Arrival, Follower, Item, LogEntry, SetName, Store } from "./store.ts"
import { isKept } from "./topic.ts"
import { type Chunk, findOrphans, readEnvelopes, removeChunks, writeChunks } from "./bodies.ts"
import { createKnown } from "./known.ts"
import { readPage } from "./page.ts"
import {
  type Body,
  dayOf,
  keys,
  readEntry,
  readFingerprint,
  readHead,
  readSeq,
  writeBody,
  writeEntry,
  writeFingerprint,
  writeHead,
  writeSeq,
} from "./rows.ts"

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

const setNames: readonly SetName[] = ["kept", "expiring"]

/**
 * A store on Deno KV. What `append` has acknowledged survives the loss of the process and of power:
 * one atomic operation carries many envelopes, their log entries, their fingerprints and the head.
 *
 * Throws a `FencedError` from writes once another process has opened the same file.
 */
export async function kvStore(kv: Kv, options: KvStoreOptions = {}): Promise<Store> {
  const { shared = false, readOnly = false } = options
  const writer = crypto.getRandomValues(new Uint8Array(16))
  const followers = new Set<Follower>()
  const days = new Map<string, Fingerprint>()
  const known = createKnown()
  let allKnown = false
  let head = create(HeadSchema)
  let versionstamp: string | null = null
  let last: Promise<unknown> = Promise.resolve()
  let closed: Promise<void> | undefined
  let fenced: FencedError | undefined

  /** One writer at a time: the head that a commit checks is the head that it has read. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(() => {
      if (readOnly) throw new Error("this store was opened to read only")
      if (fenced) throw fenced
      return work()
    })
    last = result.catch(() => {})
    return result
  }

  async function readHeadRow(): Promise<void> {
    const row = await kv.get(keys.head)
    versionstamp = row.versionstamp
    head = row.versionstamp === null ? create(HeadSchema) : readHead(row.value)
    days.clear()
  }

  /** Takes the store over: whoever wrote to it before fails at its next commit. */
  async function takeOver(): Promise<void> {
    await readHeadRow()
    for (let attempt = 0; attempt < 10; attempt++) {
      if (shared && head.name.length > 0) return
      const { epoch, seq, sets } = head
      const name = head.name.length > 0 ? head.name : crypto.getRandomValues(new Uint8Array(16))
      const next = create(HeadSchema, { epoch: epoch + 1n, writer, seq, sets, name })
      const result = await kv.atomic().check({ key: keys.head, versionstamp })
        .set(keys.head, writeHead(next)).commit()
      await readHeadRow()
      if (result.ok) return
    }
    throw new FencedError("other processes keep opening this store")
  }

  /** The head has moved under this process. Alone that means to be fenced off; shared, to catch up. */
  async function catchUp(): Promise<void> {
    // Once and for all: a process that went on would number the log a second time.
    if (!shared) throw fenced = new FencedError("another process has opened this store")
    const from = head.seq
    await readHeadRow()
    for (let after = from; after < head.seq;) {
      const entries = await readLog(after, 500)
      after = entries.at(-1)?.seq ?? head.seq
      for (const { id } of entries) known.add(id)
      const envelopes = await readEnvelopes(kv, entries)
      announce(entries.flatMap((entry, i): Arrival[] => {
        const envelope = envelopes[i]
        return envelope ? [{ ...entry, envelope, keep: true, origin: "store" }] : []
      }))
    }
  }

  function announce(arrivals: readonly Arrival[]): void {
    if (arrivals.length > 0) { for (const follower of followers) follower.arrived(arrivals) }
  }

  async function readDays(changing: ReadonlyMap<string, Day>): Promise<void> {
    const missing = [...changing].filter(([name]) => !days.has(name))
    const rows = await readMany(kv, missing.map(([, { key }]) => key))
    for (const [i, [name]] of missing.entries()) {
      const { value } = rows[i]!
      days.set(name, value ? readFingerprint(value) : emptyFingerprint)
    }
  }

  /** Commits as many of the items as one atomic operation takes, and says how many that were. */
  async function commitSome(items: readonly Item[]): Promise<Arrival[]> {
    const stored = await findStored(items)
    const fits = createScale()
    fits(1, 32, 512)
    const arrivals: Arrival[] = []
    const fresh: LogEntry[] = []
    const bodies: Body[] = []
    const chunks: Chunk[] = []
    let seq = head.seq
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
    return arrivals
  }

  /** The names of those items that are stored already. Most are new, and most of those are known to be. */
  async function findStored(items: readonly Item[]): Promise<Set<string>> {
    const suspects = items.filter(({ keep, id }) => keep && (!allKnown || known.mayHave(id)))
    const rows = await readMany(kv, suspects.map(({ id }) => keys.id(id)))
    const found = suspects.filter((_, i) => rows[i]!.versionstamp !== null)
    return new Set(found.map(({ id }) => nameOf(id)))
  }

  /** Reads every id once, in the background; until then each new one is looked up. */
  async function learnIds(): Promise<void> {
    for await (const { key } of kv.list({ prefix: ["i"] }, { batchSize: 500 })) {
      if (closed) return
      known.add(bytesOf(key[1]))
    }
    allKnown = true
  }

  async function commitEntries(
    fresh: readonly LogEntry[],
    bodies: readonly Body[],
  ): Promise<boolean> {
    const changing = byDay(fresh)
    await readDays(changing)
    const atomic = kv.atomic()
    fresh.forEach((entry, i) => {
      const { seq, id, contentTopic, timestampNs, digest } = entry
      const { row, tail } = bodies[i]!
      const key = keys.topic(contentTopic, timestampNs, digest)
      atomic.set(key, row).set(keys.id(id), writeSeq(seq)).set(keys.log(seq), writeEntry(entry))
      if (tail) atomic.set(keys.tail(key), tail)
    })
    return await commitHead(atomic, changing, withId, fresh.at(-1)!.seq)
  }

  /** Commits with the fingerprints of the entries added or taken away; false when the head had moved. */
  async function commitHead(
    atomic: KvAtomic,
    changing: ReadonlyMap<string, Day>,
    change: (fingerprint: Fingerprint, id: Uint8Array) => Fingerprint,
    seq: bigint,
  ): Promise<boolean> {
    const sets = setNames.map((_, i) => head.sets[i] ?? emptyFingerprint)
    const changed = new Map<string, Fingerprint>()
    for (const [day, { set, key, ids }] of changing) {
      const fingerprint = ids.reduce(change, days.get(day)!)
      changed.set(day, fingerprint)
      if (fingerprint.count > 0n) atomic.set(key, writeFingerprint(fingerprint))
      else atomic.delete(key)
      const i = setNames.indexOf(set)
      sets[i] = ids.reduce(change, sets[i]!)
    }
    const { epoch, name } = head
    const next: Head = create(HeadSchema, { epoch, writer, seq, sets, name })
    const result = await atomic.check({ key: keys.head, versionstamp })
      .set(keys.head, writeHead(next)).commit()
    if (!result.ok) return false
    head = next
    versionstamp = result.versionstamp!
    for (const [day, fingerprint] of changed) days.set(day, fingerprint)
    return true
  }

  async function readLog(after: bigint, limit: number): Promise<LogEntry[]> {
    const entries: LogEntry[] = []
    const range = { start: keys.log(after + 1n), end: keys.log(head.seq + 1n) }
    for await (const { value } of kv.list(range, { limit, batchSize: Math.min(limit, 500) })) {
      entries.push(readEntry(value))
    }
    return entries
  }

  await (readOnly ? readHeadRow() : takeOver())
  const learning = readOnly ? undefined : learnIds().catch(() => {})
  let suspects: ReadonlySet<string> = new Set()
  const changes = shared && !readOnly ? kv.watch?.([keys.head]).getReader() : undefined
  if (changes) void watchHead(changes).catch(() => {})

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

    log: readLog,

    entries: readEntries,

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

    fingerprint: (set) => head.sets[setNames.indexOf(set)] ?? emptyFingerprint,

    async check() {
      // Outside of the queue of writes: whoever asks shall neither wait nor make others wait.
      const { value } = await kv.get(keys.head)
      if (!fenced && value && compareBytes(readHead(value).writer, writer) === 0) return
      await exclusively(async () => {
        const row = await kv.get(keys.head)
        if (row.versionstamp !== versionstamp) await catchUp()
      })
    },

    async tidy() {
      const orphans = await findOrphans(kv)
      // Another process may be writing chunks right now: only what was there last time counts.
      const names = new Set(orphans.map(nameOf))
      const stale = shared ? orphans.filter((id) => suspects.has(nameOf(id))) : orphans
      suspects = names
      for (const id of stale) {
        await exclusively(async () => {
          const [entry] = await readEntries([id])
          if (!entry) await removeChunks(kv, id)
        })
      }
      return stale.length
    },

    close() {
      return closed ??= (async () => {
        // Not awaited: in @deno/kv it never settles.
        void changes?.cancel().catch(() => {})
        await Promise.all([last, learning])
        kv.close()
      })()
    },
  }

  async function removeSome(ids: readonly Uint8Array[]): Promise<void> {
    const present = (await readEntries(ids)).filter((entry) => entry !== undefined)
    if (present.length === 0) return
    const changing = byDay(present)
    await readDays(changing)
    const atomic = kv.atomic()
    for (const { seq, id, contentTopic, timestampNs, digest } of present) {
      const key = keys.topic(contentTopic, timestampNs, digest)
      atomic.delete(key).delete(keys.tail(key)).delete(keys.id(id)).delete(keys.log(seq))
    }
    if (!await commitHead(atomic, changing, withoutId, head.seq)) {
      await catchUp()
      return await removeSome(ids)
    }
    // Last, and outside: what a crash leaves here is an orphan.
    for (const { id } of present) await removeChunks(kv, id)
    for (const follower of followers) follower.removed?.(present)
  }

  async function readEntries(ids: readonly Uint8Array[]): Promise<(LogEntry | undefined)[]> {
    const places = await readMany(kv, ids.map(keys.id))
    const found = places.filter(({ versionstamp }) => versionstamp !== null)
    const rows = await readMany(kv, found.map(({ value }) => keys.log(readSeq(value))))
    let next = 0
    return places.map(({ versionstamp }) => {
      const row = versionstamp === null ? undefined : rows[next++]!
      return row && row.versionstamp !== null ? readEntry(row.value) : undefined
    })
  }

  /** Shows followers what other processes have written, as soon as the head says so. */
  async function watchHead(changes: ReadableStreamDefaultReader<unknown>): Promise<void> {
    while (!(await changes.read()).done) await exclusively(catchUp)
  }
}

/** What of one day is added or taken away: it shares a fingerprint. */
interface Day {
  readonly set: SetName
  readonly key: KvKey
  readonly ids: Uint8Array[]
}

function byDay(entries: readonly LogEntry[]): Map<string, Day> {
  const days = new Map<string, Day>()
  for (const { id, contentTopic, timestampNs } of entries) {
    const set = isKept(contentTopic) ? "kept" : "expiring"
    const number = dayOf(timestampNs)
    const name = `${set} ${number}`
    const day = days.get(name)
    if (day) day.ids.push(id)
    else days.set(name, { set, key: keys.day(set, number), ids: [id] })
  }
  return days
}
