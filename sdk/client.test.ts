import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, vectors } from "../tests/vectors.ts"
import { Client } from "./client.ts"
import { localKeystore } from "./keystore/local-keystore.ts"
import type { Message } from "./message.ts"
import { decryptKeyBundle } from "./protocol/identity.ts"
import { decodePrivateKeyBundle } from "./protocol/private-key.ts"
import { privateStoreTopic } from "./protocol/topics.ts"
import { privateKeySigner, walletOf } from "./protocol/signer.ts"
import { coded } from "./testing/coded.ts"
import { type TestNode, testNode } from "./testing/node.ts"
import { memory } from "./network/transports/memory.ts"

const newSigner = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
const join = (node: TestNode, signer = newSigner()) =>
  Client.create(signer, { transport: memory(node.routes) })

test("an account is made once and loaded ever after", async () => {
  const node = testNode()
  const signer = newSigner()
  const first = await join(node, signer)
  const published = node.log.length
  const second = await join(node, signer)
  assert.equal(second.address, first.address)
  assert.deepEqual(await second.exportKeys(), await first.exportKeys())
  assert.equal(node.log.length, published, "nothing is published again")
})

test("what is no key bundle hides no account, not even from the future", async () => {
  const node = testNode()
  const signer = newSigner()
  const contentTopic = privateStoreTopic(await signer.getAddress())
  const aheadNs = BigInt(Date.now() + 1e10) * 1_000_000n
  const put = (message: Uint8Array, timestampNs: bigint) =>
    node.accept(create(EnvelopeSchema, { contentTopic, timestampNs, message }))
  put(Uint8Array.of(1, 2, 3), aheadNs)
  const first = await join(node, signer)
  const stored = node.log.find((e) => e.contentTopic === contentTopic && e.message.length > 3)!
  assert.equal(stored.timestampNs, aheadNs + 1n, "official clients read the newest one alone")
  put(new Uint8Array(0), aheadNs + 2n)
  put(Uint8Array.of(4, 5, 6), aheadNs + 3n)
  const torn = stored.message.slice()
  torn[torn.length - 1]! ^= 1
  put(torn, aheadNs + 4n)
  const again = await join(node, signer)
  assert.deepEqual(await again.exportKeys(), await first.exportKeys())
})

for (const { id, input } of vectors("encrypted_bundle", "encryptedBundle")) {
  if (!id.includes("legacy")) continue
  test(`${id}: an account in a form of early clients is loaded, and stored in today's`, async () => {
    const node = testNode()
    const contentTopic = privateStoreTopic(input.address)
    const message = fromHex(input.encryptedBundle)
    node.accept(create(EnvelopeSchema, { contentTopic, timestampNs: 1n, message }))
    const signer = privateKeySigner(fromHex(input.walletPrivateKey))
    const client = await join(node, signer)
    const stored = node.log.filter((envelope) => envelope.contentTopic === contentTopic)
    assert.equal(stored.length, 2)
    const { bundle, outdated } = await decryptKeyBundle(stored[1]!.message, await walletOf(signer))
    assert.equal(outdated, false)
    assert.deepEqual(bundle, decodePrivateKeyBundle(await client.exportKeys()))
  })
}

test("the V2 contact is newer than the V1 contact", async () => {
  const node = testNode()
  await join(node)
  const contacts = node.log.filter(({ contentTopic }) => contentTopic.includes("/contact-"))
  assert.equal(contacts.length, 2)
  assert.ok(contacts[1]!.timestampNs > contacts[0]!.timestampNs)
})

test("canMessage tells who has joined, and throws when it cannot know", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const nobody = "0x1111111111111111111111111111111111111111"
  assert.equal(await alice.canMessage(bob.address), true)
  assert.equal(await alice.canMessage(bob.address.toLowerCase()), true)
  assert.equal(await alice.canMessage(nobody), false)
  assert.equal(await alice.canMessage("0x12"), false)
  assert.deepEqual(await alice.canMessage([nobody, bob.address, "0x12", alice.address]), [
    false,
    true,
    false,
    true,
  ])
  node.failNext({ call: "query", code: Code.PermissionDenied })
  await assert.rejects(
    alice.canMessage("0x2222222222222222222222222222222222222222"),
    coded("permission-denied"),
  )
})

test("two accounts talk, both ways", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  const sent = await toBob.send("gm")
  const [toAlice] = await bob.conversations.list()
  assert.equal(toAlice!.topic, toBob.topic)
  assert.equal(toAlice!.peerAddress, alice.address)
  await toAlice!.send("gm to you")

  const texts = async (options = {}) =>
    (await toBob.messages(options)).map(({ senderAddress, content }) => [senderAddress, content])
  assert.deepEqual(await texts(), [[alice.address, "gm"], [bob.address, "gm to you"]])
  assert.deepEqual(await texts({ direction: "descending", limit: 1 }), [[
    bob.address,
    "gm to you",
  ]])
  const [received] = await toAlice!.messages()
  assert.equal(received!.id, sent.id)
  assert.deepEqual(received!.sent, sent.sent)
})

test("both parties begin the same conversation", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const [a, b] = await Promise.all([
    alice.conversations.newConversation(bob.address),
    bob.conversations.newConversation(alice.address),
  ])
  assert.equal(a.topic, b.topic)
  assert.equal((await alice.conversations.list()).length, 1)
  const context = { conversationId: "example.com/thread", metadata: { title: "Lunch" } }
  const thread = await alice.conversations.newConversation(bob.address, { context })
  assert.notEqual(thread.topic, a.topic)
  const [, second] = await bob.conversations.list()
  assert.deepEqual(second!.context, context)
})

test("nobody can be written to who has not joined, nor oneself", async () => {
  const alice = await join(testNode())
  const { conversations } = alice
  await assert.rejects(
    conversations.newConversation("0x1111111111111111111111111111111111111111"),
    coded("not-registered"),
  )
  await assert.rejects(conversations.newConversation(alice.address), coded("unsupported"))
  await assert.rejects(conversations.newConversation("bob"), coded("invalid-argument"))
})

test("a long conversation comes in pages, in both directions, and by time", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  const texts = Array.from({ length: 230 }, (_, i) => `message ${i}`)
  for (const text of texts) await conversation.send(text)
  const contents = (messages: Message[]) => messages.map(({ content }) => content)

  const all = await conversation.messages()
  assert.deepEqual(contents(all), texts)
  assert.deepEqual(
    contents(await conversation.messages({ direction: "descending" })),
    texts.toReversed(),
  )
  assert.deepEqual(contents(await conversation.messages({ limit: 150 })), texts.slice(0, 150))
  const pages: number[] = []
  for await (const page of conversation.pages({ pageSize: 60 })) pages.push(page.length)
  assert.deepEqual(pages, [60, 60, 60, 50])
  const [since, until] = [all[20]!.sent, all[200]!.sent]
  const window = await conversation.messages({ since, until })
  assert.deepEqual(
    contents(window),
    contents(all.filter(({ sent }) => sent >= since && sent <= until)),
  )
})

for (const follow of [true, false]) {
  test(`a stream tells new messages and new conversations (${follow ? "followed" : "subscribed"})`, async () => {
    const node = testNode({ follow })
    const [alice, bob] = await Promise.all([join(node), join(node)])
    const invitations = bob.conversations.stream()
    const invited = invitations.next()
    await until(() => node.calls.includes(follow ? "follow" : "subscribe"))
    const toBob = await alice.conversations.newConversation(bob.address)
    const toAlice = (await invited).value!
    assert.equal(toAlice.topic, toBob.topic)
    await invitations.return()

    await toBob.send("before")
    const told: unknown[] = []
    const listening = (async () => {
      for await (const { content } of toAlice.stream({ since: new Date(0) })) {
        told.push(content)
        if (content === "bye") break
      }
    })()
    await until(() => told.length === 1)
    await toBob.send("after")
    await until(() => told.length === 2)
    node.cut()
    await toBob.send("while away")
    await toBob.send("bye")
    await listening
    assert.deepEqual(told, ["before", "after", "while away", "bye"])
  })
}

for (const follow of [true, false]) {
  test(`a message names its sender's keys, and when the node stored it if that ${follow ? "tells" : "does not tell"}`, async () => {
    const node = testNode({ follow })
    const [alice, bob] = await Promise.all([join(node), join(node)])
    const sent = await (await alice.conversations.newConversation(bob.address)).send("gm")
    const [toAlice] = await bob.conversations.list()
    await using stream = toAlice!.stream({ since: new Date(0) })
    const streamed = (await stream.next()).value!
    const [read] = await toAlice!.messages()
    const { identityKey, preKeys } = decodePrivateKeyBundle(await alice.exportKeys())
    for (const { senderKeys } of [sent, streamed, read!]) {
      const { identityKey: identity, preKey } = senderKeys!
      assert.deepEqual(identity.publicKey, identityKey.publicKey.point)
      assert.deepEqual(preKey.publicKey, preKeys[0].publicKey.point)
      assert.ok(Math.abs(preKey.created.getTime() - Date.now()) < 60_000)
    }
    assert.deepEqual(streamed.storedAt, follow ? streamed.sent : undefined)
    assert.equal(sent.storedAt ?? read!.storedAt, undefined)
  })
}

test("a stream ends with its signal, by return, and with the client", async () => {
  const node = testNode({ follow: true })
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)

  const ending = new AbortController()
  const aborted = conversation.stream({ signal: ending.signal }).next()
  ending.abort(new Error("enough"))
  await assert.rejects(aborted, /enough/)

  const left = conversation.stream()
  const waiting = left.next()
  assert.equal((await left.return()).done, true)
  assert.equal((await waiting).done, true)

  const open = conversation.stream().next()
  await alice.close()
  await alice.close()
  assert.equal((await open).done, true)
  await assert.rejects(conversation.send("too late"), coded("closed"))
  await assert.rejects(alice.canMessage(bob.address), coded("closed"))
})

test("whoever gives up does not wait for the wallet", async () => {
  const node = testNode()
  const asking: string[] = []
  const signer = {
    getAddress: newSigner().getAddress,
    signMessage: (text: string) => new Promise<string>(() => void asking.push(text)),
  }
  const ending = new AbortController()
  const { signal } = ending
  const creating = Client.create(signer, { transport: memory(node.routes), signal })
  await until(() => asking.length > 0)
  ending.abort(new Error("enough"))
  await assert.rejects(creating, /enough/)
})

test("closing forgets the keys, also when the transport does not close", async () => {
  const node = testNode()
  const alice = await join(node)
  const keystore = localKeystore(await alice.exportKeys())
  const client = await Client.withKeystore(keystore, {
    transport: { ...memory(node.routes), close: () => Promise.reject(new Error("no")) },
  })
  await assert.rejects(client.close(), /no/)
  await assert.rejects(keystore.exportKeys(), coded("closed"))
})

test("reading a long conversation gives others their turn in between", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  await Promise.all(Array.from({ length: 1000 }, (_, i) => toBob.send(`${i}`)))
  const envelopes = node.log.filter(({ contentTopic }) => contentTopic === toBob.topic)
  const transport = memory(node.routes)
  const reader = await Client.withKeys(await bob.exportKeys(), {
    transport: {
      ...transport,
      // All at once: nothing is waited for but the reading itself.
      query: (query, options) =>
        query.topics.includes(toBob.topic)
          ? Promise.resolve({ envelopes })
          : transport.query(query, options),
    },
  })
  const [conversation] = await reader.conversations.list()
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  assert.equal((await conversation!.messages()).length, 1000)
  clearInterval(timer)
  assert.ok(turns > 0)
})

test("calls that fail in passing are made again, and a refused token is made anew", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  node.failNext(
    { call: "publish", code: Code.Unavailable },
    { call: "publish", code: Code.ResourceExhausted, retryAfterSeconds: 0.01 },
    { call: "publish", code: Code.Unauthenticated },
    { call: "query", code: Code.Unavailable },
  )
  const before = node.tokens.at(-1)
  await conversation.send("persistent")
  assert.notEqual(node.tokens.at(-1), before)
  assert.deepEqual((await conversation.messages()).map(({ content }) => content), ["persistent"])
})

test("a call that the node refuses is not made again", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  node.failNext({ call: "publish", code: Code.PermissionDenied })
  const publishes = node.calls.filter((call) => call === "publish").length
  await assert.rejects(conversation.send("no"), coded("permission-denied"))
  assert.equal(node.calls.filter((call) => call === "publish").length, publishes + 1)
})

test("a message can be prepared, dated and read from its envelope", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  const timestamp = new Date("2024-03-15T11:34:56.789Z")
  const prepared = await conversation.prepare("moved", { timestamp })
  const before = node.log.length
  const sent = await prepared.send()
  await prepared.send()
  assert.equal(sent.id, prepared.id)
  assert.deepEqual(sent.sent, timestamp)
  assert.equal((await conversation.messages()).length, 1, "sending twice is sending once")
  const [toAlice] = await bob.conversations.list()
  const read = await toAlice!.decode(node.log[before]!)
  assert.deepEqual([read.id, read.content, read.sent], [prepared.id, "moved", timestamp])
})

test("dates that are none are refused, those before 1970 are the beginning", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  await conversation.send("gm")
  const never = new Date("never")
  await assert.rejects(conversation.messages({ since: never }), coded("invalid-argument"))
  await assert.rejects(conversation.stream({ since: never }).next(), coded("invalid-argument"))
  await assert.rejects(conversation.send("?", { timestamp: never }), coded("invalid-argument"))
  for (const number of [-1, 1.5, NaN]) {
    await assert.rejects(conversation.messages({ limit: number }), coded("invalid-argument"))
    const pages = conversation.pages({ pageSize: number })
    await assert.rejects(pages.next(), coded("invalid-argument"))
  }
  await assert.rejects(conversation.pages({ pageSize: 0 }).next(), coded("invalid-argument"))
  assert.equal((await conversation.messages({ since: new Date(-1e12) })).length, 1)
})

test("ephemeral messages reach who listens, and are not kept with the others", async () => {
  const node = testNode({ follow: true })
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  const [toAlice] = await bob.conversations.list()
  const stream = toAlice!.stream({ ephemeral: true })
  const next = stream.next()
  await until(() => node.calls.includes("follow"))
  await toBob.send("typing", { ephemeral: true })
  assert.equal((await next).value!.content, "typing")
  await stream.return()
  assert.deepEqual(await toAlice!.messages(), [])
})

test("whether accounts can be written to is known without an account", async () => {
  const node = testNode()
  const { address } = await join(node)
  const nobody = "0x1111111111111111111111111111111111111111"
  const transport = memory(node.routes)
  assert.deepEqual(
    await Client.canMessage([address, "bob", nobody, address.toLowerCase()], { transport }),
    [true, false, false, true],
  )
})

test("a new pre-key is published and stored, and the old one still opens what it should", async () => {
  const node = testNode()
  const signer = newSigner()
  const [alice, bob] = [await join(node, signer), await join(node)]
  await (await bob.conversations.newConversation(alice.address)).send("to the old key")
  const renewed = await Client.create(signer, {
    transport: memory(node.routes),
    newPreKey: true,
  })
  const [conversation] = await renewed.conversations.list()
  assert.deepEqual((await conversation!.messages()).map(({ content }) => content), [
    "to the old key",
  ])
  await conversation!.send("from the new key")
  const carol = await join(node)
  await (await carol.conversations.newConversation(alice.address)).send("to the new key")
  const again = await join(node, signer)
  assert.deepEqual(await again.exportKeys(), await renewed.exportKeys())
  assert.equal(decodePrivateKeyBundle(await again.exportKeys()).preKeys.length, 2)
  const [, newest] = await again.conversations.list()
  assert.deepEqual((await newest!.messages()).map(({ content }) => content), ["to the new key"])
  const [old] = await bob.conversations.list()
  assert.deepEqual((await old!.messages()).map(({ content }) => content), [
    "to the old key",
    "from the new key",
  ])
})

test("exported keys make the same account, and no wallet is asked", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  await (await alice.conversations.newConversation(bob.address)).send("still here")
  const again = await Client.withKeys(await alice.exportKeys(), {
    transport: memory(node.routes),
  })
  const [conversation] = await again.conversations.list()
  assert.deepEqual((await conversation!.messages()).map(({ content }) => content), ["still here"])
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
