import { Code } from "@connectrpc/connect"
import type { Envelope } from "@wafer/proto"
import { itemOf } from "./store/envelope.ts"
import { type Log, silent } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import { invalid, type Limits, Refusal } from "./refusal.ts"
import type { Arrival, Item, Store } from "./store/store.ts"
import type { Windows } from "./store/window.ts"

/** The one door for writes, for clients and peers alike. */
export interface Ingest {
  /**
   * Resolves when every envelope is durable (or, if ephemeral, relayed) and every follower has seen
   * it. Envelopes are taken in order: the ones before a refused one stay stored.
   *
   * @param origin "client", or the name of the peer that brought them
   * @throws Refusal with the text of V1
   */
  accept(envelopes: readonly Envelope[], origin: string): Promise<Arrival[]>
  /** @throws when it is closed, and for ten seconds what the last commit failed with: then it may be tried again */
  check(): void
  /** Resolves when what was accepted is committed; refuses whatever comes later. */
  close(): Promise<void>
}

export interface IngestOptions {
  readonly store: Store
  readonly limits: Limits
  /** How far ahead an envelope that expires may be stamped; undefined: as far as it likes. */
  readonly windows?: Windows
  readonly metrics: Metrics
  readonly log?: Log
  readonly now: () => Date
}

interface Waiting {
  readonly items: readonly Item[]
  readonly done: (arrivals: Arrival[]) => void
  readonly failed: (reason: unknown) => void
}

const maxTimestampNs = 2n ** 63n - 1n
// About what one atomic operation takes: who is done sends the next while others commit.
const maxGroupItems = 160
const maxGroupBytes = 8 * 1024 * 1024
const maxWaitingBytes = 256 * 1024 * 1024

const utf8 = new TextEncoder()

export function createIngest(options: IngestOptions): Ingest {
  const { store, limits, windows, metrics, log = silent, now } = options
  const waiting: Waiting[] = []
  let waitingBytes = 0
  let writing: Promise<void> | undefined
  let closed = false
  let failure: { reason: unknown; atMs: number } | undefined

  /** Group commit: while one commit waits for the disk, the next group gathers. */
  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const group: Waiting[] = []
      let count = 0
      let bytes = 0
      while (waiting.length > 0 && count < maxGroupItems && bytes < maxGroupBytes) {
        const next = waiting.shift()!
        group.push(next)
        count += next.items.length
        bytes += bytesIn(next.items)
      }
      waitingBytes -= bytes
      const started = performance.now()
      try {
        const arrivals = await store.append(group.flatMap(({ items }) => items))
        failure = undefined
        metrics.commitSize.observe(count)
        metrics.commitSeconds.observe((performance.now() - started) / 1000)
        let at = 0
        for (const { items, done } of group) done(arrivals.slice(at, at += items.length))
      } catch (reason) {
        metrics.commitFailures.add(1)
        log("error", "commit failed", { envelopes: count, reason: String(reason).split("\n")[0] })
        failure = { reason, atMs: now().getTime() }
        const refusal = new Refusal(Code.Internal, "the store cannot be written", "internal", {
          cause: reason,
        })
        for (const { failed } of group) failed(refusal)
      }
    }
    writing = undefined
  }

  function commit(items: readonly Item[]): Promise<Arrival[]> {
    const bytes = bytesIn(items)
    if (waitingBytes + bytes > maxWaitingBytes && waiting.length > 0) {
      throw new Refusal(Code.Unavailable, "the node is behind with its commits", "behind")
    }
    return new Promise((done, failed) => {
      waiting.push({ items, done, failed })
      waitingBytes += bytes
      writing ??= write()
    })
  }

  return {
    async accept(envelopes, origin) {
      if (closed) throw new Refusal(Code.Unavailable, "the node is stopping", "stopping")
      const faults = envelopes.map((envelope) => findFault(envelope, limits, windows))
      const first = faults.findIndex((fault) => fault !== undefined)
      const sound = first < 0 ? envelopes : envelopes.slice(0, first)
      const receivedNs = BigInt(now().getTime()) * 1_000_000n
      const items = sound.map((envelope) => itemOf(envelope, origin, receivedNs))
      const arrivals = items.length > 0 ? await commit(items) : []
      for (const { seq, keep } of arrivals) {
        metrics.envelopes.add(1, {
          origin: origin === "client" ? "client" : "peer",
          result: seq !== undefined ? "stored" : keep ? "known" : "relayed",
        })
      }
      if (first >= 0) throw faults[first]
      return arrivals
    },

    check() {
      if (closed) throw new Error("the node is stopping")
      if (failure && now().getTime() - failure.atMs < 10_000) throw failure.reason
    },

    async close() {
      closed = true
      await writing
    },
  }
}

/** Why an envelope cannot be taken, with the text of V1. */
export function findFault(
  { contentTopic, timestampNs, message }: Envelope,
  { maxTopicBytes, maxMessageBytes }: Limits,
  windows?: Windows,
): Refusal | undefined {
  // No character takes more than three bytes: most topics need not be encoded to be measured.
  if (
    3 * contentTopic.length > maxTopicBytes && utf8.encode(contentTopic).length > maxTopicBytes
  ) {
    return new Refusal(Code.InvalidArgument, "topic length too big", "too-large")
  }
  if (message.length > maxMessageBytes) {
    return new Refusal(Code.InvalidArgument, "message too big", "too-large")
  }
  if (timestampNs < 0n || timestampNs > maxTimestampNs) {
    return invalid("timestamp does not fit 63 bits")
  }
  // Stamped back is for a day of its own, stamped ahead would come back from peers after its day.
  if (windows?.fault(contentTopic, timestampNs) === "future") {
    return invalid("timestamp too far ahead for a topic that expires")
  }
  // Another spelling of the same bytes would be another topic: refuse rather than mend.
  if (!contentTopic.isWellFormed()) {
    return invalid("topic is not valid UTF-8")
  }
  return undefined
}

function bytesIn(items: readonly Item[]): number {
  return items.reduce((sum, { envelope }) => sum + envelope.message.length + 200, 0)
}
