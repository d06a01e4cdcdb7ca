import { compareBytes } from "./envelope.ts"
import type { Kv, KvKey } from "./deno-kv.ts"
import type { PageQuery, StoredEnvelope } from "./store.ts"
import { envelopeOf, withTails } from "./bodies.ts"
import { keys, readTopicKey } from "./rows.ts"

const openedAtOnce = 50

/** The first rows of several topics as one order: a k-way merge that reads no further than it must. */
export async function readPage(kv: Kv, query: PageQuery): Promise<StoredEnvelope[]> {
  const walks = await openWalks(kv, query)
  try {
    const page: StoredEnvelope[] = []
    while (page.length < query.limit && walks.length > 0) {
      const next = foremost(walks, query.descending)
      page.push(walks[next]!.front)
      const { done, value } = await walks[next]!.rows.next()
      if (done) walks.splice(next, 1)
      else walks[next]!.front = value
    }
    return page
  } finally {
    await leave(walks)
  }
}

/** Rows of several stores as one page: in order, each once, no more than the page takes. */
export function mergeRows(
  rows: readonly StoredEnvelope[],
  { descending, limit }: PageQuery,
): StoredEnvelope[] {
  const sorted = rows.toSorted((a, b) => compareRows(a, b) * (descending ? -1 : 1))
  return sorted.filter((row, i) => i === 0 || compareRows(row, sorted[i - 1]!) !== 0)
    .slice(0, limit)
}

/** One topic on its way, with the row that it stands at. */
interface Walk {
  readonly rows: AsyncGenerator<StoredEnvelope, void>
  front: StoredEnvelope
}

/** A few at a time, and never more than a page has rows: those that begin foremost. */
async function openWalks(kv: Kv, query: PageQuery): Promise<Walk[]> {
  const topics = [...new Set(query.topics)]
  const open: Walk[] = []
  try {
    for (let at = 0; at < topics.length; at += openedAtOnce) {
      const rows = topics.slice(at, at + openedAtOnce).map((topic) => walk(kv, topic, query))
      const fronts = await Promise.all(rows.map((one) => one.next()))
      fronts.forEach(({ done, value }, i) => {
        if (!done) open.push({ rows: rows[i]!, front: value })
      })
      if (open.length <= query.limit) continue
      open.sort((a, b) => compareRows(a.front, b.front) * (query.descending ? -1 : 1))
      await leave(open.splice(query.limit))
    }
    return open
  } catch (error) {
    await leave(open)
    throw error
  }
}

async function leave(walks: readonly Walk[]): Promise<void> {
  await Promise.all(walks.map(({ rows }) => rows.return(undefined)))
}

/** Which walk has the row that comes next. */
function foremost(walks: readonly Walk[], descending: boolean): number {
  let best = 0
  for (let i = 1; i < walks.length; i++) {
    if (compareRows(walks[i]!.front, walks[best]!.front) * (descending ? -1 : 1) < 0) best = i
  }
  return best
}

/** One topic's rows in the order of travel, read as far as the caller goes. */
async function* walk(
  kv: Kv,
  topic: string,
  query: PageQuery,
): AsyncGenerator<StoredEnvelope, void> {
  const { afterDigest, descending, limit, topics } = query
  const range = rangeOf(topic, query)
  if (!range) return
  // Of many topics each is likely to give a share of the page only.
  const batchSize = Math.min(Math.ceil(limit / topics.length) + 1, 500)
  const rows = kv.list(range, { reverse: descending, batchSize })
  for await (const one of withTails(rows, descending)) {
    const { digest } = readTopicKey(one.row.key)
    if (afterDigest && compareBytes(digest, afterDigest) * (descending ? -1 : 1) <= 0) continue
    const envelope = await envelopeOf(kv, one)
    // A damaged row is for the scrub: it must not keep its neighbours from anyone.
    if (envelope) yield { envelope, digest }
  }
}

function rangeOf(topic: string, query: PageQuery): { start: KvKey; end: KvKey } | undefined {
  const { startNs, endNs, after, descending } = query
  if (startNs > endNs) return undefined
  const start = ["t", topic, startNs]
  const end = ["t", topic, endNs + 1n]
  if (!after) return { start, end }
  const { timestampNs, digest } = after
  if (descending) {
    if (timestampNs > endNs) return { start, end }
    if (timestampNs < startNs) return undefined
    return {
      start,
      end: digest ? keys.topic(topic, timestampNs, digest) : ["t", topic, timestampNs],
    }
  }
  if (timestampNs < startNs) return { start, end }
  if (timestampNs > endNs) return undefined
  // What sorts behind a whole key and behind its tail.
  return digest
    ? { start: [...keys.topic(topic, timestampNs, digest), true], end }
    : { start: ["t", topic, timestampNs + 1n], end }
}

/** V1's order. Rows that are equal in it are one: a digest commits to topic and message. */
function compareRows(a: StoredEnvelope, b: StoredEnvelope): number {
  const [first, second] = [a.envelope.timestampNs, b.envelope.timestampNs]
  if (first !== second) return first < second ? -1 : 1
  return compareBytes(a.digest, b.digest)
}
