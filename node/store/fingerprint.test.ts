import fc from "fast-check"
import assert from "node:assert/strict"
import { it } from "node:test"
import { toHex } from "../../tests/vectors.ts"
import { emptyFingerprint, fingerprintDigest, withId, withoutId } from "./fingerprint.ts"

const id = fc.uint8Array({ minLength: 32, maxLength: 32 })

it("is negentropy's of nothing for nothing", () => {
  assert.equal(toHex(fingerprintDigest(emptyFingerprint)), "7f9c9e31ac8256ca2f258583df262dbc")
})

it("is the sum of the ids as little-endian integers, modulo 2^256", () => {
  const value = (bytes: Uint8Array): bigint => BigInt("0x" + toHex(bytes.slice().reverse()))
  fc.assert(fc.property(fc.array(id), (ids) => {
    const { sum, count } = ids.reduce(withId, emptyFingerprint)
    const expected = ids.reduce((total, id) => total + value(id), 0n) % 2n ** 256n
    assert.equal(value(sum), expected)
    assert.equal(count, BigInt(ids.length))
  }))
})

it("forgets an id as if it had never been there", () => {
  fc.assert(fc.property(fc.array(id), id, (ids, one) => {
    const without = ids.reduce(withId, emptyFingerprint)
    assert.deepEqual(withoutId(withId(without, one), one), without)
  }))
})
