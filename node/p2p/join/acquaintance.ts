// Getting to know a peer: who it is, where it lives, which network it belongs to, whom it knows.
import type { Connection, PeerId, Stream } from "@libp2p/interface"
import type { WakuMetadata } from "@wafer/proto/p2p"
import { reachOf } from "./address.ts"
import type { Book } from "./book.ts"
import { askMetadata, METADATA } from "../waku/metadata.ts"
import type { PeerLog } from "../metrics.ts"
import { type Claim, type Exchange, PEERS } from "./peers.ts"
import { openRecord } from "./record.ts"
import type { Roster } from "./roster.ts"

export interface Acquaintance {
  /** A connection was identified. */
  identified(peerId: PeerId, protocols: string[], connection: Connection): void
  /** A peer told its network and what it keeps of it. */
  told(peer: string, claim: Claim): void
  /** Asks a peer whom it knows. Never rejects. */
  ask(peer: string): Promise<void>
}

export interface AcquaintanceOptions {
  readonly network: string
  /** Into how many shards the network is divided. */
  readonly shards: number
  /** The Waku cluster that peers must tell; undefined: any. */
  readonly cluster: number | undefined
  readonly metadata: WakuMetadata
  readonly exchange: Exchange
  readonly roster: Roster
  readonly book: Book
  /** The record that a peer has signed itself. */
  readonly recordOf: (peer: PeerId) => Promise<Uint8Array | undefined>
  readonly open: (peer: string, protocol: string) => Promise<Stream>
  readonly blame: (peer: string, protocol: string, error: unknown) => void
  readonly sendAway: (peer: string, reason: "network" | "shards" | "cluster") => void
  /** A node of this network that was not known to be one. */
  readonly met: (peer: string) => void
  /** The book has grown. */
  readonly learned: () => void
  readonly log: PeerLog
}

export function createAcquaintance(options: AcquaintanceOptions): Acquaintance {
  const { network, roster, book, exchange, open, blame, log } = options

  function told(peer: string, { network: theirs, shards }: Claim): void {
    const before = roster.get(peer)?.ours
    const ours = theirs === network && shards.count === options.shards
    roster.told(peer, ours, ours ? shards.kept : [])
    if (theirs !== network) {
      log.say("warn", "peer of another network", { peer, network: theirs })
      options.sendAway(peer, "network")
    } else if (!ours) {
      log.say("warn", "peer divides topics otherwise", { peer, shards: shards.count })
      options.sendAway(peer, "shards")
    } else if (before !== true) {
      options.met(peer)
    }
  }

  async function ask(peer: string): Promise<void> {
    const member = roster.get(peer)
    if (member === undefined) return
    try {
      const answer = await exchange.ask(await open(peer, PEERS), peer, member.remote)
      told(peer, answer)
      if (answer.learned > 0) options.learned()
    } catch (error) {
      blame(peer, PEERS, error)
    }
  }

  async function checkCluster(peer: string): Promise<void> {
    try {
      const { clusterId } = await askMetadata(await open(peer, METADATA), options.metadata)
      if (options.cluster === undefined || clusterId === options.cluster) return
      log.say("warn", "peer of another cluster", { peer, cluster: clusterId })
      options.sendAway(peer, "cluster")
    } catch (error) {
      blame(peer, METADATA, error)
    }
  }

  async function remember(peerId: PeerId, connection: Connection): Promise<void> {
    const record = await options.recordOf(peerId)
    if (record === undefined) return
    const { peer, addresses, seq } = await openRecord(record)
    // What libp2p signs for a peer never tells its shards.
    book.learn({ peer, addresses, seq, kept: undefined, record }, reachOf(connection.remoteAddr))
    book.met(peer)
  }

  return {
    told,
    ask,
    identified(peerId, protocols, connection) {
      const peer = peerId.toString()
      roster.identified(peer, protocols)
      remember(peerId, connection).catch((error) => blame(peer, "identify", error))
      if (protocols.includes(PEERS)) {
        void ask(peer)
      } else {
        // A relay of another kind, which cannot tell a network: a cluster is all it has.
        roster.told(peer, false)
        if (protocols.includes(METADATA)) void checkCluster(peer)
      }
    },
  }
}
