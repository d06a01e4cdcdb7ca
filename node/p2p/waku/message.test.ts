import assert from "node:assert/strict"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import { sha256 } from "@wafer/crypto"
import { EnvelopeSchema } from "@wafer/proto"
import { RPC } from "@libp2p/gossipsub/message"
import fc from "fast-check"
import vectors from "../../../tests/vectors/p2p.json" with { type: "json" }
import { fromHex, toHex } from "../../../tests/vectors.ts"
import { digestOf, storageId } from "../../store/envelope.ts"
import { prefixed } from "../framing.ts"
import {
  autoshard,
  decodeWaku,
  encodeWaku,
  envelopeOf,
  placeOf,
  pubsubTopicOf,
  WakuError,
  wakuHash,
  type WakuMessage,
  wakuOf,
} from "./message.ts"

const vector = vectors.waku_message
const message: WakuMessage = {
  payload: fromHex(vector.payload),
  contentTopic: vector.content_topic,
  timestampNs: BigInt(vector.timestamp_ns),
}
const envelope = create(EnvelopeSchema, {
  contentTopic: message.contentTopic,
  timestampNs: message.timestampNs!,
  message: message.payload,
})

test("a message has the bytes of the vectors", () => {
  assert.equal(toHex(encodeWaku(message)), vector.encoded)
  assert.equal(toHex(encodeWaku({ ...message, ephemeral: true })), vector.encoded_ephemeral)
  assert.equal(toHex(wakuOf(envelope)), vector.encoded)
  assert.equal(toHex(sha256(wakuOf(envelope))), vector.gossip_message_id)
  assert.deepEqual(envelopeOf(decodeWaku(fromHex(vector.encoded))), {
    contentTopic: envelope.contentTopic,
    timestampNs: envelope.timestampNs,
    message: envelope.message,
  })
  const ephemeral = decodeWaku(fromHex(vector.encoded_ephemeral))
  assert.equal(ephemeral.ephemeral, true)
  const hash = wakuHash("/waku/2/default-waku/proto", message)
  assert.equal(toHex(hash), vector.message_hash_default_topic)
})

test("in gossip it has the bytes of the vectors", () => {
  const rpc = RPC.encode({
    subscriptions: [],
    messages: [{ data: wakuOf(envelope), topic: "/waku/2/default-waku/proto" }],
  })
  assert.equal(toHex(rpc), vector.pubsub_rpc_one_publish)
  assert.equal(toHex(prefixed(rpc)), vector.pubsub_rpc_length_prefixed)
})

test("ephemeral topics are marked so that Waku stores skip them", () => {
  const marked = wakuOf({ ...envelope, contentTopic: "/xmtp/0/mE-x/proto" })
  assert.equal(decodeWaku(marked).ephemeral, true)
})

for (const { meta, hash } of vectors.waku_message_hash) {
  test(`message hash with meta ${meta.slice(0, 24)}`, () => {
    const empty = meta.startsWith("empty")
    const rfc: WakuMessage = {
      payload: fromHex(empty ? "" : "010203045445535405060708"),
      contentTopic: "/waku/2/default-content/proto",
      timestampNs: 0x175789bfa23f8400n,
      meta: fromHex(empty ? "73757065722d736563726574" : meta),
    }
    assert.equal(toHex(wakuHash("/waku/2/default-waku/proto", rfc)), hash)
  })
}

for (const [value, , hex] of vectors.zigzag_sint64) {
  test(`timestamp ${value}`, () => {
    const encoded = encodeWaku({ ...message, timestampNs: BigInt(value!) })
    assert.ok(toHex(encoded).endsWith("50" + hex))
    assert.equal(decodeWaku(encoded).timestampNs, BigInt(value!))
  })
}

for (const [contentTopic, ts, payload, id] of vectors.storage_id.vectors as string[][]) {
  test(`storage id of "${contentTopic}"`, () => {
    const given = create(EnvelopeSchema, {
      contentTopic: contentTopic!,
      timestampNs: BigInt(ts!),
      message: fromHex(payload!),
    })
    assert.equal(toHex(storageId(given)), id)
  })
}

test("the V1 digest is that of the vectors", () => {
  assert.equal(toHex(digestOf(envelope)), vectors.v1_digest.value)
})

test("topics lie in shards", () => {
  assert.equal(autoshard("xmtp", "0", 8), vectors.autoshard["xmtp,0 of 8"])
  assert.equal(autoshard("myapp", "1", 8), vectors.autoshard["myapp,1 of 8"])
  assert.deepEqual(placeOf("/waku/2/rs/16/32"), { cluster: 16, shard: 32 })
  assert.deepEqual(placeOf("/waku/2/default-waku/proto"), { cluster: 0, shard: 0 })
  assert.equal(pubsubTopicOf("/waku/2/rs/16/32", 0, 1), "/waku/2/rs/16/32")
  assert.equal(pubsubTopicOf("/waku/2/rs/16/32", 3, 4), "/waku/2/rs/16/35")
  assert.equal(pubsubTopicOf("/waku/2/x/proto", 3, 4), "/waku/2/x/proto/4/3")
  assert.throws(() => pubsubTopicOf("/waku/2/rs/16/1021", 3, 4), RangeError)
})

test("every message comes back, and has one encoding", () => {
  const any = fc.record({
    payload: fc.uint8Array({ maxLength: 400 }),
    contentTopic: fc.string({ unit: "binary", maxLength: 80 }),
    timestampNs: fc.bigInt(-(1n << 63n), (1n << 63n) - 1n),
    meta: fc.option(fc.uint8Array({ maxLength: 64 }), { nil: undefined }),
    version: fc.option(fc.nat(0xffff), { nil: undefined }),
  })
  fc.assert(fc.property(any, (message) => {
    const encoded = encodeWaku(message)
    const decoded = decodeWaku(encoded)
    assert.deepEqual(decoded.payload, message.payload)
    assert.equal(decoded.contentTopic, message.contentTopic)
    assert.equal(decoded.timestampNs, message.timestampNs)
    assert.deepEqual(encodeWaku(decoded), encoded)
  }))
})

for (
  const [name, hex] of Object.entries({
    "a cut payload": "0a05616263",
    "a payload twice": "0a01610a0162",
    "a topic as a number": "1005",
    "a topic that is not UTF-8": "1202c328",
    "a padded length": "0a810061",
    "field zero": "0001",
    "a group": "0b0c",
    "an endless varint": "50" + "ff".repeat(11),
    "a meta of 65 bytes": "5a41" + "00".repeat(65),
    "an ephemeral 2": "f80102",
    "72 unknown bytes": "6a46" + "00".repeat(70),
  })
) {
  test(`refuses ${name}`, () => {
    assert.throws(() => decodeWaku(fromHex(hex)), WakuError)
  })
}

test("a few unknown bytes are let pass", () => {
  assert.equal(
    decodeWaku(fromHex(vector.encoded + "6a03010203")).contentTopic,
    vector.content_topic,
  )
})
