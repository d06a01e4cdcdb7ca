import { type Kv, readMany } from "./deno-kv.ts"
import { keys, readEntry, readSeq } from "./rows.ts"
import type { LogEntry } from "./store.ts"

/** Up to `limit` entries of the commit log behind `after`, as far as `last`, oldest first. */
export async function readLog(
  kv: Kv,
  after: bigint,
  last: bigint,
  limit: number,
): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const range = { start: keys.log(after + 1n), end: keys.log(last + 1n) }
  for await (const { value } of kv.list(range, { limit, batchSize: Math.min(limit, 500) })) {
    entries.push(readEntry(value))
  }
  return entries
}

/** The entries of those ids that are stored, in the order of `ids`; undefined for the others. */
export async function readEntries(
  kv: Kv,
  ids: readonly Uint8Array[],
): Promise<(LogEntry | undefined)[]> {
  const places = await readMany(kv, ids.map(keys.id))
  const found = places.filter(({ versionstamp }) => versionstamp !== null)
  const rows = await readMany(kv, found.map(({ value }) => keys.log(readSeq(value))))
  let next = 0
  return places.map(({ versionstamp }) => {
    const row = versionstamp === null ? undefined : rows[next++]!
    return row && row.versionstamp !== null ? readEntry(row.value) : undefined
  })
}
