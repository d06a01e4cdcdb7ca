import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { reply } from "../codecs/reply.ts"
import { text } from "../codecs/text.ts"
import type { Codec } from "./content.ts"
import { decodeContent, encodeContent, encodeInnerContent } from "./encoded-content.ts"

for (const { id, input, output } of vectors("content_types", "compression")) {
  const compression = input.requestedCompression === 1 ? "gzip" : "deflate"
  const packed = output.compressionField !== null

  test(`reads what the official client packed: ${id}`, async () => {
    const decoded = await decodeContent(fromHex(output.encodedContent), [text])
    assert.equal(decoded.value, input.text)
  })

  test(`packs what the official client packs: ${id}`, async () => {
    const bytes = await encodeContent(input.text, text, [], { compression })
    const plain = await encodeContent(input.text, text, [])
    assert.equal(toHex(bytes) !== toHex(plain), packed)
    // Field 5 stands before field 4, as in the official bytes; what follows depends on the packer.
    const head = output.encodedContent.slice(0, packed ? 84 : undefined)
    assert.ok(toHex(bytes).startsWith(head))
    assert.equal((await decodeContent(bytes, [text])).value, input.text)
  })
}

test("content that official clients could not unpack is not packed, unless asked for", async () => {
  const sizes = [[9, false], [10, true], [1000, true], [1001, false]] as const
  for (const [size, packed] of sizes) {
    const value = "a".repeat(size)
    const plain = await encodeContent(value, text, [])
    const bytes = await encodeContent(value, text, [], { compression: "gzip" })
    assert.equal(toHex(bytes) !== toHex(plain), packed, `${size} bytes`)
  }
  const options = { compression: "deflate", compressUpTo: Infinity } as const
  const large = await encodeContent("a".repeat(100_000), text, [], options)
  assert.ok(large.length < 1000)
  assert.equal((await decodeContent(large, [text])).value, "a".repeat(100_000))
})

test("any text survives both packings", async () => {
  const packing = fc.constantFrom("deflate" as const, "gzip" as const)
  await fc.assert(fc.asyncProperty(fc.string(), packing, async (value, compression) => {
    const bytes = await encodeContent(value, text, [], { compression })
    assert.equal((await decodeContent(bytes, [text])).value, value)
  }))
})

test("a bomb is refused at the limit, and the message still says what it was", async () => {
  const options = { compression: "gzip", compressUpTo: Infinity } as const
  const bomb = await encodeContent("\0".repeat(64 << 20), text, [], options)
  assert.ok(bomb.length < 1 << 17)
  const decoded = await decodeContent(bomb, [text])
  assert.equal(decoded.error?.code, "too-large")
  assert.equal(decoded.type.typeId, "text")
  assert.equal(decoded.value, undefined)
  const large = await encodeContent("\0".repeat((1 << 20) + 1), text, [], options)
  assert.equal((await decodeContent(large, [text])).error?.code, "too-large", "beyond 1 MiB")
  const small = await decodeContent(bomb, [text], { maxBytes: 1000 })
  assert.equal(small.error?.code, "too-large")
})

test("truncated, padded and unknown packings are errors of that one content", async () => {
  const whole = fromHex(vectors("content_types", "compression")[0]!.output.encodedContent)
  const truncated = Uint8Array.from(whole)
  truncated[truncated.length - 1]! ^= 1
  const unknown = Uint8Array.from(whole)
  unknown[unknown.indexOf(0x28) + 1] = 7
  for (const bytes of [truncated, unknown]) {
    const { error, type } = await decodeContent(bytes, [text])
    assert.equal(error?.code, "invalid-content")
    assert.equal(type.typeId, "text")
  }
})

test("bytes that are no content, or name no type, are refused", async () => {
  await assert.rejects(decodeContent(fromHex("0a"), [text]), { code: "malformed" })
  await assert.rejects(decodeContent(fromHex("220161"), [text]), { code: "malformed" })
  await assert.rejects(decodeContent(new Uint8Array(0), [text]), { code: "malformed" })
})

test("what a codec throws becomes the error of that content", async () => {
  const cause = new RangeError("odd")
  const odd: Codec<string> = {
    ...text,
    decode() {
      throw cause
    },
  }
  const { error } = await decodeContent(await encodeContent("hi", text, []), [odd])
  assert.equal(error?.code, "invalid-content")
  assert.equal(error?.cause, cause)
})

test("the first codec that fits decides", async () => {
  const shouting: Codec<string> = { ...text, decode: (c, ctx) => text.decode(c, ctx).toUpperCase() }
  const bytes = await encodeContent("hi", text, [])
  assert.equal((await decodeContent(bytes, [shouting, text])).value, "HI")
  const two: Codec<string> = { ...shouting, type: { ...text.type, versionMajor: 2 } }
  assert.equal((await decodeContent(bytes, [two])).value, "HI")
})

test("contents nested without end are cut off", async () => {
  let content: unknown = "hi"
  let contentType = text.type
  let bytes = encodeInnerContent("hi", text, [])
  for (let i = 0; i < 2000; i++) {
    const codec = { ...reply, encode: () => ({ parameters: { reference: "aa" }, content: bytes }) }
    bytes = encodeInnerContent({ reference: "aa", contentType, content }, codec, [])
    contentType = reply.type
    content = undefined
  }
  const decoded = await decodeContent(bytes, [reply, text])
  assert.equal(decoded.error, undefined)
  let value = decoded.value as { content?: unknown; error?: { code: string } }
  while (value.content) value = value.content as typeof value
  assert.equal(value.error?.code, "invalid-content")
})

test("packed content inside another is refused by name, not misread", async () => {
  const packed = await encodeContent("a".repeat(50), text, [], { compression: "gzip" })
  const outer = { ...reply, encode: () => ({ parameters: { reference: "aa" }, content: packed }) }
  const value = { reference: "aa", contentType: text.type, content: "" }
  const decoded = await decodeContent(await encodeContent(value, outer, []), [reply, text])
  assert.equal((decoded.value as { error: { code: string } }).error.code, "invalid-content")
})
