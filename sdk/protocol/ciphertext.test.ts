import { toBinary } from "@bufbuild/protobuf"
import { CiphertextSchema } from "@wafer/proto"
import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { decodeCiphertext, decrypt, encrypt, writeCiphertext } from "./ciphertext.ts"
import { coded } from "../testing/coded.ts"

for (const { id, input, output } of vectors("primitives", "ciphertext")) {
  const [secret, plaintext] = [fromHex(input.secret), fromHex(input.plaintext)]
  const aad = input.aad === null ? undefined : fromHex(input.aad)

  test(`${id}: encrypts to the same bytes`, () => {
    const freshness = { salt: fromHex(input.hkdfSalt), nonce: fromHex(input.gcmNonce) }
    const ciphertext = encrypt(secret, plaintext, aad, freshness)
    assert.equal(
      toHex(toBinary(CiphertextSchema, writeCiphertext(ciphertext))),
      output.ciphertextProto,
    )
  })

  test(`${id}: decrypts`, () => {
    const ciphertext = decodeCiphertext(fromHex(output.ciphertextProto))
    assert.deepEqual(decrypt(secret, ciphertext, aad), plaintext)
  })
}

for (const { id, input } of vectors("negative", "ciphertextDecode")) {
  test(`${id}: is refused`, () => {
    assert.throws(() => decodeCiphertext(fromHex(input.ciphertext)), coded("malformed"))
  })
}

for (const { id, input } of vectors("negative", "aead")) {
  test(`${id}: does not open`, () => {
    const ciphertext = decodeCiphertext(fromHex(input.ciphertext))
    const aad = input.aad === null ? undefined : fromHex(input.aad)
    assert.throws(() => decrypt(fromHex(input.secret), ciphertext, aad), coded("undecryptable"))
  })
}

test("what was encrypted decrypts, and only with the same header", () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      bytes,
      bytes,
      (secret, text, header) => {
        const ciphertext = encrypt(secret, text, header)
        assert.deepEqual(new Uint8Array(decrypt(secret, ciphertext, header)), new Uint8Array(text))
        assert.throws(
          () => decrypt(secret, ciphertext, Uint8Array.of(...header, 0)),
          coded("undecryptable"),
        )
      },
    ),
    { numRuns: 30 },
  )
})
