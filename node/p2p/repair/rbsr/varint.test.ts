import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import vectors from "../../../../tests/vectors/p2p.json" with { type: "json" }
import { fromHex, toHex } from "../../../../tests/vectors.ts"
import { ReconcileError } from "./error.ts"
import { encodeVarint, MAX_U64, readVarint } from "./varint.ts"

function decode(hex: string): bigint {
  const cursor = { bytes: fromHex(hex), offset: 0 }
  const value = readVarint(cursor)
  assert.equal(cursor.offset, cursor.bytes.length)
  return value
}

for (const [value, hex] of vectors.varint_msb_first as [string, string][]) {
  test(`varint ${value}`, () => {
    assert.equal(toHex(encodeVarint(BigInt(value))), hex)
    assert.equal(decode(hex), BigInt(value))
  })
}

test("any u64 comes back", () => {
  fc.assert(fc.property(fc.bigInt(0n, MAX_U64), (value) => {
    assert.equal(decode(toHex(encodeVarint(value))), value)
  }))
})

for (
  const [name, hex, code] of [
    ["nothing", "", "truncated"],
    ["an open end", "81", "truncated"],
    ["an empty first group", "8001", "malformed"],
    ["2^64", "82808080808080808000", "malformed"],
    ["eleven bytes", "8181818181818181818101", "malformed"],
  ] as const
) {
  test(`varint refuses ${name}`, () => {
    assert.throws(() => decode(hex), (e) => e instanceof ReconcileError && e.code === code)
  })
}
