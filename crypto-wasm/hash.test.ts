import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import assert from "node:assert/strict"
import { fromHex, toHex, vectors } from "../tests/vectors.ts"
import { hkdfSha256, hmacSha256, sha256 } from "./mod.ts"
import * as slow from "./reference/sha256.ts"
import { anyBytes, onEachBuild } from "./testing.ts"

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

onEachBuild("vectors: hashes and derived keys", () => {
  for (const { input, output } of vectors("primitives", "hash")) {
    assert.equal(toHex(sha256(fromHex(input.data))), output.sha256)
  }
  for (const { input, output } of vectors("primitives", "hkdf")) {
    const [ikm, salt, info] = [fromHex(input.ikm), fromHex(input.salt), fromHex(input.info)]
    assert.equal(toHex(hkdfSha256(ikm, salt, info, input.length)), output.okm)
  }
})

onEachBuild("FIPS 180-4 examples", () => {
  const digests: [Uint8Array, string][] = [
    [text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    [
      text("a".repeat(1_000_000)),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    ],
  ]
  for (const [data, digest] of digests) assert.equal(toHex(sha256(data)), digest)
})

onEachBuild("RFC 4231: HMAC-SHA-256", () => {
  const codes: [Uint8Array, Uint8Array, string][] = [
    [
      new Uint8Array(20).fill(0x0b),
      text("Hi There"),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      text("Jefe"),
      text("what do ya want for nothing?"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      new Uint8Array(20).fill(0xaa),
      new Uint8Array(50).fill(0xdd),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ],
    [
      new Uint8Array(131).fill(0xaa),
      text("Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ]
  for (const [key, data, code] of codes) assert.equal(toHex(hmacSha256(key, data)), code)
})

onEachBuild("RFC 5869 appendix A: HKDF-SHA-256", () => {
  const range = (from: number, to: number) =>
    Uint8Array.from({ length: to - from }, (_, i) => from + i)
  const keys: [Uint8Array, Uint8Array, Uint8Array, number, string][] = [
    [
      new Uint8Array(22).fill(0x0b),
      range(0x00, 0x0d),
      range(0xf0, 0xfa),
      42,
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ],
    [
      range(0x00, 0x50),
      range(0x60, 0xb0),
      range(0xb0, 0x100),
      82,
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c" +
      "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71" +
      "cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ],
    [
      new Uint8Array(22).fill(0x0b),
      text(""),
      text(""),
      42,
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ],
  ]
  for (const [ikm, salt, info, length, okm] of keys) {
    assert.equal(toHex(hkdfSha256(ikm, salt, info, length)), okm)
  }
})

onEachBuild("hashes, codes and keys of any length are those of noble and of the reference", () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, anyBytes, fc.integer({ min: 0, max: 200 }), (a, b, c, n) => {
      assert.deepEqual(sha256(a), nobleSha256(a))
      assert.deepEqual(hmacSha256(a, b), hmac(nobleSha256, a, b))
      assert.deepEqual(hkdfSha256(a, b, c, n), hkdf(nobleSha256, a, b, c, n))
    }),
    { numRuns: 60 },
  )
  fc.assert(
    fc.property(anyBytes, anyBytes, anyBytes, fc.integer({ min: 0, max: 200 }), (a, b, c, n) => {
      assert.deepEqual(sha256(a), slow.sha256(a))
      assert.deepEqual(hkdfSha256(a, b, c, n), slow.hkdfSha256(a, b, c, n))
    }),
    { numRuns: 5 },
  )
  const longest = hkdfSha256(text("ikm"), text("salt"), text("info"), 8160)
  assert.deepEqual(longest, hkdf(nobleSha256, text("ikm"), text("salt"), text("info"), 8160))
})
