// What an official client keeps on a disk, ours goes on from, and the other way round.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Client, http, type Store } from "@wafer/sdk"
import { officialStore, readOfficialState, writeOfficialState } from "@wafer/sdk/persistence"
import { encrypted } from "@wafer/sdk/stores/encrypted"
import { memoryStore } from "@wafer/sdk/stores/memory"
import { decodePrivateKeyBundle } from "../../sdk/protocol/private-key.ts"
import { type NodeProcess, startNode } from "../processes.ts"
import { newWallet, official, type OfficialVersion } from "./official.ts"

let node: NodeProcess
before(async () => {
  node = await startNode("deno", { args: ["--limits", "off"] })
})
after(() => node.kill())

/** A store in the shape that official clients take. */
const persistenceOf = (store: Store) => ({
  getItem: async (key: string) => await store.get(key) ?? null,
  setItem: (key: string, value: Uint8Array) => store.set(key, value),
})

for (const version of [13, 12, 11] satisfies OfficialVersion[]) {
  test(`what xmtp-js ${version} stored, this SDK reads and continues`, async () => {
    const disk = memoryStore()
    const wallet = newWallet()
    const options = { env: "local", apiUrl: node.url, basePersistence: persistenceOf(disk) }
    const { Client: Official } = official(version)
    const bob = await Official.create(newWallet(), { env: "local", apiUrl: node.url })
    const carol = await Official.create(newWallet(), { env: "local", apiUrl: node.url })
    const theirs = await Official.create(wallet, options)
    const keys: Uint8Array = await Official.getKeys(wallet, options)
    const toBob = await theirs.conversations.newConversation(bob.address)
    await toBob.send("from the official client")

    const { identityKey } = decodePrivateKeyBundle(keys)
    const store = encrypted(officialStore(disk, "local", theirs.address), identityKey)
    const state = await readOfficialState(store)
    assert.deepEqual(state.conversations.map(({ record }) => record.topic), [toBob.topic])
    assert.ok(state.lastRunNs.v2! > 0n)

    await using ours = await Client.withKeys(keys, { transport: http(node.url), store: disk })
    const [known] = await ours.conversations.list()
    assert.equal(known!.topic, toBob.topic)
    assert.deepEqual((await known!.messages()).map(({ content }) => content), [
      "from the official client",
    ])
    const toCarol = await ours.conversations.newConversation(carol.address)
    await writeOfficialState(store, await readOfficialState(store))

    const again = await Official.create(null, { ...options, privateKeyOverride: keys })
    // deno-lint-ignore no-explicit-any
    const cached = (await again.conversations.listFromCache()).map(({ topic }: any) => topic)
    assert.deepEqual(cached.sort(), [toBob.topic, toCarol.topic].sort())
  })
}
