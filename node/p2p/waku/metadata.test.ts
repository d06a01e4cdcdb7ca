import assert from "node:assert/strict"
import { test } from "node:test"
import { fromBinary, toBinary } from "@bufbuild/protobuf"
import { WakuMetadataSchema } from "@wafer/proto/p2p"
import vectors from "../../../tests/vectors/p2p.json" with { type: "json" }
import { fromHex, toHex } from "../../../tests/vectors.ts"
import { metadataOf } from "./metadata.ts"

test("a named topic is cluster 0, said and not left out", () => {
  // Shards packed, as protobuf-es writes them; both forms are read.
  const own = metadataOf(["/waku/2/default-waku/proto"])
  assert.equal(toHex(toBinary(WakuMetadataSchema, own)), vectors.metadata["cluster 0, shards [0]"])
  const unpacked = fromBinary(WakuMetadataSchema, fromHex("08001000"))
  assert.deepEqual([unpacked.clusterId, unpacked.shards], [own.clusterId, own.shards])
})

test("a static shard says where it is", () => {
  const { clusterId, shards } = metadataOf(["/waku/2/rs/16/32", "/waku/2/rs/16/35"])
  assert.deepEqual([clusterId, shards], [16, [32, 35]])
  const hex = vectors.metadata["cluster 16, shards [32,64] packed"]
  assert.deepEqual(fromBinary(WakuMetadataSchema, fromHex(hex)).shards, [32, 64])
})
