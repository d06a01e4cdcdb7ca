import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { mutated } from "../../tests/mutated.ts"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import type { Codec, ContentTypeId } from "../content/content.ts"
import { formatContentType } from "../content/content-type.ts"
import { decodeContent, encodeContent, encodeInnerContent } from "../content/encoded-content.ts"
import { WaferError } from "../error.ts"
import { attachment } from "./attachment.ts"
import { composite } from "./composite.ts"
import { reaction } from "./reaction.ts"
import { readReceipt } from "./read-receipt.ts"
import { remoteAttachment } from "./remote-attachment.ts"
import { reply } from "./reply.ts"
import { text } from "./text.ts"
import { transactionReference } from "./transaction-reference.ts"
import { typingNotification } from "./typing-notification.ts"

const codecs: readonly Codec<unknown>[] = [
  text,
  reaction,
  reply,
  attachment,
  remoteAttachment,
  readReceipt,
  transactionReference,
  composite,
  typingNotification,
]

function parseContentType(text: string): ContentTypeId {
  const [, authorityId, typeId, major, minor] = /^(.+)\/(.+):(\d+)\.(\d+)$/.exec(text)!
  return {
    authorityId: authorityId!,
    typeId: typeId!,
    versionMajor: Number(major),
    versionMinor: Number(minor),
  }
}

/** The value a case shows as JSON: binary members are hex there, content types are strings. */
function valueOf(shown: unknown, key = ""): unknown {
  if (Array.isArray(shown)) return shown.map((part) => valueOf(part))
  if (typeof shown === "object" && shown !== null) {
    return Object.fromEntries(Object.entries(shown).map(([k, v]) => [k, valueOf(v, k)]))
  }
  if (typeof shown !== "string") return shown
  if (["data", "salt", "nonce", "secret"].includes(key)) return fromHex(shown)
  return key === "contentType" || key === "type" ? parseContentType(shown) : shown
}

for (const { id, input, output } of vectors("content_types", "contentType")) {
  const codec = codecs.find((c) => formatContentType(c.type) === input.contentType)!
  const value = valueOf(input.content)

  test(`writes what the official client writes: ${id}`, async () => {
    assert.equal(toHex(encodeInnerContent(value, codec, codecs)), output.encodedContentNoFallback)
    assert.equal(toHex(await encodeContent(value, codec, codecs)), output.encodedContent)
    assert.equal(codec.fallback?.(value) ?? null, output.fallback)
    if (output.shouldPush !== null && codec !== composite) {
      assert.equal(codec.shouldPush?.(value) ?? true, output.shouldPush)
    }
  })

  test(`reads what the official client writes: ${id}`, async () => {
    const decoded = await decodeContent(fromHex(output.encodedContent), codecs)
    assert.deepEqual(decoded.value, value)
    assert.equal(formatContentType(decoded.type), input.contentType)
    assert.equal(decoded.fallback ?? null, output.fallback)
    assert.equal(decoded.error, undefined)
  })
}

for (const { id, input, output } of vectors("content_types", "contentTypeDecode")) {
  test(`reads or refuses as the official client does: ${id}`, async () => {
    const decoded = await decodeContent(fromHex(input.encodedContent), codecs)
    assert.deepEqual(decoded.value ?? null, output.decoded)
    assert.equal(decoded.fallback ?? null, output.fallback ?? null)
    assert.equal(decoded.error?.message, output.error)
    if (output.error) assert.equal(decoded.error?.code, "unknown-content-type")
  })
}

test("a typing notification keeps the parameters of the clients that had it", async () => {
  const value = { timestamp: new Date(0), typerAddress: "0x00", isFinished: false }
  const bytes = await encodeContent(value, typingNotification, [])
  const { value: read, encoded } = await decodeContent(bytes, codecs)
  assert.deepEqual(read, value)
  assert.deepEqual(Object.entries(encoded.parameters), [
    ["timestamp", "1970-01-01T00:00:00.000Z"],
    ["typerAddress", "0x00"],
    ["isFinished", "false"],
  ])
})

test("a reply to something the reader cannot read keeps its reference and says why", async () => {
  const dice: Codec<number> = {
    type: parseContentType("example.com/dice:1.0"),
    encode: (pips) => ({ parameters: {}, content: new Uint8Array([pips]) }),
    decode: ({ content }) => content[0]!,
  }
  const value = { reference: "aa", contentType: dice.type, content: 6 }
  const bytes = await encodeContent(value, reply, [dice])
  assert.deepEqual((await decodeContent(bytes, [reply, dice])).value, value)

  const { value: seen, error } = await decodeContent(bytes, codecs) as {
    value: { reference: string; content: unknown; error: WaferError }
    error?: WaferError
  }
  assert.equal(error, undefined)
  assert.equal(seen.reference, "aa")
  assert.equal(seen.content, undefined)
  assert.equal(seen.error.code, "unknown-content-type")
})

test("a reply of a type that the client does not have is refused before it is sent", async () => {
  const value = { reference: "aa", contentType: parseContentType("a/b:1.0"), content: 1 }
  await assert.rejects(encodeContent(value, reply, codecs), { code: "unknown-content-type" })
})

const refused: readonly (readonly [string, Codec<unknown>, Record<string, string>, string])[] = [
  ["text that is not UTF-8", text, { encoding: "latin1" }, "hi"],
  ["a reaction that is neither added nor removed", reaction, {}, `{"action":"seen"}`],
  ["a reaction of an unknown schema", reaction, {}, `{"action":"added","schema":"x"}`],
  ["a reaction to nothing", reaction, {}, `{"action":"added","schema":"custom","content":""}`],
  ["a reaction whose JSON is a list", reaction, {}, "[]"],
  ["a reply without reference", reply, {}, ""],
  ["an attachment without a name", attachment, { mimeType: "text/plain" }, ""],
  ["a remote attachment without TLS", remoteAttachment, {}, "http://example.com/"],
  ["a remote attachment without keys", remoteAttachment, { contentLength: "1" }, "https://a.b/"],
  ["a remote attachment of no length", remoteAttachment, { contentLength: "x" }, "https://a.b/"],
  ["a transaction without reference", transactionReference, {}, `{"networkId":1}`],
  [
    "a transaction with an odd amount",
    transactionReference,
    {},
    `{"networkId":1,"reference":"","metadata":{"amount":"1"}}`,
  ],
  ["a composite with an empty part", composite, {}, "\n\0"],
  ["a typing notification of no time", typingNotification, { typerAddress: "0x" }, ""],
]

for (const [name, codec, parameters, content] of refused) {
  test(`refuses ${name}`, async () => {
    const raw = {
      ...codec,
      encode: () => ({ parameters, content: new TextEncoder().encode(content) }),
    }
    const { error, value } = await decodeContent(await encodeContent({}, raw, []), codecs)
    assert.equal(error?.code, "invalid-content")
    assert.equal(value, undefined)
  })
}

test("what was written is read again", async () => {
  const reactions = fc.record({
    action: fc.constantFrom("added" as const, "removed" as const),
    reference: fc.string(),
    schema: fc.constantFrom("unicode" as const, "shortcode" as const, "custom" as const),
    content: fc.string({ unit: "binary" }),
  }, { noNullPrototype: true })
  const attachments = fc.record({
    filename: fc.string({ unit: "grapheme" }),
    mimeType: fc.string(),
    data: fc.uint8Array(),
  }, { noNullPrototype: true })
  await fc.assert(fc.asyncProperty(reactions, attachments, async (liked, file) => {
    const parts = [
      { type: reaction.type, content: liked },
      { parts: [{ type: attachment.type, content: file }] },
    ]
    const { value } = await decodeContent(await encodeContent({ parts }, composite, codecs), codecs)
    assert.deepEqual(value, { parts })
  }))
})

test("damaged contents end as a value or as a typed error", async () => {
  const originals = vectors("content_types").flatMap(({ input, output }) =>
    [input.encodedContent, output.encodedContent].filter(Boolean).map(fromHex)
  )
  await fc.assert(
    fc.asyncProperty(mutated(originals), async (bytes) => {
      const decoded = await decodeContent(bytes, codecs, { maxBytes: 1 << 20 }).catch((error) => {
        assert.ok(error instanceof WaferError, String(error))
        assert.equal(error.code, "malformed")
      })
      if (decoded?.error) assert.ok(decoded.error instanceof WaferError)
    }),
    { numRuns: 2000 },
  )
})
