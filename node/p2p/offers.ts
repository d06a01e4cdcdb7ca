// "I hold these": how a peer is told of envelopes that gossip could not carry, and how a publisher
// learns that others have stored what it published.
import type { Store } from "../store/store.ts"
import type { Fetcher } from "./fetch.ts"

export interface Offers {
  /** Offers an id to every peer of the network soon, together with others. */
  push(id: Uint8Array): void
  /** How many peers have stored all ids: resolves at `enough`, at the last answer, or after `timeoutMs`. */
  confirm(ids: readonly Uint8Array[], enough: number, timeoutMs: number): Promise<number>
  /** Stores what a peer offers; resolves with the ids that are not stored in the end. */
  take(peer: string, ids: readonly Uint8Array[]): Promise<Uint8Array[]>
  close(): void
}

export interface OffersOptions {
  readonly store: Store
  readonly fetcher: Fetcher
  /** Connected nodes of this network. */
  readonly fellows: () => string[]
  readonly failed: (peer: string, error: unknown) => void
}

const GATHER_MS = 20
/** Gossip of a fresh publish is faster than a fetch: how long to wait for it. Many ids are a repair, not a publish. */
const PATIENCE_MS = [0, 10, 20, 40, 80]
const FRESH_IDS = 64

export function createOffers({ store, fetcher, fellows, failed }: OffersOptions): Offers {
  let gathered: Uint8Array[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  async function lacking(ids: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const entries = await store.entries(ids)
    return ids.filter((_, i) => entries[i] === undefined)
  }

  function offerGathered(): void {
    timer = undefined
    const ids = gathered
    gathered = []
    for (const peer of fellows()) {
      fetcher.offer(peer, ids).catch((error) => failed(peer, error))
    }
  }

  return {
    push(id) {
      gathered.push(id)
      timer ??= setTimeout(offerGathered, GATHER_MS)
    },

    async confirm(ids, enough, timeoutMs) {
      if (enough <= 0) return 0
      let stored = 0
      return await new Promise<number>((resolve) => {
        const peers = fellows()
        let open = peers.length
        const late = setTimeout(() => resolve(stored), timeoutMs)
        const settle = () => {
          if (stored < enough && open > 0) return
          clearTimeout(late)
          resolve(stored)
        }
        for (const peer of peers) {
          fetcher.offer(peer, ids, timeoutMs).then((missing) => {
            if (missing.length === 0) stored++
          }, (error) => failed(peer, error)).finally(() => {
            open--
            settle()
          })
        }
        settle()
      })
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
