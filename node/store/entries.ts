import { type Kv, readMany } from "./deno-kv.ts"
import { compareBytes } from "./envelope.ts"
import { keys, readEntry, readSeq } from "./rows.ts"
import type { LogEntry } from "./store.ts"

/** Up to `limit` entries of the commit log behind `after`, as far as `last`, oldest first. A damaged one hides no other. */
export async function readLog(
  kv: Kv,
  after: bigint,
  last: bigint,
  limit: number,
): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const range = { start: keys.log(after + 1n), end: keys.log(last + 1n) }
  for await (const row of kv.list(range, { limit, batchSize: Math.min(limit, 500) })) {
    const entry = readEntry(row)
    if (entry) entries.push(entry)
  }
  return entries
}

/** The entries of those ids that are stored, in the order of `ids`; undefined for the others, and for damaged ones. */
export async function readEntries(
  kv: Kv,
  ids: readonly Uint8Array[],
): Promise<(LogEntry | undefined)[]> {
  const places = await readMany(kv, ids.map(keys.id))
  const seqs = places.map(({ value, versionstamp }) =>
    versionstamp === null ? undefined : readSeq(value)
  )
  const found = await readMany(kv, seqs.filter((seq) => seq !== undefined).map(keys.log))
  const rows = found.values()
  return seqs.map((seq, i) => {
    const row = seq === undefined ? undefined : rows.next().value
    const entry = row && row.versionstamp !== null ? readEntry(row) : undefined
    return entry && compareBytes(entry.id, ids[i]!) === 0 ? entry : undefined
  })
}
