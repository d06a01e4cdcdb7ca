import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { agree } from "./agreement.ts"
import { encrypt } from "./ciphertext.ts"
import { localKeystore } from "../keystore/local-keystore.ts"
import { messageId } from "../message.ts"
import { decodeMessageV1, encodeHeaderV1, encodeMessageV1 } from "./message-v1.ts"
import { decodePrivateKeyBundle, publicBundle } from "./private-key.ts"
import { walletAddress } from "./public-key.ts"
import { coded } from "../testing/coded.ts"
import { directTopic, introTopic } from "./topics.ts"

for (const { id, input, output } of vectors("messages_v1", "messageV1")) {
  test(`${id}: seals to the same bytes`, () => {
    const own = decodePrivateKeyBundle(fromHex(input.sender.privateKeyBundle))
    const recipient = publicBundle(
      decodePrivateKeyBundle(fromHex(input.recipient.privateKeyBundle)),
    )
    const headerBytes = encodeHeaderV1({
      sender: publicBundle(own),
      recipient,
      timestampMs: BigInt(input.timestampMs),
    })
    assert.equal(toHex(headerBytes), output.headerBytes)
    const keys = { identityKey: own.identityKey, preKey: own.preKeys[0] }
    const secret = agree(keys, recipient, "sender")
    assert.equal(toHex(secret), output.sharedSecret)
    const freshness = { salt: fromHex(input.hkdfSalt), nonce: fromHex(input.gcmNonce) }
    const ciphertext = encrypt(secret, fromHex(input.payload), headerBytes, freshness)
    const message = encodeMessageV1(headerBytes, ciphertext)
    assert.equal(toHex(message), output.message)
    assert.equal(messageId(message), output.id)
  })

  test(`${id}: both parties open it`, async () => {
    const sealed = decodeMessageV1(fromHex(output.message))
    const [sender, recipient] = [sealed.sender, sealed.recipient].map((bundle) =>
      walletAddress(bundle.identityKey)
    )
    assert.equal(sender, output.senderAddress)
    assert.equal(recipient, output.recipientAddress)
    assert.equal(directTopic(sender!, recipient!), output.topic)
    assert.deepEqual(
      [introTopic(recipient!), introTopic(sender!), output.topic],
      output.firstContactTopics,
    )
    assert.equal(String(sealed.timestampMs * 1_000_000n), output.envelopeTimestampNs)
    for (const { privateKeyBundle } of [input.sender, input.recipient]) {
      const [opened] = await localKeystore(fromHex(privateKeyBundle)).openV1([sealed])
      assert.equal(opened!.error, undefined)
      assert.equal(toHex(opened!.value!), input.payload)
    }
  })
}

for (const { id, input } of vectors("negative", "messageV1Decrypt")) {
  test(`${id}: does not open`, async () => {
    const keystore = localKeystore(fromHex(input.viewer.privateKeyBundle))
    await assert.rejects(async () => {
      const [opened] = await keystore.openV1([decodeMessageV1(fromHex(input.message))])
      if (opened!.error) throw opened!.error
    }, id.includes("missing") ? coded("malformed") : coded("undecryptable"))
  })
}

for (const { id, input } of vectors("negative", "messageV1Topic")) {
  test(`${id}: names other parties than its conversation`, () => {
    const { sender, recipient } = decodeMessageV1(fromHex(input.message))
    const topic = directTopic(
      walletAddress(sender.identityKey),
      walletAddress(recipient.identityKey),
    )
    assert.notEqual(topic, input.conversationTopic)
  })
}
