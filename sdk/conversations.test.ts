import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { Client, type ClientOptions } from "./client.ts"
import { signConsent } from "./protocol/consent-proof.ts"
import { type Contact, encodeContactV1 } from "./protocol/contact.ts"
import { decodePrivateKeyBundle, publicBundle } from "./protocol/private-key.ts"
import { localKeystore } from "./keystore/local-keystore.ts"
import { privateKeySigner } from "./protocol/signer.ts"
import { coded } from "./testing/coded.ts"
import { type TestNode, testNode } from "./testing/node.ts"
import { contactTopic, inviteTopic } from "./protocol/topics.ts"
import { memory } from "./network/transports/memory.ts"

const newSigner = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
const join = (node: TestNode, options: Partial<ClientOptions> = {}, signer = newSigner()) =>
  Client.create(signer, { transport: memory(node.routes), ...options })

/** An account that speaks V1 only, as clients before 7.0 did. */
async function joinV1(node: TestNode): Promise<Client> {
  const client = await join(node)
  const { bundle } = await bundleOf(client)
  node.accept(create(EnvelopeSchema, {
    contentTopic: contactTopic(client.address),
    timestampNs: BigInt(Date.now() + 1000) * 1_000_000n,
    message: encodeContactV1(bundle),
  }))
  return client
}

async function bundleOf(client: Client): Promise<Pick<Contact, "bundle">> {
  return { bundle: publicBundle(decodePrivateKeyBundle(await client.exportKeys())) }
}

/** An invitation to a V2 conversation, made at a time in milliseconds. */
async function invitation(from: Client, to: Client, ms: number): Promise<Envelope> {
  const { bundle: recipient } = await localKeystore(await to.exportKeys()).account()
  const timestampNs = BigInt(ms) * 1_000_000n
  const { sealed: message } = await localKeystore(await from.exportKeys())
    .invite({ recipient, createdNs: timestampNs })
  return create(EnvelopeSchema, { contentTopic: inviteTopic(to.address), timestampNs, message })
}

test("V1 accounts talk in V1, both ways", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), joinV1(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  assert.equal(toBob.version, "v1")
  await toBob.send("gm")
  await toBob.send("still me")
  const intros = node.log.filter(({ contentTopic }) => contentTopic.includes("/intro-"))
  assert.equal(intros.length, 2, "only the first message introduces the conversation")

  const [toAlice] = await bob.conversations.list()
  assert.equal(toAlice!.version, "v1")
  assert.equal(toAlice!.topic, toBob.topic)
  await toAlice!.send("hello")
  const messages = await toBob.messages()
  assert.deepEqual(messages.map(({ content }) => content), ["gm", "still me", "hello"])
  assert.deepEqual(messages.map(({ senderAddress }) => senderAddress), [
    alice.address,
    alice.address,
    bob.address,
  ])
})

test("an old V1 conversation goes on, one with a context is V2", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), joinV1(node)])
  await (await alice.conversations.newConversation(bob.address)).send("long ago")
  // Bob moves to a client that knows V2; Alice begins again elsewhere.
  const bobNow = await Client.withKeys(await bob.exportKeys(), { transport: memory(node.routes) })
  const aliceNow = await Client.withKeys(await alice.exportKeys(), {
    transport: memory(node.routes),
  })
  const again = await aliceNow.conversations.newConversation(bobNow.address)
  assert.equal(again.version, "v1")
  const context = { conversationId: "example.com/1", metadata: {} }
  const thread = await aliceNow.conversations.newConversation(bobNow.address, { context })
  assert.equal(thread.version, "v2")
  const versions = (await bobNow.conversations.list()).map(({ version }) => version)
  assert.deepEqual(versions, ["v1", "v2"])
})

test("of a V1 and a V2 conversation with the same peer the V2 one goes on, each time", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), joinV1(node)])
  await (await alice.conversations.newConversation(bob.address)).send("long ago")
  const client = async (of: Client) =>
    await Client.withKeys(await of.exportKeys(), { transport: memory(node.routes) })
  // An official client that has not read the introduction invites to V2.
  node.accept(await invitation(bob, alice, Date.now()))
  const aliceNow = await client(alice)
  for (let i = 0; i < 2; i++) {
    const { version } = await aliceNow.conversations.newConversation(bob.address)
    assert.equal(version, "v2")
  }
})

for (const follow of [true, false]) {
  const how = follow ? "followed" : "subscribed"

  test(`one stream tells the messages of all conversations, also of new ones (${how})`, async () => {
    const node = testNode({ follow })
    const [alice, bob, carol, dave] = await Promise.all([
      join(node),
      join(node),
      join(node),
      joinV1(node),
    ])
    const known = await bob.conversations.newConversation(alice.address)
    await known.send("before")
    const told: unknown[] = []
    const states: string[] = []
    const listening = (async () => {
      const onState = (state: string) => void states.push(state)
      for await (const { content } of alice.conversations.streamAllMessages({ onState })) {
        told.push(content)
        if (told.length === 5) break
      }
    })()
    await until(() => states.includes("live"))
    await known.send("known")
    await until(() => told.length === 1)
    const begun = await carol.conversations.newConversation(alice.address)
    await begun.send("new")
    await until(() => told.length === 2)
    const old = await dave.conversations.newConversation(alice.address)
    await old.send("in V1?")
    await until(() => told.length === 3)
    node.cut()
    await begun.send("while away")
    await known.send("bye")
    await listening
    assert.deepEqual(told.slice(0, 3), ["known", "new", "in V1?"])
    assert.deepEqual(told.slice(3).sort(), ["bye", "while away"])
    assert.ok(states.includes("waiting"))
  })

  test(`one stream replays all conversations since a time (${how})`, async () => {
    const node = testNode({ follow })
    const [alice, bob, carol] = await Promise.all([join(node), join(node), join(node)])
    for (const friend of [bob, carol]) {
      const conversation = await friend.conversations.newConversation(alice.address)
      for (let i = 0; i < 120; i++) await conversation.send(`${friend.address} ${i}`)
    }
    const told = new Map<string, number[]>()
    let count = 0
    const since = new Date(0)
    for await (const message of alice.conversations.streamAllMessages({ since })) {
      const [sender, i] = String(message.content).split(" ")
      told.set(sender!, [...told.get(sender!) ?? [], Number(i)])
      if (++count === 240) break
    }
    const inOrder = Array.from({ length: 120 }, (_, i) => i)
    assert.deepEqual(told.get(bob.address), inOrder)
    assert.deepEqual(told.get(carol.address), inOrder)
  })
}

test("what is no invitation is told, and hides no conversation", async () => {
  const node = testNode()
  const invalid: string[] = []
  const alice = await join(node, { onInvalid: (error) => void invalid.push(error.code) })
  const [bob, carol] = await Promise.all([join(node), join(node)])
  const forge = (message: Uint8Array) =>
    node.accept(create(EnvelopeSchema, {
      contentTopic: inviteTopic(alice.address),
      timestampNs: BigInt(Date.now()) * 1_000_000n,
      message,
    }))
  forge(Uint8Array.of(1, 2, 3))
  await bob.conversations.newConversation(carol.address)
  // An invitation to somebody else, replayed to Alice.
  forge(node.log.find(({ contentTopic }) => contentTopic === inviteTopic(carol.address))!.message)
  await bob.conversations.newConversation(alice.address)
  assert.equal((await alice.conversations.list()).length, 1)
  assert.deepEqual(invalid, ["malformed", "misplaced"])
})

test("writing to somebody allows, and says so once", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const preferences = () =>
    node.log.filter(({ contentTopic }) => contentTopic.includes("/userpreferences-")).length
  const toBob = await alice.conversations.newConversation(bob.address)
  assert.equal(await toBob.consent(), "allowed")
  assert.equal(preferences(), 1)

  const [toAlice] = await bob.conversations.list()
  assert.equal(await toAlice!.consent(), "unknown")
  await Promise.all(Array.from({ length: 10 }, (_, i) => toAlice!.send(`${i}`)))
  assert.equal(await toAlice!.consent(), "allowed")
  assert.equal(preferences(), 2)

  await bob.contacts.deny(alice.address)
  await toAlice!.send("I said no")
  assert.equal(await toAlice!.consent(), "denied", "writing changes nothing that was said")
})

test("consent goes to all devices, for addresses, groups and inboxes", async () => {
  const node = testNode({ follow: true })
  const phone = await join(node)
  const laptop = await Client.withKeys(await phone.exportKeys(), {
    transport: memory(node.routes),
  })
  const friend = "0xF6654Ccbcb9108B22848443B9c142Cf0476943a6"
  const changes = laptop.contacts.stream()
  const first = changes.next()
  await until(() => node.calls.includes("follow"))
  await phone.contacts.allow([friend.toLowerCase(), { group: "g1" }])
  await phone.contacts.deny({ inbox: "i1" })
  assert.deepEqual((await first).value, { kind: "address", value: friend, state: "allowed" })
  assert.deepEqual((await changes.next()).value, { kind: "group", value: "g1", state: "allowed" })
  assert.deepEqual((await changes.next()).value, { kind: "inbox", value: "i1", state: "denied" })
  await changes.return()

  assert.equal(await laptop.contacts.consent(friend), "allowed")
  await phone.contacts.deny(friend)
  assert.equal(await laptop.contacts.consent(friend), "allowed", "not read again yet")
  await laptop.contacts.refresh()
  assert.equal(await laptop.contacts.consent(friend), "denied")
  assert.equal(await laptop.contacts.consent({ group: "g2" }), "unknown")
  assert.equal((await laptop.contacts.list()).length, 3)
  await assert.rejects(phone.contacts.allow("bob"), coded("invalid-argument"))
})

test("what another device said before this one spoke is found", async () => {
  const node = testNode()
  const phone = await join(node)
  const laptop = await Client.withKeys(await phone.exportKeys(), {
    transport: memory(node.routes),
  })
  const friends = [0x11, 0x22].map((byte) => `0x${byte.toString(16).repeat(20)}`) as [
    string,
    string,
  ]
  await laptop.contacts.list()
  await phone.contacts.allow(friends[0])
  const said = node.log.at(-1)!
  node.log.splice(-1, 1, { ...said, timestampNs: said.timestampNs - 3n * 3_600_000_000_000n })
  await laptop.contacts.deny(friends[1])
  await laptop.contacts.refresh()
  assert.equal(await laptop.contacts.consent(friends[0]), "allowed")
})

test("an invitation of a clock that is hours behind is listed", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  assert.deepEqual(await alice.conversations.list(), [])
  node.accept(await invitation(bob, alice, Date.now() - 5 * 3_600_000))
  assert.equal((await alice.conversations.list()).length, 1)
})

test("whoever waits for another's call does not wait beyond the own signal", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const transport = memory(node.routes)
  let stuck = Promise.withResolvers<void>()
  const client = await Client.withKeys(await alice.exportKeys(), {
    transport: {
      ...transport,
      async query(query, options) {
        if (!query.topics[0]!.includes("/contact-")) await stuck.promise
        return await transport.query(query, options)
      },
    },
  })
  const calls = [
    (options = {}) => client.conversations.list(options),
    (options = {}) => client.contacts.list(options),
  ]
  for (const call of calls) {
    const patient = call()
    const ending = new AbortController()
    const impatient = call({ signal: ending.signal })
    ending.abort(new Error("enough"))
    await assert.rejects(impatient, /enough/)
    stuck.resolve()
    assert.deepEqual(await patient, [])
    stuck = Promise.withResolvers()
  }
  assert.equal(await client.canMessage(bob.address), true)
})

test("what was said once and is published again allows nobody", async () => {
  const node = testNode()
  const phone = await join(node)
  const friend = "0xF6654Ccbcb9108B22848443B9c142Cf0476943a6"
  const said = async (state: "allow" | "deny") => {
    await phone.contacts[state](friend)
    return node.log.at(-1)!
  }
  const read = async () =>
    await (await Client.withKeys(await phone.exportKeys(), { transport: memory(node.routes) }))
      .contacts.consent(friend)
  const [allowed, denied] = [await said("allow"), await said("deny")]
  const hourNs = 3_600_000_000_000n
  node.accept({ ...allowed, timestampNs: denied.timestampNs + hourNs })
  assert.equal(await read(), "denied")
  node.accept({ ...denied, timestampNs: allowed.timestampNs - hourNs })
  assert.equal(await read(), "denied")
  await phone.contacts.refresh()
  assert.equal(await phone.contacts.consent(friend), "denied")
  await said("allow")
  assert.equal(await read(), "allowed")
})

test("a proof of consent allows the inviter, a foreign or a denied one does not", async () => {
  const node = testNode()
  const signer = newSigner()
  const [subscriber, honest, liar, denied] = await Promise.all([
    join(node, {}, signer),
    join(node),
    join(node),
    join(node),
  ])
  const proof = await signConsent(signer, honest.address)
  await honest.conversations.newConversation(subscriber.address, { consentProof: proof })
  await liar.conversations.newConversation(subscriber.address, { consentProof: proof })
  await subscriber.contacts.deny(denied.address)
  await denied.conversations.newConversation(subscriber.address, {
    consentProof: await signConsent(signer, denied.address),
  })
  const conversations = await subscriber.conversations.list()
  const consents = await Promise.all(
    conversations.map(async (c) => [c.peerAddress, await c.consent()]),
  )
  assert.deepEqual(Object.fromEntries(consents), {
    [honest.address]: "allowed",
    [liar.address]: "unknown",
    [denied.address]: "denied",
  })
})

test("reading goes on when a proof of consent cannot be honoured yet", async () => {
  const node = testNode({ follow: true })
  const signer = newSigner()
  const [subscriber, sender] = await Promise.all([join(node, {}, signer), join(node)])
  await subscriber.contacts.list()
  const stream = subscriber.conversations.stream()
  const first = stream.next()
  await until(() => node.calls.includes("follow"))
  const consentProof = await signConsent(signer, sender.address)
  await sender.conversations.newConversation(subscriber.address, { consentProof })
  node.failNext({ call: "publish", code: Code.PermissionDenied })
  const told = (await first).value!
  assert.equal(told.peerAddress, sender.address)
  await stream.return()
  const again = await Client.withKeys(await subscriber.exportKeys(), {
    transport: memory(node.routes),
  })
  node.failNext({ call: "publish", code: Code.PermissionDenied })
  assert.equal((await again.conversations.list()).length, 1)
  assert.equal((await again.conversations.list()).length, 1)
  assert.equal(await again.contacts.consent(sender.address), "allowed")
})

test("V1 messages of a given time have it, those of now have theirs", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), joinV1(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  const begun = Date.now()
  await toBob.send("now")
  for (const time of ["2020-01-01", "2040-01-01"]) {
    const timestamp = new Date(time)
    assert.deepEqual((await toBob.send("then", { timestamp })).sent, timestamp)
  }
  const { sent } = await toBob.send("now again")
  assert.ok(sent.getTime() >= begun && sent.getTime() < new Date("2040-01-01").getTime())
})

test("conversations are known without the network once they were listed, begun or streamed", async () => {
  const node = testNode({ follow: true })
  const [alice, bob, carol] = await Promise.all([join(node), join(node), join(node)])
  const begun = await bob.conversations.newConversation(alice.address)
  assert.deepEqual(await alice.conversations.known(), [])
  await alice.conversations.list()
  const stream = alice.conversations.streamAllMessages({ since: new Date(0) })
  const streamed = await carol.conversations.newConversation(alice.address)
  await streamed.send("gm")
  assert.equal((await stream.next()).value!.conversationTopic, streamed.topic)
  await stream.return()
  const calls = node.calls.length
  const topics = (await alice.conversations.known()).map(({ topic }) => topic)
  assert.deepEqual(topics, [begun.topic, streamed.topic])
  assert.deepEqual((await bob.conversations.known()).map(({ topic }) => topic), [begun.topic])
  assert.equal(node.calls.length, calls)
})

test("exported conversations are known elsewhere without the network", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bob.address)
  const exported = await alice.conversations.exportConversations()
  const other = testNode()
  const again = await Client.withKeys(await alice.exportKeys(), {
    transport: memory(other.routes),
  })
  assert.equal(await again.conversations.importConversations(exported), 1)
  const [known] = await again.conversations.list()
  assert.equal(known!.topic, conversation.topic)
  assert.deepEqual(
    await again.conversations.hmacKeys(),
    await alice.conversations.hmacKeys([conversation.topic]),
  )
  await assert.rejects(
    again.conversations.importConversations(Uint8Array.of(255)),
    coded("malformed"),
  )
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
