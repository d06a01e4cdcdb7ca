import assert from "node:assert/strict"
import { test } from "node:test"
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { hmacSha256, secp256k1 } from "@wafer/crypto"
import { SignedEciesCiphertext_EciesSchema } from "@wafer/proto"
import fc from "fast-check"
import { mutated } from "../../tests/mutated.ts"
import { fromHex, toHex } from "../../tests/vectors.ts"
import { concat } from "../bytes.ts"
import { decryptEcies, encryptEcies } from "./ecies.ts"
import { WaferError } from "../error.ts"
import { randomSecret } from "./private-key.ts"

const secret = randomSecret()
const publicKey = secp256k1.getPublicKey(secret)

test("what is sealed for a key, that key opens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (plaintext) => {
      assert.deepEqual(
        await decryptEcies(secret, await encryptEcies(publicKey, plaintext)),
        plaintext,
      )
    }),
    { numRuns: 30 },
  )
})

test("another key does not", async () => {
  const sealed = await encryptEcies(publicKey, new Uint8Array(5))
  await assert.rejects(decryptEcies(randomSecret(), sealed), { code: "undecryptable" })
})

test("a damaged ciphertext is refused, or damage that changes nothing is ignored", async () => {
  const plaintext = new Uint8Array(40).fill(3)
  const sealed = await encryptEcies(publicKey, plaintext)
  await fc.assert(
    fc.asyncProperty(mutated([sealed]), async (bytes) => {
      try {
        assert.deepEqual(await decryptEcies(secret, bytes), plaintext)
      } catch (error) {
        if (!(error instanceof WaferError)) throw error
        assert.match(error.code, /^(malformed|undecryptable)$/)
      }
    }),
    { numRuns: 300 },
  )
})

test("every changed byte of the parts is noticed", async () => {
  const sealed = await encryptEcies(publicKey, new Uint8Array(20))
  const parts = fromBinary(SignedEciesCiphertext_EciesSchema, sealed)
  for (const name of ["ephemeralPublicKey", "iv", "mac", "ciphertext"] as const) {
    for (let i = 0; i < parts[name].length; i += 5) {
      parts[name][i]! ^= 1
      const changed = toBinary(SignedEciesCiphertext_EciesSchema, parts)
      await assert.rejects(decryptEcies(secret, changed), { code: "undecryptable" })
      parts[name][i]! ^= 1
    }
  }
})

test("the x coordinate is hashed as a number, without leading zeros", async () => {
  let ephemeral: Uint8Array
  let x: Uint8Array
  do {
    ephemeral = randomSecret()
    x = secp256k1.sharedPoint(ephemeral, publicKey).subarray(1, 33)
  } while (x[0] !== 0)

  const number = BigInt(`0x${toHex(x)}`).toString(16)
  const bytes = fromHex(number.length % 2 ? `0${number}` : number)
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes))
  const aes = await crypto.subtle.importKey("raw", hash.slice(0, 32), "AES-CBC", false, ["encrypt"])
  const iv = new Uint8Array(16)
  const plaintext = new TextEncoder().encode("as a number")
  const algorithm = { name: "AES-CBC", iv }
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, aes, plaintext))
  const ephemeralPublicKey = secp256k1.getPublicKey(ephemeral)
  const mac = hmacSha256(hash.slice(32), concat(iv, ephemeralPublicKey, ciphertext))
  const ecies = create(SignedEciesCiphertext_EciesSchema, {
    ephemeralPublicKey,
    iv,
    mac,
    ciphertext,
  })
  const sealed = toBinary(SignedEciesCiphertext_EciesSchema, ecies)
  assert.deepEqual(await decryptEcies(secret, sealed), plaintext)
})
