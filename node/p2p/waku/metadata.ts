// /vac/waku/metadata/1.0.0: Waku nodes ask for cluster and shards, and leave without an answer.
import { create } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import { type WakuMetadata, WakuMetadataSchema } from "@wafer/proto/p2p"
import { channel } from "../framing.ts"
import { placeOf } from "./message.ts"

export const METADATA = "/vac/waku/metadata/1.0.0"

const LIMITS = { maxBytes: 8 * 1024, timeoutMs: 5000 }

/** What this node says of itself; the cluster is present even when it is 0. */
export function metadataOf(pubsubTopics: readonly string[]): WakuMetadata {
  const places = pubsubTopics.map(placeOf)
  const clusterId = places[0]?.cluster ?? 0
  return create(WakuMetadataSchema, {
    clusterId,
    shards: [...new Set(places.map(({ shard }) => shard))],
  })
}

/** Answers a peer's question. */
export async function serveMetadata(stream: Stream, own: WakuMetadata): Promise<WakuMetadata> {
  const metadata = channel(stream, WakuMetadataSchema, WakuMetadataSchema, LIMITS)
  const theirs = await metadata.read()
  await metadata.write(own)
  await metadata.close()
  return theirs
}

/** Asks a peer. */
export async function askMetadata(stream: Stream, own: WakuMetadata): Promise<WakuMetadata> {
  const metadata = channel(stream, WakuMetadataSchema, WakuMetadataSchema, LIMITS)
  await metadata.write(own)
  const theirs = await metadata.read()
  await metadata.close()
  return theirs
}
