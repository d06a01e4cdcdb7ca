import { sha256 } from "@wafer/crypto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { decodePrivateKeyBundle } from "./private-key.ts"
import { signDigest } from "./signature.ts"
import { authDigest, encodeAuthData, encodeToken, tokenLifeMs } from "./token.ts"

for (const { id, input, output } of vectors("auth_token", "authToken")) {
  test(`${id}: makes a bearer token`, () => {
    const { identityKey } = decodePrivateKeyBundle(fromHex(input.privateKeyBundle))
    const authData = encodeAuthData(input.address, BigInt(input.createdNs))
    assert.equal(toHex(authData), output.authDataBytes)
    assert.equal(toHex(authDigest(authData)), output.digestKeccak256)
    assert.notDeepEqual(authDigest(authData), sha256(authData))
    const signature = signDigest(authDigest(authData), identityKey.secret)
    assert.equal(toHex(signature.bytes), output.signature.bytes)
    const token = encodeToken(identityKey.publicKey, authData, signature)
    assert.equal(`Bearer ${token}`, output.authorizationHeader)
    // A token is thrown away before the node would refuse it.
    const createdMs = Number(BigInt(input.createdNs) / 1_000_000n)
    assert.ok(createdMs + tokenLifeMs < Number(output.expiresAtMsExclusive))
  })
}
