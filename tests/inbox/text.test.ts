// Text from strangers: nothing is lost, nothing hides, nothing dangerous becomes a link.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import fc from "fast-check"
import { findAddress, grouped, short } from "../../inbox/text/address.ts"
import { oneLine, pieces, visible } from "../../inbox/text/plain.ts"
import { size, sizeOf } from "../../inbox/text/size.ts"
import { apart, dateline, when } from "../../inbox/text/time.ts"
import { hex } from "../../inbox/text/hex.ts"

const strange = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "https://a.example/(x).",
      "javascript:alert(1)",
      "mailto:a@b.example",
      "\u202e",
      "\u200b",
      "👩‍🚀",
      "\u0000",
      " ",
    ),
  ),
).map((parts) => parts.join(""))

test("what is shown is what was written, with what hides named", () => {
  fc.assert(fc.property(strange, (text) => {
    const kept = pieces(text)
    const shown = kept.map((piece) => piece.kind === "hidden" ? "" : piece.text).join("")
    const hidden = kept.filter((piece) => piece.kind === "hidden").length
    // A link that needed an honest spelling is written as the browser reads it.
    if (kept.every((piece) => piece.kind !== "link" || text.includes(piece.text))) {
      assert.equal([...shown].length + hidden, [...text].length)
    }
  }))
})

test("no link leads anywhere but to the web or to mail", () => {
  fc.assert(fc.property(strange, (text) => {
    for (const piece of pieces(text)) {
      if (piece.kind === "link") assert.match(piece.href, /^(https?:\/\/|mailto:)/)
    }
  }))
})

test("no text piece holds a character that hides or reorders", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const piece of visible(text)) {
      if (piece.kind === "text") {
        assert.doesNotMatch(piece.text, /[\u202a-\u202e\u2066-\u2069\u200b]/u)
      }
    }
  }))
})

test("joiners stay inside emoji and scripts that need them, and are named elsewhere", () => {
  assert.deepEqual(visible("👩‍🚀"), [{ kind: "text", text: "👩‍🚀" }])
  assert.deepEqual(visible("a\u200db"), [
    { kind: "text", text: "a" },
    { kind: "hidden", name: "ZWJ" },
    { kind: "text", text: "b" },
  ])
})

test("a sentence keeps its marks, and a link its brackets", () => {
  const [, link, end] = pieces("See https://en.example/Wafer_(seal).")
  assert.deepEqual(link, {
    kind: "link",
    text: "https://en.example/Wafer_(seal)",
    href: "https://en.example/Wafer_(seal)",
  })
  assert.deepEqual(end, { kind: "text", text: "." })
})

test("one line is one line", () => {
  fc.assert(fc.property(strange, (text) => assert.doesNotMatch(oneLine(text), /[\n\u202e\u200b]/)))
})

test("addresses are shortened, grouped and found", () => {
  const address = "0xbD3a06ab5Fb0a9EbF2b1a3d1cf5A1ba7D1f190FF"
  assert.equal(short(address), "0xbD3a…90FF")
  assert.equal(grouped(address).replace(/\s/g, ""), address)
  assert.equal(findAddress(`write to https://x.example/dm/${address}?`), address)
  assert.equal(findAddress(`${address}00`), undefined)
})

test("sizes are told in powers of a thousand", () => {
  assert.equal(size(999), "999 bytes")
  assert.equal(size(148_000), "148 kB")
  assert.equal(size(2_100_000), "2.1 MB")
  assert.equal(size(999_999), "1 MB")
  assert.equal(sizeOf(1_300_000, 2_100_000), "1.3 of 2.1 MB")
})

test("times get coarser as they age", () => {
  const now = new Date(2026, 10, 22, 10, 47).getTime()
  const at = (month: number, day: number) => new Date(2026, month, day, 9, 5).getTime()
  assert.match(when(at(10, 22), now), /^(0?9)[:.]05/)
  assert.match(when(at(10, 20), now), /^[^\d]+$/)
  assert.match(when(at(10, 9), now), /9/)
  assert.doesNotMatch(dateline(at(10, 22), now), /2026/)
  assert.match(dateline(new Date(2025, 1, 1).getTime(), now), /2025/)
})

test("how far apart two moments are has a unit that fits", () => {
  assert.deepEqual(
    [300, 1000, -2449, 60_000, 7_200_000, -86_400_000].map(apart),
    [
      "0.3 seconds later",
      "1 second later",
      "2.4 seconds earlier",
      "1 minute later",
      "2 hours later",
      "1 day earlier",
    ],
  )
})

test("hex is what Buffer calls hex", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.equal(hex(bytes), Buffer.from(bytes).toString("hex"))
  }))
})
