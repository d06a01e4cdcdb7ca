import { fromJson, type JsonValue } from "@bufbuild/protobuf"
import {
  PublishRequestSchema,
  QueryRequestSchema,
  QueryResponseSchema,
  SortDirection,
  SubscribeRequestSchema,
} from "@wafer/proto"
import { sha256 } from "@wafer/crypto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../../tests/vectors.ts"
import { concat, toBase64, utf8 } from "../../bytes.ts"
import { WaferError } from "../../error.ts"
import { coded } from "../../testing/coded.ts"
import type { Envelope, Query } from "../transport.ts"
import manifest from "../../package.json" with { type: "json" }
import { gateway } from "./gateway.ts"

interface Asked {
  url: string
  headers: Record<string, string>
  body: JsonValue
}

/** A gateway that answers every call alike, and what it was asked. */
function answering(respond: (asked: Asked) => Response) {
  const asked: Asked[] = []
  const transport = gateway("http://node.test/", {
    appVersion: "example-app/1.2.3",
    fetch: (url, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const call = { url: String(url), headers, body: JSON.parse(String(init?.body)) }
      asked.push(call)
      return Promise.resolve(respond(call))
    },
  })
  return { transport, asked }
}

for (const { id, input, output } of vectors("http_api", "httpExchange")) {
  const { path, body, headers } = input.request
  test(`${id}: asks and understands as the official client does (${input.step})`, async () => {
    const { transport, asked } = answering(() =>
      output.response.stream
        ? new Response(null, { status: 200 })
        : Response.json(output.response.body, { status: output.response.status })
    )
    switch (path) {
      case "/message/v1/publish": {
        const token = headers.authorization.replace("Bearer ", "")
        await transport.publish(fromJson(PublishRequestSchema, body).envelopes, token)
        assert.equal(asked[0]!.headers.authorization, headers.authorization)
        break
      }
      case "/message/v1/query": {
        const page = await transport.query(queryOf(body))
        const expected = fromJson(QueryResponseSchema, output.response.body)
        assert.deepEqual(page.envelopes, expected.envelopes)
        assert.equal(page.envelopes.length, output.response.body.envelopes.length)
        assert.deepEqual(page.cursor, expected.pagingInfo!.cursor?.cursor.value)
        break
      }
      case "/message/v1/batch-query": {
        const pages = await transport.batchQuery(body.requests.map(queryOf))
        assert.equal(pages.length, output.response.body.responses.length)
        break
      }
      case "/message/v1/subscribe": {
        const { contentTopics } = fromJson(SubscribeRequestSchema, body)
        let opened = false
        const onOpen = () => opened = true
        for await (const _ of transport.subscribe(contentTopics, { onOpen })) assert.fail()
        assert.equal(opened, true)
        break
      }
      default:
        assert.fail(`no verb for ${path}`)
    }
    assert.equal(asked.length, 1)
    assert.equal(asked[0]!.url, `http://node.test${path}`)
    assert.deepEqual(asked[0]!.body, body)
    assert.equal(asked[0]!.headers["x-app-version"], headers["x-app-version"])
    assert.equal(asked[0]!.headers["x-client-version"], `wafer/${manifest.version}`)
  })
}

for (const { id, input, output } of vectors("http_api", "streamLine")) {
  test(`${id}: reads a stream however it is cut`, async () => {
    const bytes = utf8(`{"result":{}}\n${output.line.trim()}\n`)
    for (const size of [1, 7, 100, bytes.length]) {
      const { transport } = answering(() => new Response(sliced(bytes, size)))
      const envelopes: Envelope[] = []
      for await (const envelope of transport.subscribe(["topic"])) envelopes.push(envelope)
      assert.equal(envelopes.length, 1, "a sign of life is no envelope")
      assert.equal(envelopes[0]!.contentTopic, input.contentTopic)
      assert.equal(String(envelopes[0]!.timestampNs), input.timestampNs)
      assert.equal(toHex(envelopes[0]!.message), input.message)
    }
  })
}

for (const { id, input, output } of vectors("http_api", "cursorDigest")) {
  test(`${id}: the digest of a cursor is the hash of topic and message`, () => {
    const digest = sha256(concat(utf8(input.contentTopic), fromHex(input.message)))
    assert.equal(toHex(digest), output.digest)
    assert.equal(toBase64(digest), output.digestBase64)
  })
}

const query = { topics: ["topic"] }

test("a refusal says its code, its message and when to come back", async () => {
  const refusal = { code: 8, message: "1 exceeds rate limit R127.0.0.1PUB", details: [] }
  const { transport } = answering(() =>
    Response.json(refusal, { status: 429, headers: { "retry-after": "2" } })
  )
  await assert.rejects(
    transport.query(query),
    (error: unknown) =>
      error instanceof WaferError && error.code === "rate-limited" &&
      error.message === refusal.message && error.retryAfterMs === 2000,
  )
})

const answers: [string, () => Response, Parameters<typeof coded>[0]][] = [
  [
    "401",
    () => Response.json({ code: 16, message: "token expired" }, { status: 401 }),
    "unauthenticated",
  ],
  ["403", () => Response.json({ code: 7, message: "no" }, { status: 403 }), "permission-denied"],
  ["400", () => Response.json({ code: 3, message: "no" }, { status: 400 }), "rejected"],
  ["a proxy's page", () => new Response("<html>", { status: 503 }), "unavailable"],
  ["a proxy that reaches no node", () => new Response("", { status: 502 }), "unavailable"],
  ["a proxy that limits", () => new Response("", { status: 429 }), "rate-limited"],
  ["no such path", () => new Response("Not Found", { status: 404 }), "unimplemented"],
  ["not JSON", () => new Response("<html>"), "unavailable"],
  ["another JSON", () => Response.json({ envelopes: "none" }), "node"],
  ["JSON of another kind", () => Response.json([]), "node"],
]
for (const [name, respond, code] of answers) {
  test(`${name} is ${code}`, async () => {
    await assert.rejects(answering(respond).transport.query(query), coded(code))
  })
}

test("no connection is unavailable, an aborted call its reason", async () => {
  const transport = gateway("http://node.test", {
    fetch: (_, init) =>
      init?.signal
        ? new Promise((_, reject) =>
          init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
        )
        : Promise.reject(new TypeError("fetch failed")),
  })
  await assert.rejects(transport.query(query), coded("unavailable"))
  const ending = new AbortController()
  const call = transport.query(query, { signal: ending.signal })
  ending.abort(new Error("enough"))
  await assert.rejects(call, /enough/)
})

test("an error in the middle of a stream is thrown, as is a line that never ends", async () => {
  const lines = `{"error":{"code":14,"message":"going down","details":[]}}\n`
  const streams: [Uint8Array, Parameters<typeof coded>[0]][] = [
    [utf8(lines), "unavailable"],
    [utf8("{nonsense}\n"), "node"],
    [new Uint8Array(3_000_000).fill(32), "node"],
  ]
  for (const [bytes, code] of streams) {
    const { transport } = answering(() => new Response(sliced(bytes, 65_536)))
    await assert.rejects(async () => {
      for await (const _ of transport.subscribe(["topic"])) assert.fail()
    }, coded(code))
  }
})

function sliced(bytes: Uint8Array, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(offset, offset += size))
    },
  })
}

/** What the SDK would have asked for this body. */
function queryOf(body: JsonValue): Query {
  const { contentTopics, startTimeNs, endTimeNs, pagingInfo } = fromJson(QueryRequestSchema, body)
  const { direction, limit, cursor } = pagingInfo!
  const index = cursor?.cursor.value
  return {
    topics: contentTopics,
    limit,
    ...(startTimeNs > 0n && { startNs: startTimeNs }),
    ...(endTimeNs > 0n && { endNs: endTimeNs }),
    ...(direction === SortDirection.ASCENDING && { direction: "ascending" }),
    ...(direction === SortDirection.DESCENDING && { direction: "descending" }),
    ...(index && { cursor: index }),
  }
}
