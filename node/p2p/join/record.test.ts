import assert from "node:assert/strict"
import { test } from "node:test"
import { generateKeyPair } from "@libp2p/crypto/keys"
import { peerIdFromPrivateKey } from "@libp2p/peer-id"
import { PeerRecord, RecordEnvelope } from "@libp2p/peer-record"
import { multiaddr } from "@multiformats/multiaddr"
import { createShards } from "../../store/shard.ts"
import { ProtocolError } from "../framing.ts"
import { createOwnRecord, openRecord, signRecord } from "./record.ts"

const key = await generateKeyPair("Ed25519")
const id = peerIdFromPrivateKey(key)
const home = multiaddr("/ip4/192.0.2.1/tcp/5557")
const shards = createShards(16, [3, 9])
const record = await signRecord(key, { addresses: [home], seq: 7n, shards })

test("a record tells who signed it, where it is, and what it keeps", async () => {
  const told = await openRecord(record)
  assert.deepEqual(
    [told.peer, told.addresses.map(String), told.seq, told.shards!.count, told.shards!.kept],
    [id.toString(), [home.toString()], 7n, 16, [3, 9]],
  )
})

test("libp2p reads the same record, and what it writes tells no shards", async () => {
  const { payload } = await RecordEnvelope.openAndCertify(record, PeerRecord.DOMAIN)
  const read = PeerRecord.createFromProtobuf(payload)
  const plain = new PeerRecord({ peerId: id, multiaddrs: [home], seqNumber: 7n })
  assert.ok(read.equals(plain))
  const told = await openRecord((await RecordEnvelope.seal(plain, key)).marshal())
  assert.deepEqual([told.peer, told.seq, told.shards], [id.toString(), 7n, undefined])
})

test("the name of a node is in its record once", async () => {
  const named = await signRecord(key, {
    addresses: [home.encapsulate(`/p2p/${id}`)],
    seq: 7n,
    shards,
  })
  assert.deepEqual(named, record)
})

test("what is changed, cut or not possible is refused", async () => {
  const refused = { name: "ProtocolError", code: "violation" } satisfies Partial<ProtocolError>
  // In the signature, in the shards before it, and in the address before them.
  for (const fromEnd of [1, 40, 67, 68, 80]) {
    const changed = record.slice()
    changed[record.length - fromEnd]! ^= 1
    await assert.rejects(openRecord(changed), refused)
  }
  await assert.rejects(openRecord(record.slice(0, 50)), refused)
  const never = { count: 3, kept: [0], keeps: () => true }
  const impossible = await signRecord(key, { addresses: [home], seq: 7n, shards: never })
  await assert.rejects(openRecord(impossible), refused)
})

test("a node signs anew when it has moved, with a higher number", async () => {
  let addresses = [home]
  const own = createOwnRecord({ key, addresses: () => addresses, shards, now: () => 7 })
  const first = await own()
  assert.equal(await own(), first)
  addresses = [multiaddr("/ip4/192.0.2.2/tcp/5557")]
  const second = await openRecord((await own())!)
  assert.deepEqual([second.addresses.join(), second.seq], [addresses.join(), 8n])
  addresses = []
  assert.equal(await own(), undefined)
})
