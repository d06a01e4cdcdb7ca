import assert from "node:assert/strict"
import { test } from "node:test"
import { multiaddr } from "@multiformats/multiaddr"
import { type BookStorage, MAX_KNOWN, openBook } from "./book.ts"

const record = Uint8Array.of(1, 2, 3)
const at = (address: string) => [multiaddr(address)]

test("only what could be reached is learned", async () => {
  const book = await openBook(undefined, "self", () => 0)
  assert.equal(book.learn("a", at("/ip4/10.0.0.1/tcp/5557"), record, "public"), false)
  assert.equal(book.learn("a", at("/ip4/8.8.8.8/tcp/25"), record, "public"), false)
  assert.equal(book.learn("a", at("/ip4/127.0.0.1/tcp/5557"), record, "private"), false)
  assert.equal(book.learn("self", at("/ip4/8.8.8.8/tcp/5557"), record, "public"), false)
  assert.equal(book.learn("a", at("/ip4/8.8.8.8/tcp/5557"), record, "public"), true)
  assert.equal(book.learn("a", at("/ip4/8.8.8.8/tcp/5558"), record, "public"), false)
  assert.deepEqual(book.get("a")!.addresses.map(String), ["/ip4/8.8.8.8/tcp/5558"])
})

test("neither one neighbourhood nor everybody fills the book", async () => {
  const book = await openBook(undefined, "self", () => 0)
  for (let i = 0; i < 100; i++) {
    book.learn(`near ${i}`, at(`/ip4/8.8.8.${i}/tcp/5557`), record, "public")
  }
  assert.equal(book.entries().length, 32)
  for (let i = 0; i < 2000; i++) {
    book.learn(`far ${i}`, at(`/ip4/9.${i >> 8}.${i & 255}.1/tcp/5557`), record, "public")
  }
  assert.equal(book.entries().length, MAX_KNOWN)
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
  book.learn("a", at("/ip4/8.8.8.8/tcp/5557"), record, "public")
  book.met("a")
  const again = await openBook(storage, "self", () => 78)
  assert.deepEqual(again.entries().map(({ peer }) => peer), ["a"])
  assert.equal(again.get("a")!.metAt, 77)
  assert.deepEqual(again.get("a")!.record, record)
  assert.deepEqual(again.get("a")!.addresses.map(String), ["/ip4/8.8.8.8/tcp/5557"])
})
