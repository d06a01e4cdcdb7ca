import assert from "node:assert/strict"
import { test } from "node:test"
import { secp256k1 } from "@wafer/crypto"
import fc from "fast-check"
import { mutated } from "../../tests/mutated.ts"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { WaferError } from "../error.ts"
import { officialStore, readOfficialState, writeOfficialState } from "./persistence.ts"
import type { Store } from "../stores/store.ts"
import { encrypted } from "../stores/encrypted.ts"
import { memoryStore } from "../stores/memory.ts"

const cases = vectors("keystore_persistence")

function identityKey({ identityPrivateKey }: { identityPrivateKey: string }) {
  const secret = fromHex(identityPrivateKey)
  return { secret, publicKey: { point: secp256k1.getPublicKey(secret) } }
}

async function storeOf(items: Record<string, string>): Promise<Store> {
  const store = memoryStore()
  for (const [key, value] of Object.entries(items)) await store.set(key, fromHex(value))
  return store
}

/** The values of a case as an official client sees them: encrypted ones are decrypted. */
function open({ id, input }: typeof cases[number], store: Store): Store {
  const own = officialStore(store, input.env, input.address)
  return id.includes("encrypted") ? encrypted(own, identityKey(input)) : own
}

for (const c of cases) {
  const { id, input, output } = c

  test(`reads what an official client left: ${id}`, async () => {
    const state = await readOfficialState(open(c, await storeOf(output.items)))
    assert.equal(
      state.conversations.length,
      new Set(state.conversations.map((x) => x.record.topic)).size,
    )
    assert.ok(state.conversations.length > 0)
    assert.deepEqual(state.v1Conversations.map((x) => x.peerAddress), input.v1Peers)
    assert.deepEqual(state.lastRunNs, { v2: BigInt(input.refreshJob.lastRunNs) })
    assert.equal(state.actions.length, 1)
  })

  test(`writes what an official client reads: ${id}`, async () => {
    const stored = open(c, await storeOf(output.items))
    const state = await readOfficialState(stored)
    const own = memoryStore()
    await writeOfficialState(open(c, own), state)
    const [written, before] = [open(c, own), stored]
    assert.deepEqual(await written.keys(""), await before.keys(""))
    for (const key of await written.keys("")) {
      if (key.endsWith("/revision")) assert.equal(toHex((await written.get(key))!), "01000000")
      else assert.deepEqual(await written.get(key), await before.get(key), key)
    }
  })
}

test("both cases hold the same state", async () => {
  const states = await Promise.all(cases.map(async (c) => {
    const store = open(c, await storeOf(c.output.items))
    return Object.fromEntries(
      await Promise.all((await store.keys("")).map(async (key) => [key, await store.get(key)])),
    )
  }))
  assert.ok(states.length > 1)
  for (const state of states) assert.deepEqual(state, states[0])
})

test("a revision grows with each write", async () => {
  const plain = cases.find(({ id }) => !id.includes("encrypted"))!
  const store = open(plain, await storeOf(plain.output.items))
  await writeOfficialState(store, await readOfficialState(store))
  assert.equal(toHex((await store.get("invitations/v1/revision"))!), "03000000")
  assert.equal(toHex((await store.get("conversation-v1/v1/revision"))!), "02000000")
})

test("a store without anything is an account that has done nothing", async () => {
  assert.deepEqual(await readOfficialState(memoryStore()), {
    conversations: [],
    v1Conversations: [],
    lastRunNs: {},
    actions: [],
  })
})

test("damaged values end as a typed error, never as another state or a crash", async () => {
  for (const c of cases) {
    const names = Object.keys(c.output.items).filter((key) => !key.endsWith("/revision"))
    const damage = fc.constantFrom(...names).chain((key) =>
      mutated([fromHex(c.output.items[key])]).map((bytes) => [key, bytes] as const)
    )
    await fc.assert(
      fc.asyncProperty(damage, async ([key, bytes]) => {
        const store = await storeOf(c.output.items)
        await store.set(key, bytes)
        await readOfficialState(open(c, store)).catch((error) => {
          assert.ok(error instanceof WaferError, String(error))
        })
      }),
      { numRuns: 100 },
    )
  }
})

test("closing the layout closes what it lies in", async () => {
  let closed = 0
  const below = { ...memoryStore(), close: () => Promise.resolve(void closed++) }
  await officialStore(below, "local", "0x00").close()
  assert.equal(closed, 1)
})
