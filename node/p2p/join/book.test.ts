import assert from "node:assert/strict"
import { test } from "node:test"
import { multiaddr } from "@multiformats/multiaddr"
import { type BookStorage, MAX_KNOWN, type News, openBook } from "./book.ts"

const record = Uint8Array.of(1, 2, 3)
const news = (peer: string, address: string, facts: Partial<News> = {}): News => ({
  peer,
  addresses: [multiaddr(address)],
  record,
  seq: 0n,
  kept: undefined,
  ...facts,
})

test("only what could be reached is learned", async () => {
  const book = await openBook(undefined, "self", () => 0)
  assert.equal(book.learn(news("a", "/ip4/10.0.0.1/tcp/5557"), "public"), false)
  assert.equal(book.learn(news("a", "/ip4/8.8.8.8/tcp/25"), "public"), false)
  assert.equal(book.learn(news("a", "/ip4/127.0.0.1/tcp/5557"), "private"), false)
  assert.equal(book.learn(news("self", "/ip4/8.8.8.8/tcp/5557"), "public"), false)
  assert.equal(book.learn(news("a", "/ip4/8.8.8.8/tcp/5557"), "public"), true)
  assert.equal(book.learn(news("a", "/ip4/8.8.8.8/tcp/5558"), "public"), false)
  assert.deepEqual(book.get("a")!.addresses.map(String), ["/ip4/8.8.8.8/tcp/5558"])
})

test("neither one neighbourhood nor everybody fills the book", async () => {
  const book = await openBook(undefined, "self", () => 0)
  for (let i = 0; i < 100; i++) {
    book.learn(news(`near ${i}`, `/ip4/8.8.8.${i}/tcp/5557`), "public")
  }
  assert.equal(book.entries().length, 32)
  for (let i = 0; i < 2000; i++) {
    book.learn(news(`far ${i}`, `/ip4/9.${i >> 8}.${i & 255}.1/tcp/5557`), "public")
  }
  assert.equal(book.entries().length, MAX_KNOWN)
})

test("a known peer does not move into a neighbourhood that is full", async () => {
  const book = await openBook(undefined, "self", () => 0)
  book.learn(news("mover", "/ip4/9.9.9.9/tcp/5557"), "public")
  for (let i = 0; i < 40; i++) book.learn(news(`near ${i}`, `/ip4/8.8.8.${i}/tcp/5557`), "public")
  book.learn(news("mover", "/ip4/8.8.8.200/tcp/5557", { seq: 1n }), "public")
  assert.deepEqual(book.get("mover")!.addresses.map(String), ["/ip4/9.9.9.9/tcp/5557"])
  // Where it lives already it may change its port.
  book.learn(news("near 0", "/ip4/8.8.8.0/tcp/7777", { seq: 1n }), "public")
  assert.deepEqual(book.get("near 0")!.addresses.map(String), ["/ip4/8.8.8.0/tcp/7777"])
})

test("the later record counts, and one that tells shards before one that does not", async () => {
  const book = await openBook(undefined, "self", () => 0)
  const learn = (seq: bigint, kept?: number[]) => {
    book.learn(news("a", `/ip4/8.8.8.8/tcp/${5000n + seq}`, { seq, kept }), "public")
    const { seq: known, kept: shards, addresses } = book.get("a")!
    assert.equal(addresses.join(), `/ip4/8.8.8.8/tcp/${5000n + known}`)
    return [known, shards]
  }
  assert.deepEqual(learn(7n), [7n, undefined])
  assert.deepEqual(learn(6n), [7n, undefined])
  assert.deepEqual(learn(5n, [1]), [5n, [1]])
  assert.deepEqual(learn(9n), [5n, [1]])
  assert.deepEqual(learn(4n, [2]), [5n, [1]])
  assert.deepEqual(learn(6n, [2, 3]), [6n, [2, 3]])
})

test("a record longer than any that is needed is not taken", async () => {
  const book = await openBook(undefined, "self", () => 0)
  const long = new Uint8Array(5000)
  assert.equal(book.learn(news("a", "/ip4/8.8.8.8/tcp/5557", { record: long }), "public"), false)
})

test("a book survives its process, seeds come from the operator", async () => {
  const rows = new Map<string, Uint8Array>()
  const storage: BookStorage = {
    load: () => Promise.resolve([...rows.values(), Uint8Array.of(0xff)]),
    save: (peer, row) => Promise.resolve(void (row ? rows.set(peer, row) : rows.delete(peer))),
  }
  const book = await openBook(storage, "self", () => 77)
  const id = "12D3KooWS12aBgA2a6Ur6LHj2iLYx6qfMJJj9sz1mSXFLKNSgWee"
  book.addSeed(multiaddr(`/ip4/8.8.4.4/tcp/1234/p2p/${id}`))
  book.learn(news("a", "/ip4/8.8.8.8/tcp/5557", { seq: 8n, kept: [1, 3] }), "public")
  book.met("a")
  const again = await openBook(storage, "self", () => 78)
  assert.deepEqual(again.entries().map(({ peer }) => peer), ["a"])
  assert.equal(again.get("a")!.metAt, 77)
  assert.deepEqual([again.get("a")!.seq, again.get("a")!.kept], [8n, [1, 3]])
  assert.deepEqual(again.get("a")!.record, record)
  assert.deepEqual(again.get("a")!.addresses.map(String), ["/ip4/8.8.8.8/tcp/5557"])
})
