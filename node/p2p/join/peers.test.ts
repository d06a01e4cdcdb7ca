import assert from "node:assert/strict"
import { test } from "node:test"
import { create, toBinary } from "@bufbuild/protobuf"
import { PeersRequestSchema, PeersResponseSchema, ShardsSchema } from "@wafer/proto/p2p"
import { multiaddr } from "@multiformats/multiaddr"
import { pipe } from "../../../tests/network/pipe.ts"
import { createShards, type Shards } from "../../store/shard.ts"
import { openBook } from "./book.ts"
import { createBuckets } from "../bucket.ts"
import { channel, ProtocolError } from "../framing.ts"
import { type Claim, createExchange, type Exchange } from "./peers.ts"

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 5000 }
const SOMEWHERE = multiaddr("/ip4/127.0.0.1/tcp/1")

async function exchangeOf(shards: Shards): Promise<Exchange> {
  const requests = createBuckets({ perSecond: 1, burst: 100 }, Date.now)
  const book = await openBook(undefined, "me", Date.now)
  return createExchange({ network: "wafer", shards, book, requests, now: Date.now })
}

const factsOf = ({ network, shards: { count, kept } }: Claim) => ({ network, count, kept })

test("a network of one shard says what it always said", async () => {
  const [left, right] = pipe()
  const asking = (await exchangeOf(createShards(1))).ask(left, SOMEWHERE)
  const peer = channel(right, PeersRequestSchema, PeersResponseSchema, LIMITS)
  const request = await peer.read()
  const known = toBinary(
    PeersRequestSchema,
    create(PeersRequestSchema, { network: "wafer", max: 64 }),
  )
  assert.deepEqual(toBinary(PeersRequestSchema, request), known)
  assert.equal(peer.bytes.in, 1 + known.length)
  await peer.write(create(PeersResponseSchema, { network: "wafer" }))
  assert.deepEqual(factsOf(await asking), { network: "wafer", count: 1, kept: [0] })
})

test("both sides learn what the other keeps", async () => {
  const [left, right] = pipe()
  const [one, two] = await Promise.all(
    [[0, 3], []].map((kept) => exchangeOf(createShards(4, kept))),
  )
  const [told, heard] = await Promise.all([
    two!.serve(right, "one", SOMEWHERE),
    one!.ask(left, SOMEWHERE),
  ])
  assert.deepEqual(factsOf(told), { network: "wafer", count: 4, kept: [0, 3] })
  assert.deepEqual(factsOf(heard), { network: "wafer", count: 4, kept: [] })
})

for (const [count, kept] of [[0, []], [3, [0]], [2048, [0]], [4, [4]]] as const) {
  test(`shards ${kept} of ${count} are no claim`, async () => {
    const [left, right] = pipe()
    const asking = (await exchangeOf(createShards(4))).ask(left, SOMEWHERE)
    const peer = channel(right, PeersRequestSchema, PeersResponseSchema, LIMITS)
    await peer.read()
    const shards = create(ShardsSchema, { count, kept: [...kept] })
    await peer.write(create(PeersResponseSchema, { network: "wafer", shards }))
    await assert.rejects(asking, (e) => e instanceof ProtocolError && e.code === "violation")
  })
}
