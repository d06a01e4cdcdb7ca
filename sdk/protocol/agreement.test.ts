import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { agree } from "./agreement.ts"
import { decodePrivateKeyBundle, publicBundle } from "./private-key.ts"
import { coded } from "../testing/coded.ts"

for (const { id, input, output } of vectors("shared_secret", "x3dh")) {
  test(`${id}: both sides agree on the same secret`, () => {
    const sender = decodePrivateKeyBundle(fromHex(input.sender.privateKeyBundle))
    const recipient = decodePrivateKeyBundle(fromHex(input.recipient.privateKeyBundle))
    const keysOf = (bundle: typeof sender) => ({
      identityKey: bundle.identityKey,
      preKey: bundle.preKeys[0],
    })
    assert.equal(
      toHex(agree(keysOf(sender), publicBundle(recipient), "sender")),
      output.sharedSecret,
    )
    assert.equal(
      toHex(agree(keysOf(recipient), publicBundle(sender), "recipient")),
      output.sharedSecret,
    )
  })

  test(`${id}: no agreement with a pre-key that the peer's identity has not signed`, () => {
    const sender = decodePrivateKeyBundle(fromHex(input.sender.privateKeyBundle))
    const recipient = decodePrivateKeyBundle(fromHex(input.recipient.privateKeyBundle))
    const mixed = {
      identityKey: recipient.identityKey.publicKey,
      preKey: sender.preKeys[0].publicKey,
    }
    const own = { identityKey: sender.identityKey, preKey: sender.preKeys[0] }
    assert.throws(() => agree(own, mixed, "sender"), coded("forged"))
  })
}
