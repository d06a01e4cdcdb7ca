import fc from "fast-check"
import assert from "node:assert/strict"
import process from "node:process"
import { test } from "node:test"
import { mutated } from "../tests/mutated.ts"
import { fromHex, vectors } from "../tests/vectors.ts"
import { decodeCiphertext, decrypt } from "./protocol/ciphertext.ts"
import { decodeAction, decodePreferences } from "./protocol/consent.ts"
import { decodeContact } from "./protocol/contact.ts"
import { decodeKeys } from "./keystore/conversation-keys.ts"
import { WaferError } from "./error.ts"
import { decryptKeyBundle } from "./protocol/identity.ts"
import { decodeInvitation, decodeSealedInvitation } from "./protocol/invitation.ts"
import { localKeystore } from "./keystore/local-keystore.ts"
import { decodeMessageV1 } from "./protocol/message-v1.ts"
import { decodeMessageV2, verifySignedContent } from "./protocol/message-v2.ts"
import { decodePrivateKeyBundle } from "./protocol/private-key.ts"
import { createProofs } from "./protocol/proofs.ts"
import { shouldNotify } from "./push.ts"
import { decodeSignature } from "./protocol/signature.ts"
import { privateKeySigner, walletOf } from "./protocol/signer.ts"

const wallet = await walletOf(privateKeySigner(fromHex("11".repeat(32))))
const bob = vectors("keys_v1", "bundleV1")[1]!.output.privateKeyBundle
const keystore = localKeystore(fromHex(bob))
const invitation = vectors("invitations", "invitation")[0]!
const message = vectors("messages_v2", "messageV2")[0]!
const header = fromHex(message.output.headerBytes)

/** Each decoder, and inputs that it takes. */
const decoders: Record<string, [(bytes: Uint8Array) => unknown, string[]]> = {
  ciphertext: [decodeCiphertext, outputs("primitives", "ciphertext", "ciphertextProto")],
  signature: [decodeSignature, outputs("primitives", "ecdsa", "signatureProto")],
  "private key bundle": [decodePrivateKeyBundle, [
    ...outputs("keys_v1", "bundleV1", "privateKeyBundle"),
    ...outputs("keys_v2", "bundleV2Native", "privateKeyBundle"),
  ]],
  "encrypted key bundle": [
    (bytes) => decryptKeyBundle(bytes, wallet),
    vectors("encrypted_bundle").map(({ input }) => input.encryptedBundle),
  ],
  contact: [decodeContact, [
    ...outputs("keys_v1", "bundleV1", "contactBundleV1"),
    ...outputs("keys_v2", "bundleV2Native", "contactBundleV2"),
  ]],
  "sealed invitation": [
    decodeSealedInvitation,
    outputs("invitations", "invitation", "sealedInvitation"),
  ],
  invitation: [decodeInvitation, outputs("invitations", "invitation", "invitationBytes")],
  "saved invitation": [async (bytes) => {
    const [outcome] = await keystore.saveInvitations([{
      timestampNs: BigInt(invitation.output.headerCreatedNs),
      message: bytes,
    }])
    if (outcome!.error) throw outcome!.error
  }, [invitation.output.sealedInvitation]],
  "conversation map": [decodeKeys, [
    vectors("keystore_persistence").flatMap(({ output }) =>
      Object.entries(output.items as Record<string, string>)
        .filter(([key]) => key.endsWith("/invitations/v1")).map(([, value]) => value)
    )[0]!,
  ]],
  "V1 message": [decodeMessageV1, outputs("messages_v1", "messageV1", "message")],
  "opened V1 message": [async (bytes) => {
    const [outcome] = await keystore.openV1([decodeMessageV1(bytes)])
    if (outcome!.error) throw outcome!.error
  }, outputs("messages_v1", "messageV1", "message")],
  "V2 message": [
    (bytes) => decodeMessageV2(bytes, message.input.topic),
    outputs("messages_v2", "messageV2", "message"),
  ],
  "signed content": [
    (bytes) => verifySignedContent(bytes, header, createProofs()),
    outputs("messages_v2", "messageV2", "signedContent"),
  ],
  "push hints": [
    (bytes) => shouldNotify(bytes, []),
    outputs("messages_v2", "messageV2", "message"),
  ],
  preferences: [decodePreferences, outputs("consent", "consent", "payloadMessage")],
  "consent action": [decodeAction, outputs("consent", "consent", "actionBytes")],
}

/** How many inputs each decoder gets: `deno task fuzz` asks for more than every test run can wait for. */
const numRuns = Number(process.env.WAFER_FUZZ ?? 600)

for (const [noun, [decode, samples]] of Object.entries(decoders)) {
  test(`${noun}: noise and damaged inputs are decoded or refused, never anything else`, async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated(samples.map(fromHex)),
        (bytes) => decodesOrRefuses(decode, bytes),
      ),
      { numRuns },
    )
  })
}

test("every bit of a sealed message counts", () => {
  const bytes = fromHex(message.output.message)
  const key = fromHex(message.input.keyMaterial)
  const { ciphertext, headerBytes } = decodeMessageV2(bytes, message.input.topic)
  const bit = fc.tuple(fc.nat({ max: ciphertext.payload.length - 1 }), fc.nat({ max: 7 }))
  fc.assert(
    fc.property(bit, ([at, bit]) => {
      const payload = ciphertext.payload.with(at, ciphertext.payload[at]! ^ (1 << bit))
      assert.throws(() => decrypt(key, { ...ciphertext, payload }, headerBytes), WaferError)
    }),
    { numRuns: 50 },
  )
})

async function decodesOrRefuses(
  decode: (bytes: Uint8Array) => unknown,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await decode(bytes)
  } catch (error) {
    assert.ok(error instanceof WaferError, `${error} for ${Array.from(bytes)}`)
  }
}

function outputs(file: string, type: string, name: string): string[] {
  return vectors(file, type).map(({ output }) => output[name])
}
