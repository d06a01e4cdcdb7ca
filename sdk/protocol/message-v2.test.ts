import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { sha256 } from "@wafer/crypto"
import { decrypt, encrypt } from "./ciphertext.ts"
import { WaferError } from "../error.ts"
import {
  contentDigest,
  decodeMessageV2,
  encodeHeaderV2,
  encodeMessageV2,
  encodeSignedContent,
  senderHmac,
  verifySignedContent,
} from "./message-v2.ts"
import { decodePrivateKeyBundle, publicBundle } from "./private-key.ts"
import { encodeBundle } from "./public-key.ts"
import { createProofs } from "./proofs.ts"
import { signDigest } from "./signature.ts"
import { coded } from "../testing/coded.ts"
import { ephemeralTopic } from "./topics.ts"

for (const { id, input, output } of vectors("messages_v2", "messageV2")) {
  const keyMaterial = fromHex(input.keyMaterial)

  test(`${id}: seals to the same bytes`, () => {
    const bundle = decodePrivateKeyBundle(fromHex(input.sender.privateKeyBundle))
    const payload = fromHex(input.payload)
    const header = encodeHeaderV2(BigInt(input.createdNs), input.topic)
    assert.equal(toHex(header), output.headerBytes)

    const digest = contentDigest(header, payload)
    assert.equal(toHex(digest), output.digest)
    const signature = signDigest(digest, bundle.preKeys[0].secret)
    const signed = encodeSignedContent(payload, encodeBundle(publicBundle(bundle)), signature)
    assert.equal(toHex(signed), output.signedContent)

    const freshness = { salt: fromHex(input.hkdfSalt), nonce: fromHex(input.gcmNonce) }
    const ciphertext = encrypt(keyMaterial, signed, header, freshness)
    const push = output.senderHmac === null ? undefined : {
      senderHmac: senderHmac(keyMaterial, input.sender.address, header, Number(input.nowMs)),
      shouldPush: input.shouldPush,
    }
    if (push) assert.equal(toHex(push.senderHmac), output.senderHmac)
    const message = encodeMessageV2(header, ciphertext, push)
    assert.equal(toHex(message), output.message)
    assert.equal(toHex(sha256(message)), output.id)
    assert.equal(ephemeralTopic(input.topic), output.ephemeralTopic)
  })

  test(`${id}: opens and proves its sender`, () => {
    const sealed = decodeMessageV2(fromHex(output.message), input.topic)
    assert.equal(String(sealed.createdNs), output.envelopeTimestampNs)
    const plaintext = decrypt(keyMaterial, sealed.ciphertext, sealed.headerBytes)
    const { payload, senderAddress } = verifySignedContent(
      plaintext,
      sealed.headerBytes,
      createProofs(),
    )
    assert.equal(toHex(payload), input.payload)
    assert.equal(senderAddress, output.senderAddress)
  })
}

const keyOf = new Map<string, string>(
  vectors("invitations", "invitation").map(({ id, output }) => [id, output.keyMaterial]),
)

for (const { id, input } of vectors("negative", "messageV2Decode")) {
  test(`${id}: is refused`, () => {
    const keyMaterial = fromHex(keyOf.get(input.invitationCase)!)
    assert.throws(() => {
      const { ciphertext, headerBytes } = decodeMessageV2(
        fromHex(input.message),
        input.conversationTopic,
      )
      const plaintext = decrypt(keyMaterial, ciphertext, headerBytes)
      verifySignedContent(plaintext, headerBytes, createProofs())
    }, expected[id] ? coded(expected[id]) : WaferError)
  })
}

// What each of them is refused for.
const expected: Record<string, Parameters<typeof coded>[0]> = {
  "m2-topic-mismatch": "misplaced",
  "m2-v1-on-v2-topic": "misplaced",
  "m2-signature-covers-header": "forged",
  "m2-payload-changed": "forged",
  "m2-prekey-not-signed-by-identity": "forged",
  "m2-missing-signature": "malformed",
  "m2-ciphertext-bitflip": "undecryptable",
}
