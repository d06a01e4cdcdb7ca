// /wafer/peers/1.0.0: nodes tell each other whom they know, as records that those signed themselves.
// It is also how two nodes find out that they belong to one network.
import { create } from "@bufbuild/protobuf"
import type { Multiaddr } from "@multiformats/multiaddr"
import {
  PeersRequestSchema,
  PeersResponseSchema,
  type Shards as ShardsMessage,
  ShardsSchema,
} from "@wafer/proto/p2p"
import type { Stream } from "@libp2p/interface"
import { createShards, maxShards, type Shards } from "../../store/shard.ts"
import { mayCross, type Reach, reachOf } from "./address.ts"
import type { Book, Entry } from "./book.ts"
import type { Buckets } from "../bucket.ts"
import { channel, ProtocolError } from "../framing.ts"
import { openRecord, type Told } from "./record.ts"

export const PEERS = "/wafer/peers/1.0.0"

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 5000 }
const MAX_RECORDS = 64
const MAX_NEW = 16
/** Room for what a node says of itself, beside the records of others: 1024 shards take 2 kB, twice. */
const OWN_BYTES = 8 * 1024
const FRESH_MS = 86_400_000

/** What a peer says of itself. Nobody else vouches for it. */
export interface Claim {
  readonly network: string
  readonly shards: Shards
}

export interface Exchange {
  /** Answers a peer; returns what it told of itself. */
  serve(stream: Stream, peer: string, from: Multiaddr): Promise<Claim>
  /** Asks a peer whom it knows; returns the same, and how many peers were new. */
  ask(
    stream: Stream,
    peer: string,
    from: Multiaddr,
  ): Promise<Claim & { readonly learned: number }>
}

export interface ExchangeOptions {
  readonly network: string
  readonly shards: Shards
  readonly book: Book
  /** This node's own signed record, in a network with shards. */
  readonly ownRecord: () => Promise<Uint8Array | undefined>
  /** Shards whose keepers are wanted. */
  readonly wanted: () => readonly number[]
  /** One request in ten seconds from each peer. */
  readonly requests: Buckets
  /** A peer asked more often. */
  readonly refused: () => void
  readonly now: () => number
  readonly random?: () => number
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { network, book, now, random = Math.random } = options
  const { count, kept } = options.shards
  const shards = create(ShardsSchema, { count, kept: [...kept] })

  /** What is left out where there is one shard, so that nodes that know of none understand each other. */
  async function facts(): Promise<{ shards: ShardsMessage; own: Uint8Array } | undefined> {
    return count > 1 ? { shards, own: await options.ownRecord() ?? new Uint8Array() } : undefined
  }

  function learn(told: Told, record: Uint8Array, from: Reach): boolean {
    const { shards, ...rest } = told
    // Who divides topics otherwise is of no use as a keeper.
    const kept = shards?.count === count ? shards.kept : undefined
    return book.learn({ ...rest, kept, record }, from)
  }

  /** Learns what a peer has signed about itself, which must be what it says. */
  async function learnOwn(own: Uint8Array, peer: string, claim: Claim, from: Reach): Promise<void> {
    if (own.length === 0 || claim.network !== network) return
    const told = await openRecord(own)
    const says = (shards: Shards | undefined) => shards && `${shards.count}: ${shards.kept}`
    if (told.peer !== peer || says(told.shards) !== says(claim.shards)) {
      throw new ProtocolError("violation", "a record that says otherwise than its peer")
    }
    learn(told, own, from)
  }

  /**
   * Signed records of those met today, never more than a message takes: first those that keep what is
   * wanted, then others, in random order.
   */
  function sample(
    max: number,
    to: string,
    reach: Reach,
    wanted: ReadonlySet<number>,
  ): Uint8Array[] {
    const fresh = book.entries().filter(({ peer, metAt, record, addresses }) =>
      peer !== to && record !== undefined && record.length > 0 && now() - metAt < FRESH_MS &&
      addresses.some((address) => mayCross(address, reach))
    )
    const isWanted = ({ kept }: Entry) => kept?.some((shard) => wanted.has(shard)) ?? false
    const shuffled = fresh.map((entry) => ({ entry, at: random() - (isWanted(entry) ? 1 : 0) }))
      .sort((a, b) => a.at - b.at)
    const records: Uint8Array[] = []
    let bytes = 0
    for (const { entry } of shuffled) {
      bytes += entry.record!.length + 4
      if (records.length >= max || bytes > LIMITS.maxBytes - OWN_BYTES) break
      records.push(entry.record!)
    }
    return records
  }

  return {
    async serve(stream, peer, from) {
      const peers = channel(stream, PeersRequestSchema, PeersResponseSchema, LIMITS)
      const request = await peers.read()
      const reach = reachOf(from)
      const share = request.network === network && options.requests.take(peer, 1)
      if (request.network === network && !share) options.refused()
      const wanted = new Set(request.wanted.slice(0, maxShards))
      await peers.write(create(PeersResponseSchema, {
        network,
        ...await facts(),
        records: share ? sample(Math.min(request.max, MAX_RECORDS), peer, reach, wanted) : [],
      }))
      await peers.close()
      const claim = claimOf(request)
      await learnOwn(request.own, peer, claim, reach)
      return claim
    },

    async ask(stream, peer, from) {
      const peers = channel(stream, PeersResponseSchema, PeersRequestSchema, LIMITS)
      const wanted = [...options.wanted()]
      await peers.write(
        create(PeersRequestSchema, { network, ...await facts(), wanted, max: MAX_RECORDS }),
      )
      const response = await peers.read()
      await peers.close()
      const reach = reachOf(from)
      const claim = claimOf(response)
      let learned = 0
      if (claim.network !== network) return { ...claim, learned }
      await learnOwn(response.own, peer, claim, reach)
      for (const record of response.records.slice(0, MAX_RECORDS)) {
        if (learned >= MAX_NEW) break
        if (learn(await openRecord(record), record, reach)) learned++
      }
      return { ...claim, learned }
    },
  }
}

function claimOf(
  { network, shards }: { readonly network: string; readonly shards?: ShardsMessage | undefined },
): Claim {
  if (shards === undefined) return { network, shards: createShards(1) }
  try {
    return { network, shards: createShards(shards.count, shards.kept) }
  } catch (cause) {
    throw new ProtocolError("violation", "shards that no network has", { cause })
  }
}
