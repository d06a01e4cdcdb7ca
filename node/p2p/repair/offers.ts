// "I hold these": how a peer is told of envelopes that gossip could not carry, and how a publisher
// learns that others have stored what it published.
import type { LogEntry, Store } from "../../store/store.ts"
import type { Fetcher } from "./fetch.ts"

export interface Offers {
  /** Offers an envelope to every peer that keeps its shard soon, together with others. */
  push(item: Offered): void
  /**
   * How many peers have stored what they should of these envelopes: the number of the shard that has
   * fewest. Resolves at `enough`, at the last answer, or after `timeoutMs`.
   */
  confirm(items: readonly Offered[], enough: number, timeoutMs: number): Promise<number>
  /** Stores what a peer offers; resolves with the ids that are not stored in the end. */
  take(peer: string, ids: readonly Uint8Array[]): Promise<Uint8Array[]>
  close(): void
}

/** What an offer needs to know of an envelope. */
export type Offered = Pick<LogEntry, "id" | "contentTopic">

export interface OffersOptions {
  readonly store: Store
  readonly fetcher: Fetcher
  /** Whether this node keeps a shard, so that others can fetch from it. */
  readonly keeps: (shard: number) => boolean
  /** The shard of a topic. */
  readonly shardOf: (contentTopic: string) => number
  /** Connected nodes of this network that keep a shard. */
  readonly keepers: (shard: number) => string[]
  readonly failed: (peer: string, error: unknown) => void
}

const GATHER_MS = 20
/** Gossip of a fresh publish is faster than a fetch: how long to wait for it. Many ids are a repair, not a publish. */
const PATIENCE_MS = [0, 10, 20, 40, 80]
const FRESH_IDS = 64
const AGAIN_MS = 200

export function createOffers(options: OffersOptions): Offers {
  const { store, fetcher, keepers, failed } = options
  let gathered: Offered[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  async function lacking(ids: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const entries = await store.entries(ids)
    return ids.filter((_, i) => entries[i] === undefined)
  }

  function byShard(items: readonly Offered[]): Map<number, Uint8Array[]> {
    return new Map(
      [...Map.groupBy(items, ({ contentTopic }) => options.shardOf(contentTopic))]
        .map(([shard, some]) => [shard, some.map(({ id }) => id)]),
    )
  }

  function offerGathered(): void {
    timer = undefined
    const items = gathered
    gathered = []
    for (const [shard, ids] of byShard(items)) {
      for (const peer of keepers(shard)) {
        fetcher.offer(peer, ids).catch((error) => failed(peer, error))
      }
    }
  }

  /** Whether a peer has all of these before the deadline. What it cannot fetch here, others may yet bring it. */
  async function hasStored(
    peer: string,
    ids: readonly Uint8Array[],
    deadline: number,
    fetchable: boolean,
  ): Promise<boolean> {
    for (;;) {
      const missing = await fetcher.offer(peer, ids, deadline - Date.now())
      if (missing.length === 0) return true
      if (fetchable || Date.now() + AGAIN_MS > deadline) return false
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  async function confirmShard(
    [shard, ids]: readonly [number, readonly Uint8Array[]],
    enough: number,
    timeoutMs: number,
  ): Promise<number> {
    let stored = 0
    return await new Promise<number>((resolve) => {
      const peers = keepers(shard)
      let open = peers.length
      const late = setTimeout(() => resolve(stored), timeoutMs)
      const settle = () => {
        if (stored < enough && open > 0) return
        clearTimeout(late)
        resolve(stored)
      }
      for (const peer of peers) {
        hasStored(peer, ids, Date.now() + timeoutMs, options.keeps(shard)).then((all) => {
          if (all) stored++
        }, (error) => failed(peer, error)).finally(() => {
          open--
          settle()
        })
      }
      settle()
    })
  }

  return {
    push(item) {
      gathered.push(item)
      timer ??= setTimeout(offerGathered, GATHER_MS)
    },

    async confirm(items, enough, timeoutMs) {
      if (enough <= 0) return 0
      const counts = [...byShard(items)].map((ids) => confirmShard(ids, enough, timeoutMs))
      return Math.min(...await Promise.all(counts))
    },

    async take(peer, ids) {
      let wanted: Uint8Array[] = [...ids]
      for (const ms of ids.length <= FRESH_IDS ? PATIENCE_MS : [0]) {
        await new Promise((resolve) => setTimeout(resolve, ms))
        wanted = await lacking(wanted)
        if (wanted.length === 0) return wanted
      }
      await fetcher.pull(peer, wanted)
      return await lacking(wanted)
    },

    close: () => clearTimeout(timer),
  }
}
