import { create, toBinary } from "@bufbuild/protobuf"
import { sha256 } from "@wafer/crypto"
import {
  PrivateKeyBundleSchema,
  PublicKeyBundleSchema,
  PublicKeySchema,
  SignatureSchema,
  SignedPublicKeyBundleSchema,
  SignedPublicKeySchema,
} from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { decodeContact, encodeContactV1, encodeContactV2 } from "./contact.ts"
import {
  createKey,
  createPreKey,
  decodePrivateKeyBundle,
  encodePrivateKeyBundle,
  encodePrivateKeyBundleV2,
  type PrivateKey,
  type PrivateKeyBundle,
  publicBundle,
  rotatePreKey,
} from "./private-key.ts"
import {
  createdMs,
  createIdentityText,
  encodeBundle,
  isLegacy,
  isLegacyBundle,
  type PublicKey,
  readBundle,
  readLegacyBundle,
  readLegacyKey,
  verifyPreKey,
  walletAddress,
  writeKey,
  writeLegacyBundle,
  writeLegacyKey,
} from "./public-key.ts"
import { decodeSignature, signDigest, verifyDigest, writeSignature } from "./signature.ts"
import { privateKeySigner, walletOf, walletSignature } from "./signer.ts"
import { decodeProto } from "./wire.ts"
import { coded } from "../testing/coded.ts"

for (const { id, input, output } of vectors("primitives", "ecdsa")) {
  test(`${id}: signs a digest`, () => {
    const digest = fromHex(input.digest)
    const signature = signDigest(digest, fromHex(input.privateKey))
    assert.equal(toHex(toBinary(SignatureSchema, writeSignature(signature))), output.signatureProto)
    assert.equal(verifyDigest(signature, digest, fromHex(output.publicKey)), true)
    assert.equal(verifyDigest(signature, sha256(digest), fromHex(output.publicKey)), false)
  })
}

for (const { id, input, output } of vectors("keys_v1", "bundleV1")) {
  test(`${id}: makes, encodes and decodes a V1 bundle`, async () => {
    const bundle = await bundleOf(
      input,
      BigInt(input.identityCreatedMs),
      (k) => BigInt(k.createdMs),
    )
    const shown = publicBundle(bundle)

    assert.equal(walletAddress(shown.identityKey), output.address)
    assert.equal(createIdentityText(shown.identityKey.keyBytes), output.signatureRequestText)
    assert.equal(toHex(writeV1(shown.identityKey)), output.identityKey.signedPublicKey)
    assert.equal(toHex(shown.identityKey.keyBytes), output.identityKey.unsignedBytes)
    bundle.preKeys.forEach((key, i) => {
      assert.equal(toHex(writeV1(key.publicKey)), output.preKeys[i].signedPublicKey)
    })

    assert.equal(toHex(encodePrivateKeyBundle(bundle)), output.privateKeyBundle)
    assert.deepEqual(decodePrivateKeyBundle(fromHex(output.privateKeyBundle)), bundle)
    assert.deepEqual(decodePrivateKeyBundle(fromHex(output.privateKeyBundleV1)), bundle)

    const wire = toBinary(PublicKeyBundleSchema, writeLegacyBundle(shown))
    assert.equal(toHex(wire), output.publicKeyBundle)
    assert.deepEqual(
      readLegacyBundle(decodeProto(PublicKeyBundleSchema, wire, "bundle"), "bundle"),
      shown,
    )
    assert.equal(toHex(encodeContactV1(shown)), output.contactBundleV1)
    const contact = decodeContact(fromHex(output.contactBundleV1))
    assert.deepEqual(contact, { version: 1, address: output.address, bundle: shown })
  })
}

for (const { id, input, output } of vectors("keys_v1", "contactDecode")) {
  test(`${id}: reads an odd contact`, () => {
    const { version, address } = decodeContact(fromHex(input.contactBytes))
    assert.deepEqual({ version, address }, { version: output.version, address: output.address })
  })
}

for (const { id, input, output } of vectors("keys_v2", "bundleV2FromLegacy")) {
  test(`${id}: converts a V1 bundle to V2 and back`, () => {
    const bundle = decodePrivateKeyBundle(fromHex(input.privateKeyBundle))
    expectV2(bundle, output)
    const legacy = toBinary(PublicKeyBundleSchema, writeLegacyBundle(publicBundle(bundle)))
    assert.equal(toHex(legacy), output.toLegacyBundle)
  })
}

for (const { id, input, output } of vectors("keys_v2", "bundleV2Native")) {
  test(`${id}: makes, encodes and decodes a V2 bundle`, async () => {
    const bundle = await bundleOf(
      input,
      BigInt(input.identityCreatedNs),
      (k) => BigInt(k.createdNs),
    )
    expectV2(bundle, output)
    assert.equal(
      createIdentityText(bundle.identityKey.publicKey.keyBytes),
      output.signatureRequestText,
    )
    assert.equal(toHex(encodePrivateKeyBundle(bundle)), output.privateKeyBundle)
    assert.throws(() => writeLegacyBundle(publicBundle(bundle)), coded("unsupported"))
  })
}

for (const { id, input } of vectors("negative", "toLegacyBundle")) {
  test(`${id}: a key made for V2 cannot become a V1 key`, () => {
    const wire = decodeProto(
      SignedPublicKeyBundleSchema,
      fromHex(input.signedPublicKeyBundle),
      "bundle",
    )
    assert.throws(() => writeLegacyBundle(readBundle(wire, "bundle")), coded("unsupported"))
  })
}

for (const { id, input } of vectors("negative", "publicKeyDecode")) {
  test(`${id}: is refused`, () => {
    const wire = decodeProto(PublicKeySchema, fromHex(input.publicKey), "key")
    assert.throws(() => readLegacyKey(wire, "key", "key"), coded("malformed"))
  })
}

for (const { id, input } of vectors("negative", "signatureDecode")) {
  test(`${id}: is refused`, () => {
    assert.throws(() => decodeSignature(fromHex(input.signature)), coded("malformed"))
  })
}

for (const { id, input } of vectors("negative", "publicKeyBundleVerify")) {
  test(`${id}: does not verify`, () => {
    const wire = decodeProto(PublicKeyBundleSchema, fromHex(input.publicKeyBundle), "bundle")
    assert.throws(() => verifyPreKey(readLegacyBundle(wire, "bundle")), coded("forged"))
  })
}

for (const { id, input } of vectors("negative", "contactDecode")) {
  test(`${id}: is refused`, () => {
    assert.throws(() => decodeContact(fromHex(input.contactBytes)), coded("malformed"))
  })
}

test("a new pre-key goes in front and is signed by the identity key", async () => {
  const { output } = vectors("keys_v1", "bundleV1")[0]!
  const before = decodePrivateKeyBundle(fromHex(output.privateKeyBundle))
  const after = await rotatePreKey(before, 1_710_506_096_789)
  assert.deepEqual(after.preKeys.slice(1), before.preKeys)
  verifyPreKey(publicBundle(after))
  assert.equal(isLegacy(after.preKeys[0].publicKey), true)
  assert.deepEqual(decodePrivateKeyBundle(encodePrivateKeyBundle(after)), after)
})

test("a bundle whose secret belongs to another key is refused", () => {
  const { output } = vectors("keys_v1", "bundleV1")[0]!
  const { identityKey, preKeys } = decodePrivateKeyBundle(fromHex(output.privateKeyBundle))
  const mixed = encodePrivateKeyBundle({
    identityKey: { ...identityKey, secret: preKeys[0].secret },
    preKeys,
  })
  assert.throws(() => decodePrivateKeyBundle(mixed), coded("malformed"))
})

test("an empty private bundle is refused", () => {
  const empty = toBinary(PrivateKeyBundleSchema, create(PrivateKeyBundleSchema))
  assert.throws(() => decodePrivateKeyBundle(empty), coded("malformed"))
})

// deno-lint-ignore no-explicit-any
async function bundleOf(input: any, created: bigint, time: (key: any) => bigint) {
  const wallet = await walletOf(privateKeySigner(fromHex(input.walletPrivateKey)))
  const identityKey = await createKey(
    fromHex(input.identityPrivateKey),
    created,
    async (bytes) => walletSignature(await wallet.sign(createIdentityText(bytes))),
  )
  const preKeys: PrivateKey[] = []
  for (const key of input.preKeys) {
    preKeys.push(await createPreKey(identityKey, time(key), fromHex(key.privateKey)))
  }
  return { identityKey, preKeys: preKeys as [PrivateKey, ...PrivateKey[]] }
}

// deno-lint-ignore no-explicit-any
function expectV2(bundle: PrivateKeyBundle, output: any): void {
  // deno-lint-ignore no-explicit-any
  const expectKey = ({ publicKey }: PrivateKey, expected: any) => {
    assert.equal(toHex(publicKey.keyBytes), expected.keyBytes)
    assert.equal(String(createdMs(publicKey)), expected.derivedTimestampMs)
    assert.equal(isLegacy(publicKey), expected.isFromLegacyKey)
    assert.equal(
      toHex(toBinary(SignedPublicKeySchema, writeKey(publicKey))),
      expected.signedPublicKey,
    )
  }
  const shown = publicBundle(bundle)
  expectKey(bundle.identityKey, output.identityKey)
  bundle.preKeys.forEach((key, i) => expectKey(key, output.preKeys[i]))
  assert.equal(isLegacyBundle(shown), output.isFromLegacyBundle)
  assert.equal(toHex(encodePrivateKeyBundleV2(bundle)), output.privateKeyBundle)
  assert.deepEqual(decodePrivateKeyBundle(fromHex(output.privateKeyBundle)), bundle)
  assert.equal(
    toHex(encodeBundle(shown)),
    output.signedPublicKeyBundle,
  )
  assert.equal(toHex(encodeContactV2(shown)), output.contactBundleV2)
  assert.equal(
    decodeContact(fromHex(output.contactBundleV2)).address,
    output.walletSignatureAddress,
  )
}

function writeV1(key: PublicKey): Uint8Array {
  return toBinary(PublicKeySchema, writeLegacyKey(key))
}
