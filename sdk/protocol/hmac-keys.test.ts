import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { hmacKeys } from "./hmac-keys.ts"

for (const { id, input, output } of vectors("hmac_keys", "hmacKeys")) {
  test(`${id}: derives the keys of three periods`, () => {
    const keys = hmacKeys(fromHex(input.keyMaterial), input.address, Number(input.nowMs))
    assert.deepEqual(
      keys.map((key) => ({ ...key, hmacKey: toHex(key.hmacKey) })),
      output.values,
    )
  })
}
