import { create } from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { encrypt } from "./protocol/ciphertext.ts"
import { agree } from "./protocol/agreement.ts"
import { Client } from "./client.ts"
import { text } from "./codecs/text.ts"
import { compress } from "./content/compression.ts"
import { encodeContactV2 } from "./protocol/contact.ts"
import type { Codec } from "./content/content.ts"
import { decodeKeys } from "./keystore/conversation-keys.ts"
import { localKeystore } from "./keystore/local-keystore.ts"
import { encodeContent } from "./content/encoded-content.ts"
import { sealInvitation } from "./protocol/invitation.ts"
import {
  contentDigest,
  encodeHeaderV2,
  encodeMessageV2,
  encodeSignedContent,
} from "./protocol/message-v2.ts"
import {
  decodePrivateKeyBundle,
  type PrivateKeyBundle,
  publicBundle,
} from "./protocol/private-key.ts"
import { encodeBundle } from "./protocol/public-key.ts"
import { signDigest } from "./protocol/signature.ts"
import { privateKeySigner } from "./protocol/signer.ts"
import { coded } from "./testing/coded.ts"
import { type TestNode, testNode } from "./testing/node.ts"
import { contactTopic, inviteTopic } from "./protocol/topics.ts"
import { memory } from "./network/transports/memory.ts"

const join = (node: TestNode) =>
  Client.create(privateKeySigner(crypto.getRandomValues(new Uint8Array(32))), {
    transport: memory(node.routes),
  })

const nowNs = () => BigInt(Date.now()) * 1_000_000n
const yearNs = 365n * 86_400n * 10n ** 9n

/** Alice and Bob, who wrote "one" and "two", and what Bob could forge with the key they share. */
async function conversing(node = testNode()) {
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  await conversation.send("one")
  const { topic } = conversation
  const [key] = decodeKeys(await alice.conversations.exportConversations())
  const bundle = decodePrivateKeyBundle(await bob.exportKeys())

  function forge(
    payload: Uint8Array,
    { sender = bundle, timestampNs = nowNs(), inner = topic }: {
      sender?: PrivateKeyBundle
      timestampNs?: bigint
      inner?: string
    } = {},
  ): Envelope {
    const header = encodeHeaderV2(timestampNs, inner)
    const signature = signDigest(contentDigest(header, payload), sender.preKeys[0].secret)
    const signed = encodeSignedContent(payload, encodeBundle(publicBundle(sender)), signature)
    const ciphertext = encrypt(key!.invitation.keyMaterial, signed, header)
    const message = encodeMessageV2(header, ciphertext)
    return create(EnvelopeSchema, { contentTopic: topic, timestampNs, message })
  }

  /** Publishes it between two honest messages, and reads all three. */
  async function among(envelope: Envelope) {
    node.accept(envelope)
    await conversation.send("two")
    const messages = await conversation.messages()
    const readable = messages.filter(({ error }) => !error).map(({ content }) => content)
    assert.deepEqual(readable, ["one", "two"])
    assert.equal(messages.length, 3, "nothing is left out")
    return messages.find(({ error }) => error)!
  }

  return { node, alice, bob, conversation, topic, forge, among }
}

const raw: Codec<Uint8Array> = {
  type: { authorityId: "example.com", typeId: "raw", versionMajor: 1, versionMinor: 0 },
  encode: (content) => ({ parameters: {}, content }),
  decode: ({ content }) => content,
}

test("a message of somebody else with the key is no message of this conversation", async () => {
  const { node, forge, among } = await conversing()
  const mallory = decodePrivateKeyBundle(await (await join(node)).exportKeys())
  const forged = await among(forge(new Uint8Array(0), { sender: mallory }))
  const { error, senderAddress, senderKeys } = forged
  assert.ok(coded("forged")(error))
  assert.equal(senderAddress, "", "an address that is not proven is not shown")
  assert.equal(senderKeys, undefined, "nor are its keys")
})

test("a message under another's name is forged", async () => {
  const { node, alice, forge, among } = await conversing()
  const mallory = decodePrivateKeyBundle(await (await join(node)).exportKeys())
  const victim = decodePrivateKeyBundle(await alice.exportKeys())
  // Alice's identity above Mallory's pre-key.
  const mixed: PrivateKeyBundle = { identityKey: victim.identityKey, preKeys: mallory.preKeys }
  const { error } = await among(forge(new Uint8Array(0), { sender: mixed }))
  assert.ok(coded("forged")(error))
})

test("a message of another conversation is misplaced", async () => {
  const { forge, among } = await conversing()
  const { error } = await among(forge(new Uint8Array(0), { inner: "/xmtp/0/m-other/proto" }))
  assert.ok(coded("misplaced")(error))
})

test("a message published a second time, later or at once, counts once", async () => {
  for (const laterNs of [yearNs, 1_000_000n]) {
    const { node, among } = await conversing()
    const original = node.log.findLast(({ contentTopic }) => contentTopic.includes("/m-"))!
    const { error } = await among({ ...original, timestampNs: original.timestampNs + laterNs })
    assert.ok(coded("misplaced")(error))
  }
})

test("truncated messages and noise are errors in place", async () => {
  const { node, among } = await conversing()
  const original = node.log.findLast(({ contentTopic }) => contentTopic.includes("/m-"))!
  const message = original.message.slice(0, -10)
  const { error } = await among({ ...original, message, timestampNs: original.timestampNs + 1n })
  assert.ok(coded("malformed")(error) || coded("undecryptable")(error))
})

test("content without a type is malformed, of a proven sender", async () => {
  const { bob, forge, among } = await conversing()
  const { error, senderAddress } = await among(forge(new Uint8Array(0)))
  assert.ok(coded("malformed")(error))
  assert.equal(senderAddress, bob.address)
})

test("an unknown content type comes with its fallback", async () => {
  const { conversation } = await conversing()
  await conversation.send(new Uint8Array(3), { ...raw, fallback: () => "three bytes" })
  const message = (await conversation.messages()).at(-1)!
  assert.ok(coded("unknown-content-type")(message.error))
  assert.equal(message.fallback, "three bytes")
  assert.deepEqual(message.encoded!.content, new Uint8Array(3))
})

test("a compression bomb is an error, not a blow", async () => {
  const { forge, among } = await conversing()
  const bomb = await compress(new Uint8Array(32 * 1024 * 1024), "gzip")
  // EncodedContent by hand: type {xmtp.org, text, 1.0}, compression GZIP, content.
  const type = [0x0a, 0x12, 0x0a, 8, ...ascii("xmtp.org"), 0x12, 4, ...ascii("text"), 0x18, 1]
  type[1] = type.length - 2
  const length = [
    0x22,
    (bomb.length & 127) | 128,
    (bomb.length >> 7 & 127) | 128,
    bomb.length >> 14,
  ]
  const payload = Uint8Array.from([...type, 0x28, 1, ...length, ...bomb])
  const { error } = await among(forge(payload))
  assert.ok(coded("too-large")(error))
})

test("clocks that are years ahead or behind hide nothing", async () => {
  const node = testNode({ follow: true })
  const { bob, alice, conversation, forge } = await conversing(node)
  const hello = await encodeContent("hello", text, [])
  const told: unknown[] = []
  const states: string[] = []
  const listening = (async () => {
    const stream = conversation.stream({ onState: (state) => void states.push(state) })
    for await (const { content, sent } of stream) {
      told.push(content)
      assert.ok(Number.isFinite(sent.getTime()))
      if (content === "bye") break
    }
  })()
  while (!states.includes("live")) await new Promise((resolve) => setTimeout(resolve, 1))
  node.accept(forge(hello, { timestampNs: nowNs() + 30n * yearNs }))
  node.accept(forge(hello, { timestampNs: nowNs() - 30n * yearNs }))
  node.accept(forge(hello, { timestampNs: 0n }))
  node.accept(forge(hello, { timestampNs: 2n ** 63n - 1n }))
  node.cut()
  await conversation.send("bye")
  await listening
  assert.deepEqual(told, ["hello", "hello", "hello", "hello", "bye"])
  assert.equal((await alice.conversations.list()).length, 1)
  assert.equal(await bob.canMessage(alice.address), true)
})

test("a stranger's older invitation to a conversation's topic does not take it over", async () => {
  const node = testNode()
  const { alice, bob, conversation, topic } = await conversing(node)
  const mallory = decodePrivateKeyBundle(await (await join(node)).exportKeys())
  const recipient = publicBundle(decodePrivateKeyBundle(await alice.exportKeys()))
  const createdNs = nowNs() - yearNs
  const own = { identityKey: mallory.identityKey, preKey: mallory.preKeys[0] }
  const message = sealInvitation(
    { topic, keyMaterial: new Uint8Array(32).fill(7) },
    { sender: publicBundle(mallory), recipient, createdNs },
    agree(own, recipient, "sender"),
  )
  const hijack = { contentTopic: inviteTopic(alice.address), timestampNs: createdNs, message }

  // Before the true invitation is known, after it, and together with it.
  const keystore = localKeystore(await alice.exportKeys())
  const [first] = await keystore.saveInvitations([hijack])
  assert.notEqual(first!.value!.peerAddress, bob.address)
  const { bundle: peer } = await localKeystore(await bob.exportKeys()).account()
  const { record } = await keystore.invite({ recipient: peer, createdNs: nowNs() })
  assert.deepEqual([record.topic, record.peerAddress], [topic, bob.address])
  await keystore.saveInvitations([hijack])
  assert.equal((await keystore.conversations())[0]!.peerAddress, bob.address)

  node.accept(create(EnvelopeSchema, hijack))
  const again = await Client.withKeys(await alice.exportKeys(), { transport: memory(node.routes) })
  const found = await again.conversations.newConversation(bob.address)
  assert.equal(found.peerAddress, bob.address)
  assert.deepEqual((await found.messages()).map(({ content }) => content), ["one"])
  await conversation.send("two")
  assert.equal((await found.messages()).length, 2)
})

test("of contacts that contradict each other the newest counts, of strangers' none", async () => {
  const node = testNode()
  const [alice, bob, mallory] = await Promise.all([join(node), join(node), join(node)])
  const bundleOf = async (client: Client) =>
    publicBundle(decodePrivateKeyBundle(await client.exportKeys()))
  const accept = (message: Uint8Array) =>
    node.accept(create(EnvelopeSchema, {
      contentTopic: contactTopic(bob.address),
      timestampNs: nowNs() + yearNs + BigInt(node.log.length),
      message,
    }))
  // A node that lets others write there: Mallory's contact, noise, and seven more of Mallory's.
  accept(encodeContactV2(await bundleOf(mallory)))
  accept(Uint8Array.of(1, 2, 3))
  for (let i = 0; i < 7; i++) accept(encodeContactV2(await bundleOf(mallory)))
  const conversation = await alice.conversations.newConversation(bob.address)
  assert.equal(conversation.peerAddress, bob.address)
  assert.deepEqual(await alice.canMessage([bob.address]), [true])

  // Bob's identity with Mallory's pre-key, as if Bob had published it.
  const [own, other] = [await bundleOf(bob), await bundleOf(mallory)]
  accept(encodeContactV2({ identityKey: own.identityKey, preKey: other.preKey }))
  await assert.rejects(
    mallory.conversations.newConversation(bob.address),
    coded("forged"),
  )
})

test("a node that answers other questions than asked is an error", async () => {
  const node = testNode()
  const alice = await join(node)
  const real = memory(node.routes)
  const lying = await Client.withKeys(await alice.exportKeys(), {
    transport: { ...real, batchQuery: () => Promise.resolve([]) },
  })
  await assert.rejects(
    lying.canMessage(["0x1111111111111111111111111111111111111111"]),
    coded("node"),
  )
})

test("a node that pages in circles ends in an error", async () => {
  const { node, alice, conversation } = await conversing()
  const real = memory(node.routes)
  const circling = await Client.withKeys(await alice.exportKeys(), {
    transport: {
      ...real,
      query: async (query, options) => {
        const { cursor: _, ...begun } = query
        const page = await real.query(
          query.topics.includes(conversation.topic) ? begun : query,
          options,
        )
        const cursor = { digest: new Uint8Array(32), senderTimeNs: 1n }
        return query.topics.includes(conversation.topic) ? { ...page, cursor } : page
      },
    },
  })
  const [again] = await circling.conversations.list()
  await assert.rejects(again!.messages(), coded("node"))
})

function ascii(word: string): number[] {
  return [...word].map((char) => char.charCodeAt(0))
}
