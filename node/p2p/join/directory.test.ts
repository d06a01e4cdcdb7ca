import assert from "node:assert/strict"
import { test } from "node:test"
import { multiaddr } from "@multiformats/multiaddr"
import { createShards } from "../../store/shard.ts"
import { type Book, openBook } from "./book.ts"
import { createDirectory, type Directory } from "./directory.ts"
import { createFellows } from "./fellows.ts"
import { createRoster, type Roster } from "./roster.ts"

const shards = createShards(4, [0])
const address = multiaddr("/ip4/127.0.0.1/tcp/5557")

async function scene(): Promise<{
  book: Book
  directory: Directory
  know(peer: string, kept?: number[]): void
  connect(peer: string, kept: number[]): void
}> {
  const book = await openBook(undefined, "self", () => 5)
  const roster: Roster = createRoster(() => 0)
  const directory = createDirectory({
    shards,
    book,
    fellows: createFellows(roster, shards),
    isConnected: (peer) => roster.get(peer) !== undefined,
    allows: (peer) => peer !== "banned",
    enough: 2,
    random: () => 0,
  })
  return {
    book,
    directory,
    know(peer, kept) {
      const record = new Uint8Array(1)
      book.learn({ peer, addresses: [address], seq: 1n, kept, record }, "loopback")
    },
    connect(peer, kept) {
      const remotePeer = { toString: () => peer }
      roster.connected({ remotePeer, direction: "outbound", remoteAddr: address } as never)
      roster.told(peer, true, kept)
    },
  }
}

test("keepers are who is connected, by its word, and who is not, by its record", async () => {
  const { directory, know, connect } = await scene()
  know("a", [1, 2])
  know("b", [2])
  know("silent")
  know("banned", [1])
  connect("c", [1])
  // Connected, it keeps what it says now.
  know("d", [3])
  connect("d", [0])
  assert.deepEqual(directory.keeperCounts(), [1, 2, 2, 0])
  // One other and this node keep the first.
  assert.deepEqual(directory.scarce(), [3])
  assert.deepEqual([directory.absent([2]), directory.absent([1, 2])], [["a", "b"], ["a"]])
  assert.deepEqual(directory.absent([3]), [])
})

test("who was there last comes first, who was not does not count", async () => {
  const { book, directory, know } = await scene()
  for (const peer of ["never", "gone", "met"]) know(peer, [1])
  book.met("met")
  book.failed("gone")
  assert.deepEqual(directory.absent([1]), ["met", "never", "gone"])
  assert.equal(directory.keeperCounts()[1], 2)
})

test("four that keep the same are needed, others are not", async () => {
  const { book, directory, know, connect } = await scene()
  know("fellow", [0, 3])
  know("other", [3])
  const needed = () => book.entries().filter(directory.needed()).map(({ peer }) => peer)
  assert.deepEqual(needed(), ["fellow"])
  for (const peer of ["1", "2", "3", "4"]) connect(peer, [0])
  assert.deepEqual(needed(), [])
})
