import { compareBytes } from "./envelope.ts"
import type { Kv, KvKey } from "./deno-kv.ts"
import type { PageQuery, StoredEnvelope } from "./store.ts"
import { envelopeOf } from "./bodies.ts"
import { keys, readTopicKey } from "./rows.ts"

/** The first rows of several topics as one order: a k-way merge that reads no further than it must. */
export async function readPage(kv: Kv, query: PageQuery): Promise<StoredEnvelope[]> {
  const walks = [...new Set(query.topics)].map((topic) => walk(kv, topic, query))
  try {
    const fronts = await Promise.all(walks.map((rows) => rows.next()))
    const page: StoredEnvelope[] = []
    while (page.length < query.limit) {
      const next = foremost(fronts, query.descending)
      if (next < 0) break
      page.push(fronts[next]!.value as StoredEnvelope)
      fronts[next] = await walks[next]!.next()
    }
    return page
  } finally {
    await Promise.all(walks.map((rows) => rows.return(undefined)))
  }
}

/** Which walk has the row that comes next; -1 when all have ended. */
function foremost(
  fronts: readonly IteratorResult<StoredEnvelope, void>[],
  descending: boolean,
): number {
  let best = -1
  let chosen: StoredEnvelope | undefined
  fronts.forEach(({ done, value }, i) => {
    if (done || !value) return
    if (chosen && comesBefore(value, chosen) === descending) return
    best = i
    chosen = value
  })
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
  for await (const row of kv.list(range, { reverse: descending, batchSize })) {
    const { digest } = readTopicKey(row.key)
    if (afterDigest && compareBytes(digest, afterDigest) * (descending ? -1 : 1) <= 0) continue
    const envelope = await envelopeOf(kv, row)
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
  // An empty part behind a whole key makes its immediate successor.
  return digest
    ? { start: [...keys.topic(topic, timestampNs, digest), ""], end }
    : { start: ["t", topic, timestampNs + 1n], end }
}

function comesBefore(a: StoredEnvelope, b: StoredEnvelope): boolean {
  if (a.envelope.timestampNs !== b.envelope.timestampNs) {
    return a.envelope.timestampNs < b.envelope.timestampNs
  }
  return compareBytes(a.digest, b.digest) < 0
}
