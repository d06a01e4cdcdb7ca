// A peer record: what a node has signed about itself, so that others can tell it on. It is libp2p's own, and
// in a network with shards its payload ends with what the node keeps: who does not know that field skips it.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import type { PrivateKey } from "@libp2p/interface"
import { peerIdFromPrivateKey, peerIdFromPublicKey } from "@libp2p/peer-id"
import { PeerRecord, RecordEnvelope } from "@libp2p/peer-record"
import { CODE_P2P, type Multiaddr } from "@multiformats/multiaddr"
import { PeerRecordAdditionSchema } from "@wafer/proto/p2p"
import { createShards, type Shards } from "../../store/shard.ts"
import { ProtocolError } from "../framing.ts"

/** Addresses that a node tells of itself: a record is told on and on. */
const MAX_ADDRESSES = 8

/** What a record says. */
export interface Told {
  readonly peer: string
  readonly addresses: readonly Multiaddr[]
  /** Later records of a peer have higher numbers. */
  readonly seq: bigint
  /** Undefined: the record does not tell what its peer keeps. */
  readonly shards: Shards | undefined
}

/** Reads a record. Throws a `ProtocolError` when its peer did not sign it, or says what cannot be. */
export async function openRecord(record: Uint8Array): Promise<Told> {
  try {
    const { payload, publicKey } = await RecordEnvelope.openAndCertify(record, PeerRecord.DOMAIN)
    const { peerId, multiaddrs, seqNumber } = PeerRecord.createFromProtobuf(payload)
    if (!peerIdFromPublicKey(publicKey).equals(peerId)) throw new Error("another's key")
    const { shards } = fromBinary(PeerRecordAdditionSchema, payload, { readUnknownFields: false })
    return {
      peer: peerId.toString(),
      addresses: multiaddrs,
      seq: seqNumber,
      shards: shards && createShards(shards.count, shards.kept),
    }
  } catch (cause) {
    throw new ProtocolError("violation", "a peer record that its peer did not sign", { cause })
  }
}

/** Signs where a node is reached and what it keeps. */
export async function signRecord(
  key: PrivateKey,
  { addresses, seq, shards: { count, kept } }: {
    readonly addresses: readonly Multiaddr[]
    readonly seq: bigint
    readonly shards: Shards
  },
): Promise<Uint8Array> {
  const base = new PeerRecord({
    peerId: peerIdFromPrivateKey(key),
    multiaddrs: addresses.map((address) => address.decapsulateCode(CODE_P2P)),
    seqNumber: seq,
  })
  const addition = create(PeerRecordAdditionSchema, { shards: { count, kept: [...kept] } })
  // Fields of one message, one behind the other.
  const payload = Uint8Array.of(...base.marshal(), ...toBinary(PeerRecordAdditionSchema, addition))
  const { domain, codec } = base
  const record = { domain, codec, marshal: () => payload, equals: () => false }
  return (await RecordEnvelope.seal(record, key)).marshal()
}

export interface OwnRecordOptions {
  readonly key: PrivateKey
  /** Where the node is reached now. */
  readonly addresses: () => readonly Multiaddr[]
  readonly shards: Shards
  readonly now: () => number
}

/** The record of this node itself, signed anew when its addresses change; none for a network without shards. */
export function createOwnRecord(
  { key, addresses, shards, now }: OwnRecordOptions,
): () => Promise<Uint8Array | undefined> {
  let signed: { readonly where: string; readonly record: Promise<Uint8Array> } | undefined
  let seq = 0n
  return async () => {
    const here = addresses().slice(0, MAX_ADDRESSES)
    if (shards.count === 1 || here.length === 0) return undefined
    const where = here.join()
    if (signed?.where !== where) {
      const time = BigInt(now())
      seq = time > seq ? time : seq + 1n
      signed = { where, record: signRecord(key, { addresses: here, seq, shards }) }
    }
    return await signed.record
  }
}
