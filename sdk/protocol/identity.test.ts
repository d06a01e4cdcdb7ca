import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import {
  createIdentity,
  decryptKeyBundle,
  enableIdentityText,
  encryptKeyBundle,
} from "./identity.ts"
import { decodePrivateKeyBundle, publicBundle } from "./private-key.ts"
import { verifyPreKey, walletAddress } from "./public-key.ts"
import { privateKeySigner, walletOf } from "./signer.ts"
import { coded } from "../testing/coded.ts"

for (const { id, input, output } of vectors("encrypted_bundle", "encryptedBundle")) {
  test(`${id}: opens a stored bundle`, async () => {
    const wallet = await walletOf(privateKeySigner(fromHex(input.walletPrivateKey)))
    assert.equal(enableIdentityText(fromHex(output.walletPreKey)), output.signatureRequestText)
    const opened = await decryptKeyBundle(fromHex(input.encryptedBundle), wallet)
    assert.deepEqual(opened.bundle, decodePrivateKeyBundle(fromHex(output.plaintext)))
    assert.equal(opened.outdated, id.includes("legacy"))
    assert.equal(walletAddress(opened.bundle.identityKey.publicKey), input.address)
  })

  if (id.includes("legacy") || id.includes("ledger")) continue
  test(`${id}: stores a bundle to the same bytes`, async () => {
    const wallet = await walletOf(privateKeySigner(fromHex(input.walletPrivateKey)))
    const freshness = {
      salt: fromHex(output.ciphertext.hkdfSalt),
      nonce: fromHex(output.ciphertext.gcmNonce),
    }
    const bundle = decodePrivateKeyBundle(fromHex(output.plaintext))
    const bytes = await encryptKeyBundle(bundle, wallet, fromHex(output.walletPreKey), freshness)
    assert.equal(toHex(bytes), input.encryptedBundle)
  })
}

test("a new identity is the wallet's, and comes back from its encrypted bundle", async () => {
  const wallet = await walletOf(privateKeySigner(fromHex("11".repeat(32))))
  const bundle = await createIdentity(wallet, 1_710_506_096_789)
  assert.equal(walletAddress(bundle.identityKey.publicKey), wallet.address)
  verifyPreKey(publicBundle(bundle))
  const { bundle: again } = await decryptKeyBundle(await encryptKeyBundle(bundle, wallet), wallet)
  assert.deepEqual(again, bundle)
})

test("another wallet does not open a stored bundle", async () => {
  const [mine, other] = await Promise.all(
    ["11", "22"].map((byte) => walletOf(privateKeySigner(fromHex(byte.repeat(32))))),
  )
  const bytes = await encryptKeyBundle(await createIdentity(mine!, 1), mine!)
  await assert.rejects(decryptKeyBundle(bytes, other!), coded("undecryptable"))
})

test("a wallet that signs for another address makes no identity", async () => {
  const signing = await walletOf(privateKeySigner(fromHex("11".repeat(32))))
  const pretending = { ...signing, address: "0x1111111111111111111111111111111111111111" }
  await assert.rejects(createIdentity(pretending, 1), coded("wallet"))
})
