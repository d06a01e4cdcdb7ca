import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../tests/vectors.ts"
import { text } from "./codecs/text.ts"
import { decodeContent, encodeContent } from "./encoded-content.ts"

for (const { id, input, output } of vectors("content_types", "compression")) {
  test(`reads compressed content as the official client writes it: ${id}`, async () => {
    const decoded = await decodeContent(fromHex(output.encodedContent), [text])
    assert.equal(decoded.value, input.text)
  })
  test(`packs when the official client does: ${id}`, async () => {
    const compression = input.requestedCompression === 1 ? "gzip" : "deflate"
    const bytes = await encodeContent(input.text, text, [], { compression })
    const packed = output.compressionField !== null
    if (!packed) assert.equal(toHex(bytes), output.encodedContent)
    assert.equal((await decodeContent(bytes, [text])).value, input.text)
  })
}
