import type { Envelope } from "@wafer/proto"
import { compareBytes } from "./envelope.ts"
import { emptyFingerprint, withId, withoutId } from "./fingerprint.ts"
import type { Arrival, Follower, LogEntry, Position, Store, StoredEnvelope } from "./store.ts"
import { isKept } from "./topic.ts"

interface Row extends StoredEnvelope {
  readonly entry: LogEntry
}

/**
 * A store for tests, for demonstrations and for a node inside a page: it forgets everything when
 * its process ends.
 */
export function memoryStore(): Store {
  const topics = new Map<string, Row[]>()
  const rows = new Map<string, Row>()
  const followers = new Set<Follower>()
  const fingerprints = { kept: emptyFingerprint, expiring: emptyFingerprint }
  // Index i holds entry i + 1; a removed entry leaves a hole.
  const log: (Row | undefined)[] = []

  function insert(item: Arrival, seq: bigint): void {
    const { envelope, id, digest, receivedNs } = item
    const { contentTopic, timestampNs } = envelope
    const row: Row = {
      envelope,
      digest,
      entry: { seq, id, digest, contentTopic, timestampNs, receivedNs },
    }
    rows.set(id.join(), row)
    log.push(row)
    let index = topics.get(contentTopic)
    if (!index) topics.set(contentTopic, index = [])
    index.splice(rank(index, { timestampNs, digest }), 0, row)
    const set = isKept(contentTopic) ? "kept" : "expiring"
    fingerprints[set] = withId(fingerprints[set], id)
  }

  return {
    name: crypto.getRandomValues(new Uint8Array(16)),

    get head() {
      return BigInt(log.length)
    },

    append(items) {
      const arrivals = items.map((item): Arrival => {
        const fresh = item.keep && !rows.has(item.id.join())
        const arrival = { ...item, seq: fresh ? BigInt(log.length + 1) : undefined }
        if (arrival.seq !== undefined) insert(arrival, arrival.seq)
        return arrival
      })
      for (const follower of followers) follower.arrived(arrivals)
      return Promise.resolve(arrivals)
    },

    page({ topics: wanted, startNs, endNs, after, afterDigest, descending, limit }) {
      const found = [...new Set(wanted)].flatMap((topic) => {
        const index = topics.get(topic) ?? []
        const low = rank(index, { timestampNs: startNs, digest: new Uint8Array() })
        const high = rank(index, { timestampNs: endNs, digest: undefined })
        const start = after && !descending ? Math.max(low, rankBehind(index, after)) : low
        const end = after && descending ? Math.min(high, rankBefore(index, after)) : high
        if (start >= end) return []
        if (afterDigest) {
          const wanted = descending ? -1 : 1
          return index.slice(start, end)
            .filter(({ digest }) => compareBytes(digest, afterDigest) * wanted > 0)
        }
        return descending
          ? index.slice(Math.max(start, end - limit), end)
          : index.slice(start, Math.min(end, start + limit))
      })
      found.sort((a, b) => compare(a.entry, b.entry) * (descending ? -1 : 1))
      return Promise.resolve(found.slice(0, limit))
    },

    log(after, limit) {
      const found: LogEntry[] = []
      for (let i = Number(after); i < log.length && found.length < limit; i++) {
        if (log[i]) found.push(log[i]!.entry)
      }
      return Promise.resolve(found)
    },

    entries: (ids) => Promise.resolve(ids.map((id) => rows.get(id.join())?.entry)),

    envelopes: (entries) =>
      Promise.resolve(entries.map(({ id }): Envelope | undefined => rows.get(id.join())?.envelope)),

    follow(follower) {
      followers.add(follower)
      return () => followers.delete(follower)
    },

    remove(entries) {
      const removed = entries.filter(({ id }) => rows.has(id.join()))
      for (const { id, seq, contentTopic } of removed) {
        const row = rows.get(id.join())!
        rows.delete(id.join())
        log[Number(seq) - 1] = undefined
        const index = topics.get(contentTopic)!
        index.splice(index.indexOf(row), 1)
        if (index.length === 0) topics.delete(contentTopic)
        const set = isKept(contentTopic) ? "kept" : "expiring"
        fingerprints[set] = withoutId(fingerprints[set], id)
      }
      for (const follower of followers) follower.removed?.(removed)
      return Promise.resolve()
    },

    fingerprint: (set) => fingerprints[set],
    tidy: () => Promise.resolve(0),
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** Number of rows that stand before the position; a position without a digest stands behind its time. */
function rank(index: readonly Row[], position: Position): number {
  let low = 0
  let high = index.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(index[middle]!.entry, position) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function rankBehind(index: readonly Row[], after: Position): number {
  const at = rank(index, after)
  return index[at] && compare(index[at].entry, after) === 0 ? at + 1 : at
}

function rankBefore(index: readonly Row[], { timestampNs, digest }: Position): number {
  return rank(index, { timestampNs, digest: digest ?? new Uint8Array() })
}

function compare(a: Position, b: Position): number {
  if (a.timestampNs !== b.timestampNs) return a.timestampNs < b.timestampNs ? -1 : 1
  if (!a.digest || !b.digest) return a.digest === b.digest ? 0 : a.digest ? -1 : 1
  return compareBytes(a.digest, b.digest)
}
