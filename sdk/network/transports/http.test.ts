import { create, toBinary } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { EnvelopeSchema } from "@wafer/proto"
import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { Client } from "../../client.ts"
import { WaferError } from "../../error.ts"
import { privateKeySigner } from "../../protocol/signer.ts"
import { coded } from "../../testing/coded.ts"
import { fetchOf } from "../../testing/fetch.ts"
import { testNode } from "../../testing/node.ts"
import { frame, frames } from "./frames.ts"
import { http } from "./http.ts"

const query = { topics: ["topic"] }
const answering = (response: () => Response) =>
  http("http://node.test/", { fetch: () => Promise.resolve(response()) })

for (const follow of [true, false]) {
  test(`two accounts talk with a Connect server (${follow ? "with" : "without"} Follow)`, async () => {
    const node = testNode({ follow })
    const transport = () => http("http://node.test", { fetch: fetchOf(node) })
    const join = () =>
      Client.create(privateKeySigner(crypto.getRandomValues(new Uint8Array(32))), {
        transport: transport(),
      })
    const [alice, bob] = await Promise.all([join(), join()])
    const toBob = await alice.conversations.newConversation(bob.address)
    await toBob.send("gm")
    const [toAlice] = await bob.conversations.list()
    const stream = toAlice!.stream({ since: new Date(0) })
    assert.equal((await stream.next()).value!.content, "gm")
    const next = stream.next()
    await toBob.send("live")
    assert.equal((await next).value!.content, "live")
    await stream.return()
    assert.deepEqual(await alice.canMessage([bob.address]), [true])
    await Promise.all([alice.close(), bob.close()])
  })
}

test("a refusal says its code, its message and when to come back", async () => {
  const node = testNode()
  const transport = http("http://node.test", { fetch: fetchOf(node) })
  node.failNext({ call: "query", code: Code.ResourceExhausted, retryAfterSeconds: 2 })
  await assert.rejects(
    transport.query(query),
    (error: unknown) =>
      error instanceof WaferError && error.code === "rate-limited" &&
      error.message === "as the test wanted" && error.retryAfterMs === 2000,
  )
  await assert.rejects(transport.publish([], ""), coded("unauthenticated"))
  await assert.rejects(
    transport.follow!({ topics: [] })[Symbol.asyncIterator]().next(),
    coded("unimplemented"),
  )
  node.failNext({ call: "subscribe", code: Code.PermissionDenied })
  await assert.rejects(
    transport.subscribe(["topic"])[Symbol.asyncIterator]().next(),
    coded("permission-denied"),
  )
})

const answers: [string, () => Response, Parameters<typeof coded>[0]][] = [
  ["a proxy's page", () => new Response("<html>", { status: 503 }), "unavailable"],
  ["no such path", () => new Response("Not Found", { status: 404 }), "unimplemented"],
  ["a proxy that limits", () => new Response("", { status: 429 }), "rate-limited"],
  ["no protobuf", () => new Response("<html><body>"), "node"],
  ["an unknown status", () => new Response("{}", { status: 500 }), "node"],
]
for (const [name, respond, code] of answers) {
  test(`${name} is ${code}`, async () => {
    await assert.rejects(answering(respond).query(query), coded(code))
  })
}

test("no connection is unavailable, an aborted call its reason", async () => {
  const transport = http("http://node.test", {
    fetch: (_, init) =>
      init?.signal
        ? new Promise((_, reject) =>
          init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
        )
        : Promise.reject(new TypeError("fetch failed")),
  })
  await assert.rejects(transport.query(query), coded("unavailable"))
  const ending = new AbortController()
  const { signal } = ending
  const call = transport.query(query, { signal })
  const stream = transport.subscribe(["topic"], { signal })[Symbol.asyncIterator]().next()
  ending.abort(new Error("enough"))
  await assert.rejects(call, /enough/)
  await assert.rejects(stream, /enough/)
})

test("a stream that breaks off, lies or compresses unasked is an error", async () => {
  const streams: [Uint8Array, Parameters<typeof coded>[0]][] = [
    [new Uint8Array(0), "unavailable"],
    [frame(0, new Uint8Array(0)).slice(0, 3), "unavailable"],
    [frame(1, new Uint8Array(0)), "node"],
    [frame(0, Uint8Array.of(255)), "node"],
    [Uint8Array.of(0, 255, 255, 255, 255), "node"],
    [frame(2, new TextEncoder().encode(`{"error":{"code":"unavailable"}}`)), "unavailable"],
    [frame(2, new TextEncoder().encode(`{"error":{}}`)), "node"],
  ]
  for (const [bytes, code] of streams) {
    await assert.rejects(async () => {
      const transport = answering(() => new Response(bytes.slice()))
      for await (const _ of transport.subscribe(["topic"])) { /* whatever comes before */ }
    }, coded(code))
  }
})

test("frames come out as they went in, however the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 50 }),
      async (messages, size) => {
        const bytes = new Uint8Array(messages.flatMap((message) => [...frame(0, message)]))
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (let i = 0; i < bytes.length; i += size) {
              controller.enqueue(bytes.slice(i, i + size))
            }
            controller.close()
          },
        })
        const read: number[][] = []
        for await (const { bytes } of frames(body, 100)) read.push([...bytes])
        assert.deepEqual(read, messages.map((message) => [...message]))
      },
    ),
    { numRuns: 100 },
  )
})

test("a topic's envelopes come whole, large ones too", async () => {
  const node = testNode()
  const transport = http("http://node.test", { fetch: fetchOf(node) })
  const message = new Uint8Array(1_000_000).fill(7)
  await transport.publish(
    [{ contentTopic: "topic", timestampNs: 1n, message }],
    "token",
  )
  const { envelopes } = await transport.query(query)
  assert.equal(envelopes[0]!.message.length, message.length)
})

test("a subscription passes over the empty envelope that opens a stream", async () => {
  const envelope = { contentTopic: "topic", timestampNs: 1n, message: new Uint8Array([1]) }
  const bytes = [create(EnvelopeSchema), create(EnvelopeSchema, envelope)]
    .map((each) => frame(0, toBinary(EnvelopeSchema, each)))
  const ending = frame(2, new TextEncoder().encode("{}"))
  const transport = answering(() => new Response(new Blob([...bytes, ending] as BlobPart[])))
  const told = await Array.fromAsync(transport.subscribe(["topic"]))
  assert.deepEqual(told.map(({ contentTopic }) => contentTopic), ["topic"])
})
