// Seals, QR codes and addresses of pages.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { createHash } from "node:crypto"
import fc from "fast-check"
import readQr from "jsqr"
import { qrCode } from "../../inbox/qr.ts"
import { parseRoute, pathOf } from "../../inbox/route.ts"
import { pigments, seal, sealOf } from "../../inbox/seal.ts"

test("a seal follows from the bytes, and from nothing else", () => {
  const address = "0xbD3a06ab5Fb0a9EbF2b1a3d1cf5A1ba7D1f190FF"
  const hash = createHash("sha256").update(Buffer.from(address.slice(2), "hex")).digest()
  assert.equal(seal(address).pigment, pigments[hash[0]! % 12])
  assert.equal(seal(address), seal(address.toLowerCase()))
  assert.deepEqual(seal(address), sealOf(Buffer.from(address.slice(2), "hex")))
})

test("addresses that begin and end alike have unrelated seals", () => {
  const poisoned = Array.from(
    { length: 64 },
    (_, i) => seal(`0xbD3a${i.toString(16).padStart(32, "0")}90FF`),
  )
  const pictures = new Set(
    poisoned.map(({ pigment, fill, lines }) => JSON.stringify([pigment, fill, lines])),
  )
  assert.ok(pictures.size > 60, `${pictures.size} of 64 differ`)
})

test("every seal is whole, and small", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
    const { edge, fill, lines } = sealOf(bytes)
    const path = edge + fill + lines.map((line) => line.path).join("")
    assert.doesNotMatch(path, /NaN|Infinity|undefined/)
    assert.ok(fill || lines.length)
    assert.ok(path.length < 4000)
  }))
})

test("a reader of QR codes reads what was written", () => {
  const scale = 4
  const quiet = 4
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 213 }), (text) => {
      const rows = qrCode(text)
      const side = (rows.length + 2 * quiet) * scale
      const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const dark = rows[(y / scale | 0) - quiet]?.[(x / scale | 0) - quiet]
          if (dark) pixels.fill(0, 4 * (y * side + x), 4 * (y * side + x) + 3)
        }
      }
      const read = (readQr as unknown as typeof readQr.default)(pixels, side, side)
      assert.equal(read?.data, text)
    }),
    { numRuns: 60 },
  )
})

test("what does not fit into a QR code is refused by name", () => {
  assert.throws(() => qrCode("x".repeat(214)), {
    name: "RangeError",
    message: /213 bytes, got 214/,
  })
})

test("an address of a page reads back as what was written", () => {
  const peer = `0x${"ab".repeat(20)}`
  for (const path of ["/", "/requests", "/denied", "/new", "/me", "/settings", "/settings/keys"]) {
    assert.equal(pathOf(parseRoute(path)), path)
  }
  fc.assert(fc.property(fc.string({ minLength: 1 }), (about) => {
    const route = { at: "conversation", peer, about } as const
    assert.deepEqual(parseRoute(pathOf(route)), route)
  }))
})

test("an unknown address is the list, and a bad one a new conversation", () => {
  assert.deepEqual(parseRoute("/nowhere/%E0%A4%A"), { at: "list", tab: "inbox" })
  assert.deepEqual(parseRoute("/dm/hello"), { at: "new", address: "hello" })
})
