import { gcm } from "@noble/ciphers/aes.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../tests/vectors.ts"
import {
  aes256gcm,
  hkdfSha256,
  open,
  openInto,
  openLarge,
  seal,
  sealInto,
  sealLarge,
} from "./mod.ts"
import { anyBytes, bytes12, bytesOf, fails, onEachBuild } from "./testing.ts"

/** Salt, nonce and payload: the three fields, of bytes, in the one field of a Ciphertext. */
function parse(hex: string): Record<"salt" | "nonce" | "payload", Uint8Array> {
  let bytes = fromHex(hex)
  const field = () => {
    // A tag, then a length of one or two bytes.
    const [, low, high] = bytes as unknown as [number, number, number]
    const start = low < 128 ? 2 : 3
    const end = start + (low < 128 ? low : (low & 127) + 128 * high)
    const value = bytes.slice(start, end)
    bytes = bytes.slice(end)
    return value
  }
  bytes = field()
  return { salt: field(), nonce: field(), payload: field() }
}

onEachBuild("vectors: sealed payloads", () => {
  for (const { input, output } of vectors("primitives", "ciphertext")) {
    const [secret, plaintext] = [fromHex(input.secret), fromHex(input.plaintext)]
    const aad = input.aad === null ? undefined : fromHex(input.aad)
    const { salt, nonce, payload } = parse(output.ciphertextProto)
    assert.equal(toHex(payload), output.payload)
    assert.equal(toHex(hkdfSha256(secret, salt, new Uint8Array(0), 32)), output.derivedKey)
    assert.deepEqual(seal(secret, salt, nonce, plaintext, aad), payload)
    assert.deepEqual(open(secret, salt, nonce, payload, aad), plaintext)
  }
})

onEachBuild("vectors: a payload with the wrong header, or tampered with, does not open", () => {
  for (const { input } of vectors("negative", "aead")) {
    const { salt, nonce, payload } = parse(input.ciphertext)
    const aad = input.aad === null ? undefined : fromHex(input.aad)
    assert.throws(
      () => open(fromHex(input.secret), salt, nonce, payload, aad),
      fails("authentication-failed"),
    )
  }
})

onEachBuild("what was sealed opens, and nothing else does", () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, bytes12, anyBytes, anyBytes, fc.nat(), (...parts) => {
      const [secret, salt, nonce, plaintext, aad, place] = parts
      const payload = seal(secret, salt, nonce, plaintext, aad)
      const key = hkdf(nobleSha256, secret, salt, undefined, 32)
      assert.deepEqual(payload, gcm(key, nonce, aad).encrypt(plaintext))
      assert.deepEqual(open(secret, salt, nonce, payload, aad), plaintext)

      const given = [secret, salt, nonce, payload, aad] as const
      for (const [which, bytes] of given.entries()) {
        if (bytes.length === 0) continue
        const forged = given.map((b) => b.slice()) as unknown as typeof given
        forged[which]![place % bytes.length]! ^= 1 << (place % 8)
        assert.throws(() => open(...forged), fails("authentication-failed"))
      }
    }),
    { numRuns: 40 },
  )
  const payload = seal(bytesOf(32), bytesOf(32), bytesOf(12), bytesOf(40))
  for (let bit = 0; bit < payload.length * 8; bit++) {
    const forged = payload.slice()
    forged[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(
      () => open(bytesOf(32), bytesOf(32), bytesOf(12), forged),
      fails("authentication-failed"),
    )
  }
})

test("the same result into a buffer of one's own, which may be the input", () => {
  const [secret, salt, nonce, aad] = [bytesOf(65), bytesOf(32), bytesOf(12), bytesOf(9)] as const
  const key = bytesOf(32, 5)
  for (const length of [0, 1, 100, 1000]) {
    const plaintext = bytesOf(length)
    const buffer = new Uint8Array(length + 16)
    buffer.set(plaintext)
    sealInto(buffer, secret, salt, nonce, buffer.subarray(0, length), aad)
    assert.deepEqual(buffer, seal(secret, salt, nonce, plaintext, aad))
    openInto(buffer.subarray(0, length), secret, salt, nonce, buffer, aad)
    assert.deepEqual(buffer.subarray(0, length), plaintext)

    aes256gcm.encryptInto(buffer, key, nonce, plaintext, aad)
    assert.deepEqual(buffer, aes256gcm.encrypt(key, nonce, plaintext, aad))
    aes256gcm.decryptInto(buffer.subarray(0, length), key, nonce, buffer, aad)
    assert.deepEqual(buffer.subarray(0, length), plaintext)
  }
  // Nor does it matter where the two overlap.
  for (const [from, to] of [[0, 5], [5, 0], [3, 19], [40, 0]] as const) {
    const buffer = bytesOf(200)
    const plaintext = bytesOf(200).slice(from, from + 100)
    sealInto(buffer.subarray(to, to + 116), secret, salt, nonce, buffer.subarray(from, from + 100))
    const payload = seal(secret, salt, nonce, plaintext)
    assert.deepEqual(buffer.subarray(to, to + 116), payload)
    openInto(buffer.subarray(from, from + 100), secret, salt, nonce, buffer.subarray(to, to + 116))
    assert.deepEqual(buffer.subarray(from, from + 100), plaintext)
  }
  const out = bytesOf(4)
  const forged = new Uint8Array(20)
  assert.throws(() => openInto(out, secret, salt, nonce, forged), fails("authentication-failed"))
  assert.throws(
    () => aes256gcm.decryptInto(out, key, nonce, forged),
    fails("authentication-failed"),
  )
  assert.deepEqual(out, bytesOf(4))
})

test("large payloads are the same, whoever seals and opens them", async () => {
  const [secret, salt, nonce, aad] = [bytesOf(32), bytesOf(32, 2), bytesOf(12), bytesOf(9)] as const
  for (const length of [0, 1000, 16_383, 16_384, 200_000]) {
    const plaintext = bytesOf(length)
    const payload = seal(secret, salt, nonce, plaintext, aad)
    assert.deepEqual(await sealLarge(secret, salt, nonce, plaintext, aad), payload)
    assert.deepEqual(await openLarge(secret, salt, nonce, payload, aad), plaintext)
    payload[length]! ^= 1
    await assert.rejects(
      openLarge(secret, salt, nonce, payload, aad),
      fails("authentication-failed"),
    )
  }
  const long = bytesOf(100_000)
  const noBytes = "abc" as unknown as Uint8Array
  const wrong: [string, () => Promise<Uint8Array>][] = [
    ["secret", () => sealLarge(noBytes, salt, nonce, long)],
    ["salt", () => sealLarge(secret, noBytes, nonce, long)],
    ["nonce", () => sealLarge(secret, salt, bytesOf(11), long)],
    ["plaintext", () => sealLarge(secret, salt, nonce, noBytes)],
    ["aad", () => sealLarge(secret, salt, nonce, long, noBytes)],
    ["nonce", () => openLarge(secret, salt, bytesOf(13), long)],
    ["payload", () => openLarge(secret, salt, nonce, bytesOf(15))],
  ]
  for (const [name, call] of wrong) {
    await assert.rejects(
      call,
      (error) => fails("invalid-argument")(error) && (error as Error).message.includes(`"${name}"`),
    )
  }
})

test("memory that is shared with a worker, or may grow, is taken like any other", async () => {
  const buffers = [new ArrayBuffer(40_000, { maxByteLength: 50_000 })] as ArrayBufferLike[]
  if (typeof SharedArrayBuffer !== "undefined") buffers.push(new SharedArrayBuffer(40_000))
  const [salt, nonce] = [bytesOf(32), bytesOf(12)]
  for (const buffer of buffers) {
    const all = new Uint8Array(buffer)
    const [secret, plaintext] = [all.subarray(0, 32), all.subarray(32, 39_000)]
    const payload = seal(secret.slice(), salt, nonce, plaintext.slice())
    assert.deepEqual(seal(secret, salt, nonce, plaintext), payload)
    assert.deepEqual(await sealLarge(secret, salt, nonce, plaintext), payload)
    all.set(payload)
    const opened = openLarge(new Uint8Array(32), salt, nonce, all.subarray(0, payload.length))
    assert.deepEqual(await opened, new Uint8Array(39_000 - 32))
  }
})
