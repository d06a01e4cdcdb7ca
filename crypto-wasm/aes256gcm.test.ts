import { gcm } from "@noble/ciphers/aes.js"
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import assert from "node:assert/strict"
import { fromHex, toHex } from "../tests/vectors.ts"
import { aes256gcm, sha256 } from "./mod.ts"
import * as slow from "./reference/aes256gcm.ts"
import { enter } from "./symmetric.ts"
import { anyBytes, bytes12, bytes32, bytesOf, edges, onEachBuild } from "./testing.ts"

onEachBuild("McGrew and Viega's GCM test cases 13 to 16: AES-256", () => {
  const key = fromHex("feffe9928665731c6d6a8f9467308308".repeat(2))
  const nonce = fromHex("cafebabefacedbaddecaf888")
  const plaintext = fromHex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
  )
  const ciphertext = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
  const aad = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
  const zeroKey = new Uint8Array(32)
  const zeroNonce = new Uint8Array(12)
  const encrypted = (...[k, n, p, a]: Parameters<typeof aes256gcm.encrypt>) =>
    toHex(aes256gcm.encrypt(k, n, p, a))
  assert.equal(encrypted(zeroKey, zeroNonce, new Uint8Array(0)), "530f8afbc74536b9a963b4f1c4cb738b")
  assert.equal(
    encrypted(zeroKey, zeroNonce, new Uint8Array(16)),
    "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
  )
  assert.equal(
    encrypted(key, nonce, plaintext),
    `${ciphertext}b094dac5d93471bdec1a502270e3cc6c`,
  )
  assert.equal(
    encrypted(key, nonce, plaintext.subarray(0, 60), aad),
    `${ciphertext.slice(0, 120)}76fc6ece0f4e1768cddf8853bb2d551b`,
  )
})

onEachBuild("ciphertexts of any length are those of noble and of the reference", () => {
  for (const length of edges) {
    const [key, nonce, plaintext] = [bytesOf(32, length), bytesOf(12, length), bytesOf(length)]
    for (const aad of [undefined, bytesOf(length % 150, 7)]) {
      const ciphertext = aes256gcm.encrypt(key, nonce, plaintext, aad)
      assert.deepEqual(ciphertext, gcm(key, nonce, aad).encrypt(plaintext))
      assert.deepEqual(aes256gcm.decrypt(key, nonce, ciphertext, aad), plaintext)
    }
  }
  const weird = fc.oneof(bytes32, fc.constantFrom(0x00, 0xff).map((x) => bytesOf(32).fill(x)))
  fc.assert(
    fc.property(
      weird,
      bytes12,
      fc.uint8Array({ maxLength: 150 }),
      anyBytes,
      (key, nonce, p, a) => {
        const aad = a.subarray(0, 100)
        assert.deepEqual(
          aes256gcm.encrypt(key, nonce, p, aad),
          slow.encrypt(key, nonce, p, aad),
        )
      },
    ),
    { numRuns: 10 },
  )
})

onEachBuild("a message larger than the memory that is kept", () => {
  const data = bytesOf(5_000_001)
  const ciphertext = aes256gcm.encrypt(bytesOf(32), bytesOf(12), data)
  assert.deepEqual(sha256(ciphertext), nobleSha256(gcm(bytesOf(32), bytesOf(12)).encrypt(data)))
  assert.ok(enter().bytes.length < data.length)
})
