import assert from "node:assert/strict"
import { test } from "node:test"
import { secp256k1 } from "@wafer/crypto"
import { storeTests } from "../../tests/stores.ts"
import { utf8 } from "../bytes.ts"
import { randomSecret } from "../protocol/private-key.ts"
import { denoKvStore, type Kv } from "./deno-kv.ts"
import { encrypted } from "./encrypted.ts"
import { indexedDbStore } from "./indexed-db.ts"
import { localStorageStore, type WebStorage } from "./local-storage.ts"
import { memoryStore } from "./memory.ts"
import { prefixed } from "./prefixed.ts"

/** The last store or database that was opened, for tests that open it again. */
function remember<T>(create: () => T): (again?: "again") => T {
  let last: T
  return (again) => last = again ? last : create()
}

const memory = remember(memoryStore)
storeTests("memory", (again) => Promise.resolve(memory(again)))

const shared = remember(memoryStore)
storeTests("a prefix of another store", async (again) => {
  const store = shared(again)
  await store.set("outside", Uint8Array.of(1))
  return prefixed(store, "in/")
})

const secret = randomSecret()
const identityKey = { secret, publicKey: { point: secp256k1.getPublicKey(secret) } }
const sealed = remember(memoryStore)
storeTests(
  "encrypted",
  (again) => Promise.resolve(encrypted(sealed(again), identityKey)),
  { numRuns: 5 },
)

test("an encrypted store does not show its values, and takes none of another key", async () => {
  const below = memoryStore()
  const store = encrypted(below, identityKey)
  await store.set("a", utf8("a secret of some length"))
  const stored = new TextDecoder("latin1").decode(await below.get("a"))
  assert.ok(!stored.includes("secret"))

  const stranger = randomSecret()
  const strangerKey = { secret: stranger, publicKey: { point: secp256k1.getPublicKey(stranger) } }
  await encrypted(below, strangerKey).set("a", utf8("forged"))
  await assert.rejects(store.get("a"), { code: "forged" })
  await below.set("a", utf8("not a ciphertext"))
  await assert.rejects(store.get("a"), { code: "malformed" })
})

/** Web Storage as the standard describes it, over a map. */
function mapStorage(): WebStorage {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    key: (i) => [...items.keys()][i] ?? null,
    get length() {
      return items.size
    },
  }
}

const storage = remember(mapStorage)
storeTests(
  "Web Storage over a map",
  (again) => Promise.resolve(localStorageStore(storage(again))),
  { locksAreShared: globalThis.navigator?.locks !== undefined },
)

const inBrowser = typeof document !== "undefined"
const notHere = inBrowser ? false : "only browsers have it"

storeTests(
  "localStorage",
  (again) => {
    if (!again) localStorage.clear()
    return Promise.resolve(localStorageStore())
  },
  { skip: notHere },
)

const databaseName = remember(() => crypto.randomUUID())
storeTests(
  "IndexedDB",
  (again) => Promise.resolve(indexedDbStore(databaseName(again))),
  { skip: notHere },
)

test("IndexedDB refuses to work after it was closed", { skip: notHere }, async () => {
  const store = indexedDbStore(crypto.randomUUID())
  await store.close()
  await assert.rejects(store.get("a"), { code: "closed" })
})

test("a storage that fails says so with a code", async () => {
  const fails = () => {
    throw new DOMException("denied", "SecurityError")
  }
  const stores = [
    localStorageStore({ getItem: fails, setItem: fails, removeItem: fails, key: fails, length: 1 }),
    denoKvStore({ get: fails, list: fails, atomic: fails }),
  ]
  for (const store of stores) {
    await assert.rejects(store.get("a"), { code: "store" })
    await assert.rejects(store.set("a", Uint8Array.of(1)), { code: "store" })
    await assert.rejects(store.delete("a"), { code: "store" })
    await assert.rejects(store.keys(""), { code: "store" })
  }
})

test("a full localStorage says so", async () => {
  const full = {
    ...mapStorage(),
    length: 0,
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError")
    },
  }
  await assert.rejects(localStorageStore(full).set("a", Uint8Array.of(1)), { code: "store" })
})

test("Web Storage holds a character for each byte, as official clients write it", async () => {
  const storage = mapStorage()
  await localStorageStore(storage).set("a", Uint8Array.of(0, 0x41, 0x80, 0xff))
  assert.equal(storage.getItem("a"), "\x00A\x80\xff")
})

test("text that somebody else put into localStorage is not taken for bytes", async () => {
  const storage = mapStorage()
  storage.setItem("a", "žluťoučký")
  await assert.rejects(localStorageStore(storage).get("a"), { code: "malformed" })
})

const deno =
  (globalThis as { Deno?: { openKv?(path: string): Promise<Kv & { close(): void }> } }).Deno
const openKv = deno?.openKv
const kvAbsent = openKv
  ? false
  : "only Deno has Deno.openKv; tests/stores.test.ts runs the npm package"

let kv: Promise<Kv> | undefined
let prefix = ""
storeTests("Deno KV", async (again) => {
  kv ??= openKv!(":memory:")
  if (!again) prefix = crypto.randomUUID()
  return denoKvStore(await kv, [prefix])
}, { skip: kvAbsent, numRuns: 20 })
