import assert from "node:assert/strict"
import { test } from "node:test"
import { create, toBinary } from "@bufbuild/protobuf"
import { PeersRequestSchema, PeersResponseSchema, ShardsSchema } from "@wafer/proto/p2p"
import { generateKeyPair } from "@libp2p/crypto/keys"
import { peerIdFromPrivateKey } from "@libp2p/peer-id"
import { multiaddr } from "@multiformats/multiaddr"
import { pipe } from "../../../tests/network/pipe.ts"
import { createShards, type Shards } from "../../store/shard.ts"
import { type Book, openBook } from "./book.ts"
import { createBuckets } from "../bucket.ts"
import { channel, ProtocolError } from "../framing.ts"
import { type Claim, createExchange, type Exchange } from "./peers.ts"
import { createOwnRecord } from "./record.ts"

const LIMITS = { maxBytes: 64 * 1024, timeoutMs: 5000 }
const SOMEWHERE = multiaddr("/ip4/127.0.0.1/tcp/1")
const HOME = multiaddr("/ip4/127.0.0.1/tcp/5557")

interface Party {
  readonly id: string
  readonly book: Book
  readonly exchange: Exchange
  refused: number
}

/** A node that signs its own record, for `signed` when it lies. */
async function party(
  kept: Shards,
  { wanted = [], signed = kept, burst = 100 }: {
    wanted?: number[]
    signed?: Shards
    burst?: number
  } = {},
): Promise<Party> {
  const key = await generateKeyPair("Ed25519")
  const id = peerIdFromPrivateKey(key).toString()
  const book = await openBook(undefined, id, Date.now)
  const exchange = createExchange({
    network: "wafer",
    shards: kept,
    book,
    ownRecord: createOwnRecord({ key, addresses: () => [HOME], shards: signed, now: Date.now }),
    wanted: () => wanted,
    requests: createBuckets({ perSecond: 0, burst }, Date.now),
    refused: () => made.refused++,
    now: Date.now,
  })
  const made: Party = { id, book, exchange, refused: 0 }
  return made
}

/** One asks the other; resolves with what each was told. */
async function meet(one: Party, other: Party): Promise<[Claim & { learned: number }, Claim]> {
  const [left, right] = pipe()
  return await Promise.all([
    one.exchange.ask(left, other.id, SOMEWHERE),
    other.exchange.serve(right, one.id, SOMEWHERE),
  ])
}

const factsOf = ({ network, shards: { count, kept } }: Claim) => ({ network, count, kept })

test("a network of one shard says what it always said", async () => {
  const [left, right] = pipe()
  const asking = (await party(createShards(1))).exchange.ask(left, "peer", SOMEWHERE)
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

test("both sides learn what the other keeps, and its signed record", async () => {
  const one = await party(createShards(4, [0, 3]))
  const two = await party(createShards(4, []))
  const [heard, told] = await meet(one, two)
  assert.deepEqual(factsOf(told), { network: "wafer", count: 4, kept: [0, 3] })
  assert.deepEqual(factsOf(heard), { network: "wafer", count: 4, kept: [] })
  assert.deepEqual([one.book.get(two.id)!.kept, two.book.get(one.id)!.kept], [[], [0, 3]])
})

test("records travel on with the shards that they tell, wanted ones first", async () => {
  const hub = await party(createShards(4, [0]))
  const keepers = await Promise.all(
    Array.from({ length: 70 }, (_, i) => party(createShards(4, [i < 3 ? 2 : 1]))),
  )
  for (const keeper of keepers) {
    await meet(keeper, hub)
    hub.book.met(keeper.id)
  }
  const asker = await party(createShards(4, [3]), { wanted: [2] })
  const [{ learned }] = await meet(asker, hub)
  assert.equal(learned, 16)
  for (const { id } of keepers.slice(0, 3)) assert.deepEqual(asker.book.get(id)!.kept, [2])
})

test("however much there is to say, an answer is no longer than it may be", async () => {
  const all = createShards(1024)
  const hub = await party(all)
  const keepers = await Promise.all(Array.from({ length: 40 }, () => party(all)))
  for (const keeper of keepers) {
    await meet(keeper, hub)
    hub.book.met(keeper.id)
  }
  const [{ learned }] = await meet(await party(all), hub)
  assert.equal(learned, 16)
})

test("a record that says otherwise than its peer breaks the protocol", async () => {
  const honest = await party(createShards(4, [0]))
  const liar = await party(createShards(4, [1]), { signed: createShards(4, [1, 2]) })
  const violation = (e: unknown) => e instanceof ProtocolError && e.code === "violation"
  await assert.rejects(meet(honest, liar), violation)
  await assert.rejects(meet(liar, honest), violation)
  const stranger = await party(createShards(4, [1]))
  await assert.rejects(meet(honest, { ...stranger, id: liar.id }), violation)
})

test("who divides topics otherwise is in no directory", async () => {
  const one = await party(createShards(4, [0]))
  const other = await party(createShards(8, [5]))
  await meet(one, other)
  assert.deepEqual([one.book.get(other.id)!.kept, other.book.get(one.id)!.kept], [
    undefined,
    undefined,
  ])
})

test("who asks too often is told nobody, and that is counted", async () => {
  const asked = await party(createShards(1), { burst: 1 })
  const asker = await party(createShards(1))
  await meet(asker, asked)
  await meet(asker, asked)
  assert.equal(asked.refused, 1)
})

for (const [count, kept] of [[0, []], [3, [0]], [2048, [0]], [4, [4]]] as const) {
  test(`shards ${kept} of ${count} are no claim`, async () => {
    const [left, right] = pipe()
    const asking = (await party(createShards(4))).exchange.ask(left, "peer", SOMEWHERE)
    const peer = channel(right, PeersRequestSchema, PeersResponseSchema, LIMITS)
    await peer.read()
    const shards = create(ShardsSchema, { count, kept: [...kept] })
    await peer.write(create(PeersResponseSchema, { network: "wafer", shards }))
    await assert.rejects(asking, (e) => e instanceof ProtocolError && e.code === "violation")
  })
}
