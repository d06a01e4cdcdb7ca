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
import { peerIdFromPublicKey } from "@libp2p/peer-id"
import { PeerRecord, RecordEnvelope } from "@libp2p/peer-record"
import { createShards, type Shards } from "../../store/shard.ts"
import { mayCross, type Reach, reachOf } from "./address.ts"
import type { Book } from "./book.ts"
import type { Buckets } from "../bucket.ts"
import { channel, ProtocolError } from "../framing.ts"

export const PEERS = "/wafer/peers/1.0.0"

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 5000 }
const MAX_RECORDS = 64
const MAX_NEW = 16
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
  ask(stream: Stream, from: Multiaddr): Promise<Claim & { readonly learned: number }>
}

export interface ExchangeOptions {
  readonly network: string
  readonly shards: Shards
  readonly book: Book
  /** One request in ten seconds from each peer. */
  readonly requests: Buckets
  readonly now: () => number
  readonly random?: () => number
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { network, book, now, random = Math.random } = options
  // Left out where there is one shard, so that nodes that know of none understand each other.
  const own = options.shards.count > 1 && {
    shards: create(ShardsSchema, { ...options.shards, kept: [...options.shards.kept] }),
  }

  /** Signed records of those met today, in random order, never more than a message takes. */
  function sample(max: number, to: string, reach: Reach): Uint8Array[] {
    const fresh = book.entries().filter(({ peer, metAt, record, addresses }) =>
      peer !== to && record !== undefined && record.length > 0 && now() - metAt < FRESH_MS &&
      addresses.some((address) => mayCross(address, reach))
    )
    const shuffled = fresh.map((entry) => ({ entry, at: random() })).sort((a, b) => a.at - b.at)
    const records: Uint8Array[] = []
    let bytes = 0
    for (const { entry } of shuffled) {
      bytes += entry.record!.length + 4
      if (records.length >= max || bytes > LIMITS.maxBytes - 1024) break
      records.push(entry.record!)
    }
    return records
  }

  return {
    async serve(stream, peer, from) {
      const peers = channel(stream, PeersRequestSchema, PeersResponseSchema, LIMITS)
      const request = await peers.read()
      const max = Math.min(request.max, MAX_RECORDS)
      const share = request.network === network && options.requests.take(peer, 1)
      await peers.write(create(PeersResponseSchema, {
        network,
        ...own,
        records: share ? sample(max, peer, reachOf(from)) : [],
      }))
      await peers.close()
      return claimOf(request)
    },

    async ask(stream, from) {
      const peers = channel(stream, PeersResponseSchema, PeersRequestSchema, LIMITS)
      await peers.write(create(PeersRequestSchema, { network, ...own, max: MAX_RECORDS }))
      const response = await peers.read()
      await peers.close()
      const claim = claimOf(response)
      let learned = 0
      if (claim.network !== network) return { ...claim, learned }
      for (const record of response.records.slice(0, MAX_RECORDS)) {
        if (learned >= MAX_NEW) break
        const { peer, addresses } = await openRecord(record)
        if (book.learn(peer, addresses, record, reachOf(from))) learned++
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

/** Who signed a record and where it is reached. Throws a `ProtocolError` when the signature is not its own. */
export async function openRecord(
  record: Uint8Array,
): Promise<{ peer: string; addresses: readonly Multiaddr[] }> {
  try {
    const envelope = await RecordEnvelope.openAndCertify(record, PeerRecord.DOMAIN)
    const { peerId, multiaddrs } = PeerRecord.createFromProtobuf(envelope.payload)
    if (!peerIdFromPublicKey(envelope.publicKey).equals(peerId)) throw new Error("another's key")
    return { peer: peerId.toString(), addresses: multiaddrs }
  } catch (cause) {
    throw new ProtocolError("violation", "a peer record that its peer did not sign", { cause })
  }
}
