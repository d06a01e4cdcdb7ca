// /vac/waku/metadata/1.0.0: Waku nodes ask for cluster and shards, and leave without an answer.
import { create } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import { type WakuMetadata, WakuMetadataSchema } from "@wafer/proto/p2p"
import { channel } from "./framing.ts"
import { shardOf } from "./waku.ts"

export const METADATA = "/vac/waku/metadata/1.0.0"

const LIMITS = { maxBytes: 8 * 1024, timeoutMs: 5000 }

/** What this node says of itself; the cluster is present even when it is 0. */
export function metadataOf(pubsubTopic: string): WakuMetadata {
  const { cluster, shard } = shardOf(pubsubTopic)
  return create(WakuMetadataSchema, { clusterId: cluster, shards: [shard] })
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
