import type { Log } from "./log.ts"
import type { Registry } from "./metrics.ts"
import { compareBytes, storageId } from "./store/envelope.ts"
import { shardOf, type Shards, unsharded } from "./store/shard.ts"
import type { LogEntry, Store } from "./store/store.ts"
import { isKept } from "./store/topic.ts"
import { createWindows } from "./store/window.ts"

export interface KeeperOptions {
  readonly store: Store
  /** How long topics outside /xmtp/ are kept; 0 is for ever. */
  readonly retentionMs: number
  /** What the node keeps. Default: everything. */
  readonly shards?: Shards
  /** Offers what it keeps no longer to nodes that do; resolves with whether enough of them have stored it. */
  readonly handOver?: ((entries: readonly LogEntry[]) => Promise<boolean>) | undefined
  readonly registry: Registry
  readonly log: Log
  readonly now: () => Date
}

export interface ScrubOptions {
  readonly onlyLook?: boolean
  readonly onProgress?: (checked: number) => void
}

/** Keeps the store in order while the node runs. */
export interface Keeper {
  /** Removes what has expired, oldest first, what other nodes keep instead, and what crashes left behind. */
  sweep(): Promise<{ expired: number; handedOver: number; orphans: number }>
  /**
   * Hashes every stored message anew, and removes those that are not what their id says, unless it
   * shall only look.
   */
  scrub(options?: ScrubOptions): Promise<{ checked: number; damaged: number }>
  /** Sweeps every hour and scrubs every week, beginning a little after the start. */
  start(): void
  close(): Promise<void>
}

const hourMs = 3_600_000
const step = 200

export function createKeeper(options: KeeperOptions): Keeper {
  const { store, retentionMs, shards = unsharded, handOver, registry, log, now } = options
  const removed = registry.counter("wafer_removed_total", "Stored envelopes removed, by reason")
  const windows = createWindows(retentionMs, () => now().getTime())
  const timers = new Map<() => unknown, ReturnType<typeof setTimeout>>()
  let working: Promise<unknown> = Promise.resolve()
  let closed = false
  // Everything up to here is kept for ever, or gone.
  let swept = 0n
  // Nothing is left of the shards that are not kept, and nothing of them can come.
  let tidied = shards.kept.length === shards.count

  async function* entriesFrom(after: bigint): AsyncGenerator<LogEntry[]> {
    for (let seq = after; !closed;) {
      const entries = await store.log(seq, step)
      if (entries.length === 0) return
      yield entries
      seq = entries.at(-1)!.seq
      // Serving comes first.
      await new Promise((resolve) => setTimeout(resolve))
    }
  }

  async function expire(): Promise<number> {
    if (retentionMs === 0) return 0
    const edge = windows.removalNs()
    let expired = 0
    for await (const entries of entriesFrom(swept)) {
      const young = entries.findIndex(({ receivedNs }) => receivedNs >= edge)
      const old = young < 0 ? entries : entries.slice(0, young)
      // Only the time of arrival counts: the log is in its order.
      const due = old.filter(({ contentTopic }) => !isKept(contentTopic))
      if (due.length > 0) await store.remove(due)
      expired += due.length
      if (old.length > 0) swept = old.at(-1)!.seq
      if (young >= 0) break
    }
    removed.add(expired, { reason: "expired" })
    return expired
  }

  /** Shards that were kept before: an envelope goes only when others are known to have it. */
  async function leaveToOthers(): Promise<number> {
    if (tidied || !handOver) return 0
    let handedOver = 0
    let left = 0
    for await (const entries of entriesFrom(0n)) {
      const foreign = entries.filter(({ contentTopic }) => !shards.keeps(contentTopic))
      const parts = Map.groupBy(foreign, ({ contentTopic }) => shardOf(contentTopic, shards.count))
      for (const part of parts.values()) {
        if (!await handOver(part)) {
          left += part.length
          continue
        }
        await store.remove(part)
        handedOver += part.length
      }
    }
    if (left > 0) log("warn", "nobody else is known to keep it", { envelopes: left })
    tidied = left === 0 && !closed
    removed.add(handedOver, { reason: "shard" })
    return handedOver
  }

  async function findDamaged(entries: readonly LogEntry[]): Promise<LogEntry[]> {
    const envelopes = await store.envelopes(entries)
    const suspects = entries.filter(({ id }, i) => {
      const envelope = envelopes[i]
      return !envelope || compareBytes(storageId(envelope), id) !== 0
    })
    // What was removed since the log was read is not damaged. By its number: its id may be what is wrong.
    const present = await Promise.all(suspects.map(({ seq }) => store.log(seq - 1n, 1)))
    return suspects.filter(({ seq }, i) => present[i]![0]?.seq === seq)
  }

  const keeper: Keeper = {
    async sweep() {
      const expired = await expire()
      const handedOver = await leaveToOthers()
      const orphans = await store.tidy()
      removed.add(orphans, { reason: "orphan" })
      const swept = { expired, handedOver, orphans }
      if (expired + handedOver + orphans > 0) log("info", "swept", swept)
      return swept
    },

    async scrub({ onlyLook = false, onProgress } = {}) {
      let checked = 0
      let damaged = 0
      for await (const entries of entriesFrom(0n)) {
        const broken = await findDamaged(entries)
        if (broken.length > 0 && !onlyLook) await store.remove(broken)
        checked += entries.length
        damaged += broken.length
        onProgress?.(checked)
      }
      if (!onlyLook) removed.add(damaged, { reason: "damaged" })
      log(damaged > 0 ? "error" : "info", "scrubbed", { checked, damaged })
      return { checked, damaged }
    },

    start() {
      every(hourMs, 10_000, keeper.sweep)
      every(7 * 24 * hourMs, hourMs, () => keeper.scrub())
    },

    async close() {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      await working
    },
  }

  function every(periodMs: number, firstMs: number, work: () => Promise<unknown>): void {
    const run = (): void => {
      working = working.then(work).catch((reason) =>
        log("error", "keeping the store in order failed", { reason: String(reason) })
      ).then(() => schedule(periodMs))
    }
    const schedule = (ms: number): void => {
      if (!closed) timers.set(work, setTimeout(run, ms))
    }
    schedule(firstMs)
  }

  return keeper
}
