import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { inSlicesOf, type Piece } from "./slices.ts"

const joined = (other: string, pieces: Piece[]): string =>
  pieces.map((piece) => typeof piece === "string" ? piece : other.slice(...piece)).join("")

test("the pieces of a text make the text again", () => {
  const word = fc.constantFrom(
    "0123456789abcdef".repeat(3),
    "fedcba9876543210".repeat(4),
    "00",
    "7f",
  )
  const text = fc.array(word, { maxLength: 20 }).map((words) => words.join(""))
  fc.assert(fc.property(text, text, (other, text) => {
    assert.equal(joined(other, inSlicesOf(other, text)), text)
  }))
})

test("what two texts have in common is not written out", () => {
  const common = "0123456789abcdef".repeat(8)
  assert.deepEqual(inSlicesOf(`00${common}11`, `2222${common}33`), ["2222", [2, 130], "33"])
})
