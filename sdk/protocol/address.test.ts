import assert from "node:assert/strict"
import { test } from "node:test"
import { vectors } from "../../tests/vectors.ts"
import { isAddress, toAddress } from "./address.ts"
import { WaferError } from "../error.ts"

for (const { id, input, output } of vectors("primitives", "address")) {
  test(`${id}: ${output.checksummed === null ? "refuses" : "checksums"} an address`, () => {
    assert.equal(isAddress(input.address), output.checksummed !== null)
    if (output.checksummed === null) {
      assert.throws(
        () => toAddress(input.address),
        (e: WaferError) => e instanceof WaferError && e.code === "invalid-argument",
      )
    } else assert.equal(toAddress(input.address), output.checksummed)
  })
}
