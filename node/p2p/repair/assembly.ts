// The assembly of this room: comparing, fetching and offering, for both sides.
import type { Stream } from "@libp2p/interface"
import type { Store } from "../../store/store.ts"
import type { Windows } from "../../store/window.ts"
import type { Buckets } from "../bucket.ts"
import type { PeerLog } from "../metrics.ts"
import { createAgreement } from "./agreement.ts"
import { createFetchServer, FETCH } from "./fetch-server.ts"
import { createFetcher, type Take } from "./fetch.ts"
import { createOffers, type Offers } from "./offers.ts"
import { createRepair, type Repair, type RepairOptions } from "./repair.ts"
import { SYNC } from "./session.ts"
import type { Sets } from "./sets.ts"
import { createSyncServer } from "./sync-server.ts"

export interface RepairRoomOptions {
  readonly network: string
  readonly store: Store
  readonly sets: Sets
  readonly windows: Windows
  /** Whether this node keeps a shard. */
  readonly keeps: (shard: number) => boolean
  readonly shardOf: (contentTopic: string) => number
  /** Connected nodes of this network, and those that keep a shard. */
  readonly peers: () => string[]
  readonly keepers: (shard: number) => string[]
  /** The sets that a peer has too. */
  readonly shared: (peer: string) => readonly number[]
  /** Stores what was fetched. */
  readonly take: Take
  readonly open: (peer: string, protocol: string) => Promise<Stream>
  readonly blame: (peer: string, protocol: string, error: unknown) => void
  /** Sessions that a peer may open for one set. */
  readonly sessions: Buckets
  /** Bytes that one peer, and all of them, are served. */
  readonly perPeer: Buckets
  readonly total: Buckets
  readonly timings: RepairOptions["timings"] & { readonly round: number; readonly session: number }
  readonly log: PeerLog
  readonly now: () => number
  readonly random?: () => number
}

export interface RepairRoom {
  readonly repair: Repair
  readonly offers: Offers
  /** How the protocols of this room are answered. */
  readonly answers: Readonly<Record<string, (stream: Stream, peer: string) => Promise<void>>>
  close(): void
}

export function assembleRepair(options: RepairRoomOptions): RepairRoom {
  const { store, sets, open, blame, timings, log, now } = options
  const fetcher = createFetcher((peer) => open(peer, FETCH), options.take, sets)
  const offers = createOffers({
    store,
    fetcher,
    shardOf: options.shardOf,
    keeps: options.keeps,
    keepers: options.keepers,
    failed: (peer, error) => blame(peer, FETCH, error),
  })
  const session = {
    network: options.network,
    sets,
    windows: options.windows,
    log,
    roundMs: timings.round,
    sessionMs: timings.session,
    now,
  }
  const agreement = createAgreement(options.shared, now)
  const repair = createRepair({
    session,
    store,
    fetcher,
    agreement,
    peers: () => options.peers().filter((peer) => options.shared(peer).length > 0),
    shared: options.shared,
    open: (peer) => open(peer, SYNC),
    blame: (peer, error) => blame(peer, SYNC, error),
    timings,
    log,
    now,
    ...(options.random && { random: options.random }),
  })
  const sync = createSyncServer({
    ...session,
    sessions: options.sessions,
    retryAfterMs: timings.sessionGap,
    compared: agreement.note,
    outrun: repair.greet,
  })
  const { perPeer, total } = options
  const fetch = createFetchServer({ store, sets, log, perPeer, total, take: offers.take })
  return {
    repair,
    offers,
    answers: { [SYNC]: sync, [FETCH]: fetch },
    close() {
      repair.close()
      offers.close()
    },
  }
}
