import { secp256k1, sha256 } from "@wafer/crypto"
import assert from "node:assert/strict"
import { test } from "node:test"
import type { PublicKey } from "./public-key.ts"
import { signDigest } from "./signature.ts"
import { createVerifiers } from "./verifiers.ts"

const secrets = Array.from({ length: 70 }, (_, i) => new Uint8Array(32).fill(i + 1))
const keys = secrets.map((secret): PublicKey => {
  const point = secp256k1.getPublicKey(secret)
  const created = 0n
  return { keyBytes: point, point, created, signature: signDigest(sha256(point), secret) }
})
const digests = Array.from({ length: 6 }, (_, i) => sha256(Uint8Array.of(i)))

test("the first signature of a key and the later ones are judged alike", () => {
  const verify = createVerifiers()
  for (const digest of digests) {
    const good = signDigest(digest, secrets[0]!)
    assert.equal(verify(good, digest, keys[0]!), true)
    assert.equal(verify(good, sha256(digest), keys[0]!), false)
    assert.equal(verify(good, digest, keys[1]!), false)
    assert.equal(verify({ ...good, by: "wallet" }, digest, keys[0]!), false)
    assert.equal(verify({ ...good, bytes: new Uint8Array(64) }, digest, keys[0]!), false)
    assert.equal(verify(signDigest(digest, secrets[1]!), digest, keys[1]!), true)
  }
})

test("more keys than are remembered, in turn", () => {
  const verify = createVerifiers()
  for (const digest of digests.slice(0, 3)) {
    secrets.forEach((secret, i) => {
      assert.equal(verify(signDigest(digest, secret), digest, keys[i]!), true)
      assert.equal(verify(signDigest(digest, secret), digest, keys[(i + 1) % 70]!), false)
    })
  }
})

test("a key off the curve signs nothing, however often it is asked for", () => {
  const verify = createVerifiers()
  const key = { ...keys[0]!, point: keys[0]!.point.with(64, keys[0]!.point[64]! ^ 1) }
  for (const digest of digests) {
    assert.equal(verify(signDigest(digest, secrets[0]!), digest, key), false)
  }
})
