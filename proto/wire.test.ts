// What the official client wrote decodes with our schemas and encodes to the same bytes.
import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf"
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { fromHex, toHex, vectors } from "../tests/vectors.ts"
import * as wire from "./mod.ts"

const cases: [file: string, type: string, member: string, schema: DescMessage][] = [
  ["keys_v1", "bundleV1", "publicKeyBundle", wire.PublicKeyBundleSchema],
  ["keys_v1", "bundleV1", "privateKeyBundle", wire.PrivateKeyBundleSchema],
  ["keys_v1", "bundleV1", "contactBundleV1", wire.ContactBundleSchema],
  ["keys_v2", "bundleV2FromLegacy", "privateKeyBundle", wire.PrivateKeyBundleSchema],
  ["keys_v2", "bundleV2Native", "signedPublicKeyBundle", wire.SignedPublicKeyBundleSchema],
  ["keys_v2", "bundleV2Native", "contactBundleV2", wire.ContactBundleSchema],
  ["invitations", "invitation", "headerBytes", wire.SealedInvitationHeaderV1Schema],
  ["invitations", "invitation", "sealedInvitation", wire.SealedInvitationSchema],
  ["messages_v1", "messageV1", "headerBytes", wire.MessageHeaderV1Schema],
  ["messages_v1", "messageV1", "message", wire.MessageSchema],
  ["messages_v2", "messageV2", "headerBytes", wire.MessageHeaderV2Schema],
  ["messages_v2", "messageV2", "signedContent", wire.SignedContentSchema],
  ["messages_v2", "messageV2", "message", wire.MessageSchema],
  ["consent", "consent", "actionBytes", wire.PrivatePreferencesActionSchema],
  ["consent", "consent", "payloadMessage", wire.PrivatePreferencesPayloadSchema],
  ["consent", "consentProof", "payload", wire.ConsentProofPayloadSchema],
  ["auth_token", "authToken", "tokenBytes", wire.TokenSchema],
  ["auth_token", "authToken", "authDataBytes", wire.AuthDataSchema],
]

for (const [file, type, member, schema] of cases) {
  describe(`${schema.typeName} of ${file}`, () => {
    for (const { id, output } of vectors(file, type)) {
      if (output[member] == null) continue
      test(id, () => {
        assert.equal(
          toHex(toBinary(schema, fromBinary(schema, fromHex(output[member])))),
          output[member],
        )
      })
    }
  })
}
