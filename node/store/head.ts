import { create } from "@bufbuild/protobuf"
import { HeadSchema } from "@wafer/proto/node"
import { type Kv, type KvAtomic, type KvKey, readMany } from "./deno-kv.ts"
import { compareBytes } from "./envelope.ts"
import { emptyFingerprint, type Fingerprint, withId, withoutId } from "./fingerprint.ts"
import { dayOf, keys, readFingerprint, readHead, writeFingerprint, writeHead } from "./rows.ts"
import type { LogEntry, SetName } from "./store.ts"
import { isKept } from "./topic.ts"

/**
 * The one row that every commit checks and writes: who writes, how far the log goes, and what it adds
 * up to. A commit against a head that has moved does nothing, so that no two processes number the log.
 */
export interface Head {
  /** Tells the log from any other; given once. */
  readonly name: Uint8Array
  /** Number of the last log entry that this process knows of. */
  readonly seq: bigint
  fingerprint(set: SetName): Fingerprint
  /** Reads the row again. */
  read(): Promise<void>
  /** Whether anyone has committed since the row was read or written here. */
  moved(): Promise<boolean>
  /** Whether this process was the last to write. */
  wroteLast(): Promise<boolean>
  /** Makes this process the writer: whoever wrote before fails at its next commit. */
  takeOver(): Promise<boolean>
  /** Commits, and counts what goes in or out; false, and nothing is written, when the head had moved. */
  commit(atomic: KvAtomic, change: Change): Promise<boolean>
}

/** Log entries that a commit adds, with the next numbers, or takes away. */
export type Change =
  | { readonly added: readonly LogEntry[] }
  | { readonly removed: readonly LogEntry[] }

const setNames: readonly SetName[] = ["kept", "expiring"]

export async function openHead(kv: Kv): Promise<Head> {
  const writer = crypto.getRandomValues(new Uint8Array(16))
  const days = new Map<string, Fingerprint>()
  let head = create(HeadSchema)
  let versionstamp: string | null = null

  async function read(): Promise<void> {
    const row = await kv.get(keys.head)
    versionstamp = row.versionstamp
    head = row.versionstamp === null ? create(HeadSchema) : readHead(row.value)
    days.clear()
  }

  async function readDays(changing: ReadonlyMap<string, Day>): Promise<void> {
    const missing = [...changing].filter(([name]) => !days.has(name))
    const rows = await readMany(kv, missing.map(([, { key }]) => key))
    for (const [i, [name]] of missing.entries()) {
      const { value } = rows[i]!
      days.set(name, (value ? readFingerprint(value) : undefined) ?? emptyFingerprint)
    }
  }

  await read()

  return {
    get name() {
      return head.name
    },

    get seq() {
      return head.seq
    },

    fingerprint: (set) => head.sets[setNames.indexOf(set)] ?? emptyFingerprint,

    read,

    moved: async () => (await kv.get(keys.head)).versionstamp !== versionstamp,

    async wroteLast() {
      const { value } = await kv.get(keys.head)
      return value ? compareBytes(readHead(value).writer, writer) === 0 : false
    },

    async takeOver() {
      const { epoch, seq, sets } = head
      const name = head.name.length > 0 ? head.name : crypto.getRandomValues(new Uint8Array(16))
      const next = create(HeadSchema, { epoch: epoch + 1n, writer, seq, sets, name })
      const { ok } = await kv.atomic().check({ key: keys.head, versionstamp })
        .set(keys.head, writeHead(next)).commit()
      await read()
      return ok
    },

    async commit(atomic, change) {
      const [entries, count, seq] = "added" in change
        ? [change.added, withId, change.added.at(-1)!.seq]
        : [change.removed, withoutId, head.seq]
      const changing = byDay(entries)
      await readDays(changing)
      const sets = setNames.map((_, i) => head.sets[i] ?? emptyFingerprint)
      const changed = new Map<string, Fingerprint>()
      for (const [day, { set, key, ids }] of changing) {
        const fingerprint = ids.reduce(count, days.get(day)!)
        changed.set(day, fingerprint)
        if (fingerprint.count > 0n) atomic.set(key, writeFingerprint(fingerprint))
        else atomic.delete(key)
        const i = setNames.indexOf(set)
        sets[i] = ids.reduce(count, sets[i]!)
      }
      const { epoch, name } = head
      const next = create(HeadSchema, { epoch, writer, seq, sets, name })
      const result = await atomic.check({ key: keys.head, versionstamp })
        .set(keys.head, writeHead(next)).commit()
      if (!result.ok) return false
      head = next
      versionstamp = result.versionstamp!
      for (const [day, fingerprint] of changed) days.set(day, fingerprint)
      return true
    },
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
