import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, vectors } from "../../tests/vectors.ts"
import { decodePrivateKeyBundle, publicBundle } from "./private-key.ts"
import { createProofs } from "./proofs.ts"
import { encodeBundle, type PublicKey } from "./public-key.ts"
import { coded } from "../testing/coded.ts"

const [alice, bob] = vectors("keys_v1", "bundleV1").map(({ output }) => ({
  address: output.address,
  bundle: publicBundle(decodePrivateKeyBundle(fromHex(output.privateKeyBundle))),
}))

test("what was proven once stays proven, for exactly that bundle", () => {
  const proofs = createProofs()
  for (let i = 0; i < 3; i++) {
    assert.equal(proofs.bundle(encodeBundle(alice!.bundle)).address, alice!.address)
    assert.equal(proofs.bundle(encodeBundle(bob!.bundle)).address, bob!.address)
    assert.equal(proofs.address(alice!.bundle.identityKey), alice!.address)
  }
  const { identityKey, preKey } = alice!.bundle
  const spoil = (key: PublicKey): PublicKey[] => [
    { ...key, keyBytes: key.keyBytes.with(5, key.keyBytes[5]! ^ 1) },
    { ...key, signature: { ...key.signature, by: key.signature.by === "key" ? "wallet" : "key" } },
    { ...key, signature: { ...key.signature, bytes: key.signature.bytes.with(63, 0) } },
  ]
  for (const spoiled of spoil(preKey)) {
    assert.throws(
      () => proofs.bundle(encodeBundle({ identityKey, preKey: spoiled })),
      coded("forged"),
    )
  }
  assert.throws(
    () => proofs.bundle(encodeBundle({ identityKey: bob!.bundle.identityKey, preKey })),
    coded("forged"),
  )
  for (const spoiled of spoil(identityKey)) {
    let recovered: string | undefined
    try {
      recovered = proofs.address(spoiled)
    } catch (error) {
      assert.ok(coded("forged")(error))
    }
    assert.notEqual(recovered, alice!.address)
  }
})

test("bytes that change after they were proven prove nothing", () => {
  const proofs = createProofs()
  const bytes = encodeBundle(alice!.bundle)
  assert.equal(proofs.bundle(bytes).address, alice!.address)
  bytes[bytes.length - 40]! ^= 1
  assert.throws(() => proofs.bundle(bytes))
})
