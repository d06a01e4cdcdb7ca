import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { hmacKeys } from "../protocol/hmac-keys.ts"
import { localKeystore } from "./local-keystore.ts"
import type { Store } from "../stores/store.ts"
import { memoryStore } from "../stores/memory.ts"
import { coded } from "../testing/coded.ts"
import { preferencesTopic } from "../protocol/topics.ts"

const cases = vectors("invitations", "invitation")
const aCase = cases.find(({ id }) => id === "inv-0") ?? cases[0]!

for (const { id, input, output } of cases) {
  test(`${id}: both parties learn the conversation from the invitation`, async () => {
    const envelope = {
      timestampNs: BigInt(output.headerCreatedNs),
      message: fromHex(output.sealedInvitation),
    }
    for (const [own, peer] of [[input.sender, input.recipient], [input.recipient, input.sender]]) {
      const keystore = localKeystore(fromHex(own.privateKeyBundle))
      const [saved] = await keystore.saveInvitations([envelope])
      assert.equal(saved!.error, undefined)
      assert.equal(saved!.value!.topic, output.topic)
      assert.equal(saved!.value!.peerAddress, peer.address)
      assert.deepEqual(await keystore.conversations(), [saved!.value])
      const exported = await keystore.exportConversations()
      const other = localKeystore(fromHex(own.privateKeyBundle))
      assert.equal(await other.importConversations(exported), 1)
      assert.equal(await other.importConversations(exported), 0)
      assert.deepEqual(await other.conversations(), [saved!.value])
      const [keys] = (await other.hmacKeys([output.topic])).values()
      assert.deepEqual(keys, hmacKeys(fromHex(output.keyMaterial), own.address, Date.now()))
    }
  })
}

test("the first invitation to a topic is the one that counts", async () => {
  const { input, output } = aCase
  const alice = localKeystore(fromHex(input.sender.privateKeyBundle))
  const { bundle } = await localKeystore(fromHex(input.recipient.privateKeyBundle)).account()
  const first = await alice.invite({ recipient: bundle, createdNs: 5n })
  const second = await alice.invite({ recipient: bundle, createdNs: 6n })
  assert.equal(first.record.topic, output.topic)
  assert.deepEqual(second.record, first.record)
  assert.equal((await alice.conversations()).length, 1)
})

for (const { id, input } of vectors("negative", "invitationEnvelope")) {
  test(`${id}: is refused`, async () => {
    const { privateKeyBundle } = aCase.input.recipient
    const [outcome] = await localKeystore(fromHex(privateKeyBundle)).saveInvitations([{
      timestampNs: BigInt(input.envelopeTimestampNs),
      message: fromHex(input.sealedInvitation),
    }])
    assert.ok(coded("misplaced")(outcome!.error))
  })
}

for (const { id, input } of vectors("negative", "invitationDecrypt")) {
  test(`${id}: does not open`, async () => {
    const [outcome] = await localKeystore(fromHex(input.privateKeyBundle)).saveInvitations([{
      timestampNs: BigInt(aCase.output.headerCreatedNs),
      message: fromHex(input.sealedInvitation),
    }])
    assert.ok(coded("undecryptable")(outcome!.error))
  })
}

for (const { id, input, output } of vectors("topics", "topic")) {
  if (input.kind !== "userpreferences") continue
  test(`${id}: names the topic of private preferences`, async () => {
    const own = vectors("keys_v1", "bundleV1").find(
      (c) => c.input.identityPrivateKey === input.identityPrivateKey,
    )!
    const identifier = await localKeystore(fromHex(own.output.privateKeyBundle)).preferencesId()
    assert.equal(identifier, output.identifier)
    assert.equal(preferencesTopic(identifier), output.topic)
  })
}

test("what is sealed for oneself opens for oneself alone", async () => {
  const [alice, bob] = vectors("keys_v1", "bundleV1").map(({ output }) =>
    localKeystore(fromHex(output.privateKeyBundle))
  )
  const ciphertext = await alice!.sealForSelf(fromHex("c0ffee"))
  const [own] = await alice!.openForSelf([ciphertext])
  assert.equal(toHex(own!.value!), "c0ffee")
  const [other] = await bob!.openForSelf([ciphertext])
  assert.ok(coded("undecryptable")(other!.error))
})

test("a conversation that is not known has no key", async () => {
  const { output } = vectors("keys_v1", "bundleV1")[0]!
  const keystore = localKeystore(fromHex(output.privateKeyBundle))
  const nowhere = "/xmtp/0/m-nowhere/proto"
  await assert.rejects(
    keystore.sealV2(nowhere, new Uint8Array(1), new Uint8Array(1)),
    coded("undecryptable"),
  )
})

test("closing wipes the keystore's own copy of the keys, not the caller's", async () => {
  const { output } = vectors("keys_v1", "bundleV1")[0]!
  const keys = fromHex(output.privateKeyBundle)
  const keystore = localKeystore(keys)
  const digest = new Uint8Array(32).fill(1)
  await keystore.sign(digest, "identity")
  await keystore.close()
  await keystore.close()
  assert.equal(toHex(keys), output.privateKeyBundle)
  await assert.rejects(keystore.sign(digest, "identity"), coded("closed"))
  await assert.rejects(keystore.exportKeys(), coded("closed"))
  await assert.rejects(keystore.preferencesId(), coded("closed"))
  await assert.rejects(keystore.sealForSelf(digest), coded("closed"))
})

test("what one client keeps in a store the next one finds, and only that account", async () => {
  const { input, output } = aCase
  const values = new Map<string, Uint8Array>()
  const store: Store = { ...memoryStore(), get, set }
  function get(key: string) {
    return Promise.resolve(values.get(key))
  }
  function set(key: string, value: Uint8Array) {
    values.set(key, value)
    return Promise.resolve()
  }
  const open = () => localKeystore(fromHex(input.recipient.privateKeyBundle), { store })
  const envelope = {
    timestampNs: BigInt(output.headerCreatedNs),
    message: fromHex(output.sealedInvitation),
  }
  await open().saveInvitations([envelope])
  assert.equal((await open().conversations()).length, 1)
  for (const value of values.values()) {
    assert.equal(toHex(value).includes(output.keyMaterial), false, "kept encrypted")
  }
  const other = localKeystore(fromHex(input.sender.privateKeyBundle), { store })
  assert.deepEqual(await other.conversations(), [])
  assert.deepEqual([...values.keys()].sort(), [
    `xmtp/local/${input.recipient.address}/invitations/v1`,
    `xmtp/local/${input.recipient.address}/invitations/v1/revision`,
  ])
})
