import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { agree, type OwnKeys } from "./agreement.ts"
import { decrypt } from "./ciphertext.ts"
import {
  decodeInvitation,
  decodeSealedInvitation,
  deriveConversation,
  encodeInvitation,
  type Invitation,
  sealInvitation,
} from "./invitation.ts"
import { decodePrivateKeyBundle, publicBundle } from "./private-key.ts"
import { coded } from "../testing/coded.ts"
import { inviteTopic } from "./topics.ts"

for (const { id, input, output, ...rest } of vectors("invitations", "invitation")) {
  const sender = keysOf(input.sender.privateKeyBundle)
  const recipient = keysOf(input.recipient.privateKeyBundle)
  const invitation: Invitation = {
    topic: output.topic,
    keyMaterial: fromHex(output.keyMaterial),
    ...(input.context && { context: input.context }),
    ...(input.consentProof && {
      consentProof: {
        signature: input.consentProof.signature,
        timestampMs: BigInt(input.consentProof.timestamp),
      },
    }),
  }

  if ((rest as { deterministicTopic?: boolean }).deterministicTopic) {
    test(`${id}: both parties derive the same topic and key`, () => {
      const [a, b] = [input.sender.address, input.recipient.address]
      const forSender = agree(sender.own, recipient.shown, a < b ? "recipient" : "sender")
      const forRecipient = agree(recipient.own, sender.shown, b < a ? "recipient" : "sender")
      assert.equal(toHex(forSender), output.topicSecret)
      assert.deepEqual(forSender, forRecipient)
      const derived = deriveConversation(forSender, [a, b], input.context?.conversationId)
      assert.equal(derived.topic, output.topic)
      assert.equal(toHex(derived.keyMaterial), output.keyMaterial)
    })
  }

  test(`${id}: seals to the same bytes`, () => {
    const secret = agree(sender.own, recipient.shown, "sender")
    assert.equal(toHex(secret), output.sealSecret)
    assert.equal(toHex(encodeInvitation(invitation)), output.invitationBytes)
    const header = {
      sender: sender.shown,
      recipient: recipient.shown,
      createdNs: BigInt(input.createdNs),
    }
    const freshness = { salt: fromHex(input.hkdfSalt), nonce: fromHex(input.gcmNonce) }
    assert.equal(
      toHex(sealInvitation(invitation, header, secret, freshness)),
      output.sealedInvitation,
    )
    assert.deepEqual(
      [input.recipient.address, input.sender.address].map(inviteTopic),
      output.publishTopics,
    )
  })

  test(`${id}: the recipient opens it`, () => {
    const sealed = decodeSealedInvitation(fromHex(output.sealedInvitation))
    assert.equal(String(sealed.header.createdNs), output.headerCreatedNs)
    const secret = agree(recipient.own, sealed.header.sender, "recipient")
    const opened = decodeInvitation(decrypt(secret, sealed.ciphertext, sealed.headerBytes))
    assert.equal(toHex(encodeInvitation(opened)), output.invitationBytes)
  })
}

for (const { id, input } of vectors("negative", "invitationV1Decode")) {
  test(`${id}: is refused`, () => {
    assert.throws(() => decodeInvitation(fromHex(input.invitation)), coded("malformed"))
  })
}

function keysOf(privateKeyBundle: string) {
  const bundle = decodePrivateKeyBundle(fromHex(privateKeyBundle))
  const own: OwnKeys = { identityKey: bundle.identityKey, preKey: bundle.preKeys[0] }
  return { own, shown: publicBundle(bundle) }
}
