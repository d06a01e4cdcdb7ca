// Every kind of content between this SDK and the official clients with their own codecs.
import assert from "node:assert/strict"
import { createRequire } from "node:module"
import { after, before, describe, test } from "node:test"
import { Client, type Codec, http } from "@wafer/sdk"
import { downloadAttachment, uploadAttachment } from "@wafer/sdk/attachments"
import { attachment } from "@wafer/sdk/codecs/attachment"
import { composite } from "@wafer/sdk/codecs/composite"
import { reaction } from "@wafer/sdk/codecs/reaction"
import { readReceipt } from "@wafer/sdk/codecs/read-receipt"
import { type RemoteAttachment, remoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import { reply } from "@wafer/sdk/codecs/reply"
import { text } from "@wafer/sdk/codecs/text"
import { transactionReference } from "@wafer/sdk/codecs/transaction-reference"
import { typingNotification } from "@wafer/sdk/codecs/typing-notification"
import { type NodeProcess, startNode } from "../processes.ts"
import { newWallet, official, type OfficialVersion } from "./official.ts"

const require = createRequire(new URL("peers/content-types/package.json", import.meta.url))
const { ReactionCodec } = require("@xmtp/content-type-reaction")
const { ReadReceiptCodec } = require("@xmtp/content-type-read-receipt")
const { AttachmentCodec, RemoteAttachmentCodec } = require("@xmtp/content-type-remote-attachment")
const { ReplyCodec } = require("@xmtp/content-type-reply")
const { TransactionReferenceCodec } = require("@xmtp/content-type-transaction-reference")

const reference = "545ba37da9ccff3aeced9a2eac7275a2d9997568b607d5bd94c642e7a89092af"
const file = { filename: "plan ü.txt", mimeType: "text/plain", data: Uint8Array.of(1, 2, 3, 255) }

/** What both sides send and are to read, under our codec. */
const common: Record<string, readonly [Codec<unknown>, unknown]> = {
  text: [text, "gm ✅"],
  reaction: [reaction, { action: "added", reference, schema: "unicode", content: "👍" }],
  "a reply with a text": [reply, { reference, contentType: text.type, content: "yes" }],
  "a reply with a file": [reply, { reference, contentType: attachment.type, content: file }],
  attachment: [attachment, file],
  "a read receipt": [readReceipt, {}],
  "a transaction": [transactionReference, {
    namespace: "eip155",
    networkId: "0x1",
    reference: "0xabc",
    metadata: {
      transactionType: "transfer",
      currency: "USDC",
      amount: 100000,
      decimals: 6,
      fromAddress: "0xF6654Ccbcb9108B22848443B9c142Cf0476943a6",
      toAddress: "0xE2e139102eda7282f48De5B1EA64e1F023A098d6",
    },
  }],
}
const nested = {
  parts: [
    { type: text.type, content: "one" },
    { parts: [{ type: text.type, content: "two" }, { type: attachment.type, content: file }] },
  ],
}

const packable = "packed ".repeat(140)

const codecs = [
  reaction,
  readReceipt,
  attachment,
  remoteAttachment,
  reply,
  transactionReference,
  composite,
  typingNotification,
]

/** Values without their classes, to compare. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part) => part instanceof Uint8Array ? [...part] : part))

for (const version of [9, 11, 12, 13] satisfies OfficialVersion[]) {
  describe(`contents between this SDK and xmtp-js ${version}`, () => {
    const library = official(version)
    let node: NodeProcess
    let us: Client
    // deno-lint-ignore no-explicit-any
    let them: any
    let ourSide: Awaited<ReturnType<Client["conversations"]["newConversation"]>>
    // deno-lint-ignore no-explicit-any
    let theirSide: any

    before(async () => {
      node = await startNode("deno", { args: ["--limits", "off"] })
      us = await Client.create(newWallet(), { transport: http(node.url), codecs })
      them = await library.Client.create(newWallet(), {
        env: "local",
        apiUrl: node.url,
        codecs: [
          new ReactionCodec(),
          new ReadReceiptCodec(),
          new AttachmentCodec(),
          new RemoteAttachmentCodec(),
          new ReplyCodec(),
          // Older than the question.
          Object.assign(new TransactionReferenceCodec(), { shouldPush: () => true }),
          ...library.CompositeCodec ? [new library.CompositeCodec()] : [],
          ...library.TypingNotificationCodec ? [new library.TypingNotificationCodec()] : [],
        ],
      })
      ourSide = await us.conversations.newConversation(them.address)
      theirSide = (await them.conversations.list())[0]
    })
    after(async () => {
      await us.close()
      await node.kill()
    })

    const theirNewest = async () => (await theirSide.messages()).at(-1)
    const ourNewest = async () =>
      (await ourSide.messages({ direction: "descending", limit: 1 }))[0]!

    async function bothWays(codec: Codec<unknown>, value: unknown): Promise<void> {
      await ourSide.send(value, codec)
      const seen = await theirNewest()
      assert.equal(seen.error, undefined)
      assert.deepEqual(plain(seen.content), plain(value))

      await theirSide.send(value, { contentType: seen.contentType })
      const read = await ourNewest()
      assert.equal(read.error, undefined)
      assert.equal(read.senderAddress, them.address)
      assert.deepEqual(plain(read.content), plain(value))
    }

    for (const [name, [codec, value]] of Object.entries(common)) {
      test(name, () => bothWays(codec, value))
    }

    const hasComposite = library.CompositeCodec !== undefined
    test("composite", { skip: !hasComposite && "xmtp-js 12 dropped it" }, async () => {
      await bothWays(composite, nested)
    })

    const hasTyping = library.TypingNotificationCodec !== undefined
    test("typing", { skip: !hasTyping && "only 8.0 to 10.2 know it" }, async () => {
      const value = { timestamp: new Date(0), typerAddress: us.address, isFinished: false }
      await ourSide.send(value, typingNotification)
      const { content, contentType } = await theirNewest()
      // Their codec writes typerAddress and looks for senderAddress.
      assert.deepEqual(plain(content), plain({ ...value, typerAddress: undefined }))
      await theirSide.send(value, { contentType })
      assert.deepEqual((await ourNewest()).content, value)
    })

    test("a remote attachment, sealed here and opened there, and the other way", async (t) => {
      const stored = new Map<string, Uint8Array<ArrayBuffer>>()
      const put = (payload: Uint8Array) => {
        const url = `https://files.example/${stored.size}`
        stored.set(url, Uint8Array.from(payload))
        return Promise.resolve(url)
      }
      const get = (url: string) => Promise.resolve(new Response(stored.get(url)))

      const ours = await uploadAttachment(file, attachment, put)
      await ourSide.send(ours, remoteAttachment)
      const { fetch } = globalThis
      t.after(() => void (globalThis.fetch = fetch))
      globalThis.fetch = ((input: string, ...rest: [RequestInit?]) =>
        stored.has(input) ? get(input) : fetch(input, ...rest)) as typeof fetch
      const seen = await theirNewest()
      const opened = await RemoteAttachmentCodec.load(seen.content, them)
      assert.deepEqual(plain(opened), plain(file))

      const sealed = await RemoteAttachmentCodec.encodeEncrypted(file, new AttachmentCodec())
      const theirs = {
        url: await put(sealed.payload),
        contentDigest: sealed.digest,
        salt: sealed.salt,
        nonce: sealed.nonce,
        secret: sealed.secret,
        scheme: "https://",
        filename: file.filename,
        contentLength: sealed.payload.length,
      }
      await theirSide.send(theirs, { contentType: seen.contentType })
      const { content } = await ourNewest()
      const { value } = await downloadAttachment(content as RemoteAttachment, [attachment], {
        fetch: get,
      })
      assert.deepEqual(plain(value), plain(file))
    })

    test("what they do not know is shown to them by our fallback", async () => {
      const dice: Codec<number> = {
        type: { authorityId: "example.com", typeId: "dice", versionMajor: 1, versionMinor: 0 },
        encode: (pips) => ({ parameters: {}, content: Uint8Array.of(pips) }),
        decode: ({ content }) =>
          content[0]!,
        fallback: (pips) => `Rolled a ${pips}`,
      }
      await ourSide.send(6, dice)
      const seen = await theirNewest()
      // Until 9.4 the fallback stood in the place of the content.
      assert.equal(version === 9 ? seen.content : seen.contentFallback, "Rolled a 6")
    })

    test("packed texts, as far as they can unpack them", async () => {
      for (const compression of ["deflate", "gzip"] as const) {
        for (const value of [packable, packable.repeat(10)]) {
          await ourSide.send(value, { compression })
          assert.equal((await theirNewest()).content, value)
        }
      }
    })

    // The last one: they cannot list a conversation that holds such a text without complaining.
    test("texts that they packed, also those that they could not unpack themselves", async () => {
      const { COMPRESSION_DEFLATE, COMPRESSION_GZIP } = library.Compression
      for (const compression of [COMPRESSION_DEFLATE, COMPRESSION_GZIP]) {
        for (const value of [packable, packable.repeat(10)]) {
          await theirSide.send(value, { compression })
          assert.equal((await ourNewest()).content, value)
        }
      }
    })
  })
}
