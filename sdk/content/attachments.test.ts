import assert from "node:assert/strict"
import { test } from "node:test"
import { seal } from "@wafer/crypto"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import {
  downloadAttachment,
  openAttachment,
  sealAttachment,
  uploadAttachment,
} from "./attachments.ts"
import { attachment } from "../codecs/attachment.ts"
import type { RemoteAttachment } from "../codecs/remote-attachment.ts"
import { coded } from "../testing/coded.ts"
import { encodeInnerContent } from "./encoded-content.ts"

for (const { id, input, output } of vectors("content_types", "remoteAttachmentPayload")) {
  const file = { ...input.attachment, data: fromHex(input.attachment.data) }
  const keys = {
    secret: fromHex(input.secret),
    salt: fromHex(input.salt),
    nonce: fromHex(input.nonce),
    contentDigest: output.contentDigest ?? output.digest,
  }

  test(`seals as the official client does: ${id}`, () => {
    const inner = encodeInnerContent(file, attachment, [])
    assert.equal(toHex(inner), output.plaintextEncodedContent)
    assert.equal(toHex(seal(keys.secret, keys.salt, keys.nonce, inner)), output.payload)
  })

  test(`opens what the official client sealed: ${id}`, async () => {
    const { value } = await openAttachment(keys, fromHex(output.payload), [attachment])
    assert.deepEqual(value, file)
  })
}

const file = { filename: "plan.txt", mimeType: "text/plain", data: new Uint8Array(5000).fill(7) }

/** A server that holds what was uploaded. */
function uploads() {
  const stored = new Map<string, Uint8Array>()
  return {
    stored,
    async upload(payload: Uint8Array) {
      const url = `https://files.example/${stored.size}`
      stored.set(url, payload)
      return await Promise.resolve(url)
    },
    async fetch(url: string) {
      const body = stored.get(url)
      return await Promise.resolve(
        body ? new Response(Uint8Array.from(body)) : new Response("gone", { status: 404 }),
      )
    },
  }
}

test("a file goes up, its address is sent, and it comes down again", async () => {
  const server = uploads()
  const remote = await uploadAttachment(file, attachment, server.upload)
  assert.equal(remote.filename, "plan.txt")
  assert.equal(remote.scheme, "https://")
  assert.equal(remote.contentLength, server.stored.get(remote.url)?.length)
  assert.deepEqual((await downloadAttachment(remote, [attachment], server)).value, file)
})

test("two sealings of one file have nothing in common", () => {
  const [a, b] = [sealAttachment(file, attachment), sealAttachment(file, attachment)]
  for (const part of ["secret", "salt", "nonce", "payload"] as const) {
    assert.notDeepEqual(a[part], b[part])
  }
})

test("what the server changed, or the sender never sealed, is forged", async () => {
  const server = uploads()
  const remote = await uploadAttachment(file, attachment, server.upload)
  const payload = server.stored.get(remote.url)!
  payload[9]! ^= 1
  const changed = downloadAttachment(remote, [attachment], server)
  await assert.rejects(changed, { code: "forged", message: /expected SHA-256 [0-9a-f]{64}, got/ })

  payload[9]! ^= 1
  const wrongKey = { ...remote, secret: new Uint8Array(32) }
  await assert.rejects(downloadAttachment(wrongKey, [attachment], server), { code: "forged" })
})

test("an address without TLS is neither sent nor fetched", async () => {
  const upload = () => Promise.resolve("http://files.example/1")
  await assert.rejects(uploadAttachment(file, attachment, upload), { code: "invalid-content" })
  const server = uploads()
  const remote = { ...await uploadAttachment(file, attachment, server.upload), url: "file:///etc" }
  const fetch = () => assert.fail("fetched")
  const down = downloadAttachment(remote, [attachment], { fetch })
  await assert.rejects(down, { code: "invalid-content" })
})

test("a server that sends without end is cut off at the limit", async () => {
  const remote = { ...await uploadAttachment(file, attachment, uploads().upload) }
  let sent = 0
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(sent++)),
  })
  const options = { maxBytes: 10_000, fetch: () => Promise.resolve(new Response(endless)) }
  const down = downloadAttachment(remote, [attachment], options)
  await assert.rejects(down, { code: "too-large" })
  assert.ok(sent < 20)
})

test("what announces itself as too large is not fetched", async () => {
  const remote: RemoteAttachment = {
    ...await uploadAttachment(file, attachment, uploads().upload),
    contentLength: 2 ** 40,
  }
  const fetch = () => assert.fail("fetched")
  await assert.rejects(downloadAttachment(remote, [attachment], { fetch }), { code: "too-large" })
})

test("a server that refuses or is gone is unavailable, an abort is an abort", async () => {
  const server = uploads()
  const remote = await uploadAttachment(file, attachment, server.upload)
  const elsewhere = { ...remote, url: "https://files.example/none" }
  const missing = downloadAttachment(elsewhere, [attachment], server)
  await assert.rejects(missing, { code: "unavailable", message: /404/ })

  const fetch = () => Promise.reject(new TypeError("no route"))
  const cut = downloadAttachment(remote, [attachment], { fetch })
  await assert.rejects(cut, { code: "unavailable" })

  const reason = new Error("enough")
  const signal = AbortSignal.abort(reason)
  await assert.rejects(downloadAttachment(remote, [attachment], { fetch, signal }), reason)
})

test("a redirect away from https is not followed to its bytes", async () => {
  const server = uploads()
  const remote = await uploadAttachment(file, attachment, server.upload)
  const fetch = async (url: string) =>
    Object.defineProperty(await server.fetch(url), "url", { value: "http://files.example/0" })
  await assert.rejects(
    downloadAttachment(remote, [attachment], { fetch }),
    coded("invalid-content"),
  )
})
