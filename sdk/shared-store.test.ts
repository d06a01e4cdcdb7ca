import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { Client } from "./client.ts"
import { localKeystore } from "./keystore/local-keystore.ts"
import { memory } from "./network/transports/memory.ts"
import type { Query } from "./network/transport.ts"
import { encodeContactV1 } from "./protocol/contact.ts"
import { privateKeySigner } from "./protocol/signer.ts"
import { contactTopic, introTopic } from "./protocol/topics.ts"
import { memoryStore } from "./stores/memory.ts"
import type { Store } from "./stores/store.ts"
import { type TestNode, testNode } from "./testing/node.ts"

const join = (node: TestNode) =>
  Client.create(privateKeySigner(crypto.getRandomValues(new Uint8Array(32))), {
    transport: memory(node.routes),
  })

/** One tab's view of a storage: it answers late, as a disk does, and closing it closes nothing. */
function viewOf(storage: Store): Store {
  const later = () => new Promise((resolve) => setTimeout(resolve, 1))
  return {
    ...storage,
    async get(key) {
      await later()
      return await storage.get(key)
    },
    async set(key, value) {
      await later()
      await storage.set(key, value)
    },
    close: () => Promise.resolve(),
  }
}

test("two tabs on one store keep each other's conversations", async () => {
  const node = testNode()
  const [alice, ...peers] = await Promise.all(Array.from({ length: 7 }, () => join(node)))
  const keys = await alice!.exportKeys()
  const storage = memoryStore()
  const tab = () =>
    Client.withKeys(keys, { transport: memory(node.routes), store: viewOf(storage) })
  const tabs = await Promise.all([tab(), tab()])
  await Promise.all(
    peers.map(({ address }, i) => tabs[i % 2]!.conversations.newConversation(address)),
  )
  const records = await localKeystore(keys, { store: viewOf(storage) }).conversations()
  assert.deepEqual(
    records.map(({ peerAddress }) => peerAddress).sort(),
    peers.map(({ address }) => address).sort(),
  )
  for (const { conversations } of tabs) assert.equal((await conversations.list()).length, 6)
})

test("V1 conversations are kept, and the next session reads only what is new", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const { bundle } = await localKeystore(await bob.exportKeys()).account()
  node.accept(create(EnvelopeSchema, {
    contentTopic: contactTopic(bob.address),
    timestampNs: BigInt(Date.now() + 1000) * 1_000_000n,
    message: encodeContactV1(bundle),
  }))
  await (await alice.conversations.newConversation(bob.address)).send("gm")
  const storage = memoryStore()
  const keys = await bob.exportKeys()
  const session = async () => {
    const asked: Query[] = []
    const transport = memory(node.routes)
    await using client = await Client.withKeys(keys, {
      store: viewOf(storage),
      transport: {
        ...transport,
        query(query, options) {
          if (query.topics.includes(introTopic(bob.address))) asked.push(query)
          return transport.query(query, options)
        },
      },
    })
    const listed = await client.conversations.list()
    return { asked, listed: listed.map(({ version, topic }) => ({ version, topic })) }
  }
  const first = await session()
  assert.equal(first.listed[0]?.version, "v1")
  assert.equal(first.asked[0]!.startNs, 0n)
  node.log.splice(0, node.log.length, ...node.log.filter((e) => !e.contentTopic.includes("intro")))
  const second = await session()
  assert.deepEqual(second.listed, first.listed)
  assert.ok(second.asked[0]!.startNs! > 0n)
})
