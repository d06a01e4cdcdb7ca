import { create, toBinary } from "@bufbuild/protobuf"
import {
  ConsentProofPayloadSchema,
  ConsentProofPayloadVersion,
  PrivatePreferencesActionSchema,
} from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { decrypt, encrypt } from "./ciphertext.ts"
import {
  type ConsentEntry,
  decodeAction,
  decodePreferences,
  encodeActions,
  encodePreferences,
} from "./consent.ts"
import { consentProofText, signConsent, verifyConsent } from "./consent-proof.ts"
import { preferencesId, preferencesKey } from "./preferences.ts"
import { privateKeySigner } from "./signer.ts"
import { coded } from "../testing/coded.ts"
import { preferencesTopic } from "./topics.ts"

const members: Record<string, [string, ConsentEntry["kind"], ConsentEntry["state"]]> = {
  allowAddress: ["walletAddresses", "address", "allowed"],
  denyAddress: ["walletAddresses", "address", "denied"],
  allowGroup: ["groupIds", "group", "allowed"],
  denyGroup: ["groupIds", "group", "denied"],
  allowInboxId: ["inboxIds", "inbox", "allowed"],
  denyInboxId: ["inboxIds", "inbox", "denied"],
}

// deno-lint-ignore no-explicit-any
function entriesOf(action: any): ConsentEntry[] {
  return Object.entries(members).flatMap(([field, [values, kind, state]]) =>
    (action[field]?.[values] ?? []).map((value: string) => ({ kind, value, state }))
  )
}

for (const { id, input, output } of vectors("consent", "consent")) {
  const identitySecret = fromHex(input.identityPrivateKey)
  const identityPoint = fromHex(input.identityPublicKey)

  test(`${id}: seals an action to the same bytes`, () => {
    assert.equal(preferencesTopic(preferencesId(identitySecret)), output.topic)
    assert.equal(toHex(preferencesKey(identitySecret)), output.innerKey)
    const bytes = toBinary(
      PrivatePreferencesActionSchema,
      create(PrivatePreferencesActionSchema, input.action),
    )
    assert.equal(toHex(bytes), output.actionBytes)
    const freshness = { salt: fromHex(input.hkdfSalt), nonce: fromHex(input.gcmNonce) }
    const sealed = encrypt(preferencesKey(identitySecret), bytes, identityPoint, freshness)
    assert.equal(toHex(encodePreferences(sealed)), output.payloadMessage)
  })

  test(`${id}: opens an action and keeps every member`, () => {
    const sealed = decodePreferences(fromHex(output.payloadMessage))
    const bytes = decrypt(preferencesKey(identitySecret), sealed, identityPoint)
    assert.deepEqual(decodeAction(bytes), entriesOf(input.action))
  })

  test(`${id}: publishes one kind in each action`, () => {
    const entries = entriesOf(input.action)
    const actions = encodeActions(entries)
    assert.equal(actions.length, Object.keys(input.action).length)
    assert.deepEqual(actions.flatMap(decodeAction), entries)
    if (actions.length === 1) assert.equal(toHex(actions[0]!), output.actionBytes)
  })
}

for (const { id, input, output } of vectors("consent", "consentProof")) {
  test(`${id}: signs and verifies a consent proof`, async () => {
    const { broadcasterAddress, timestampMs } = input
    const text = consentProofText(broadcasterAddress, Number(timestampMs))
    assert.equal(text, output.message)
    const signer = privateKeySigner(fromHex(input.userWalletPrivateKey))
    const proof = await signConsent(signer, broadcasterAddress, new Date(Number(timestampMs)))
    assert.equal(proof.signature, output.signature)
    const payload = create(ConsentProofPayloadSchema, {
      signature: proof.signature,
      timestamp: proof.timestampMs,
      payloadVersion: ConsentProofPayloadVersion.CONSENT_PROOF_PAYLOAD_VERSION_1,
    })
    assert.equal(toHex(toBinary(ConsentProofPayloadSchema, payload)), output.payload)

    const { userAddress } = output
    const at = (ms: string) => verifyConsent(proof, userAddress, broadcasterAddress, Number(ms))
    assert.equal(at(output.validAtMs), true)
    assert.equal(at(output.expiredAtMs), false)
    assert.equal(at(String(Number(timestampMs) - 1)), false, "not yet signed")
    const now = Number(output.validAtMs)
    assert.equal(verifyConsent(proof, broadcasterAddress, broadcasterAddress, now), false)
    assert.equal(verifyConsent(proof, userAddress, userAddress, now), false)
    const broken = { ...proof, signature: "0x00" }
    assert.equal(verifyConsent(broken, userAddress, broadcasterAddress, now), false)
  })
}

test("an address in lower case is the same account", () => {
  const address = "0xF6654Ccbcb9108B22848443B9c142Cf0476943a6"
  const action = toBinary(
    PrivatePreferencesActionSchema,
    create(PrivatePreferencesActionSchema, {
      denyAddress: { walletAddresses: [address.toLowerCase()] },
    }),
  )
  assert.deepEqual(decodeAction(action), [{ kind: "address", value: address, state: "denied" }])
})

test("what is no payload is malformed", () => {
  assert.throws(() => decodePreferences(new Uint8Array(0)), coded("malformed"))
  assert.throws(() => decodeAction(Uint8Array.of(0x0a, 0xff)), coded("malformed"))
})
