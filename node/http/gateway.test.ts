import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import {
  PublishRequestSchema,
  QueryRequestSchema,
  QueryResponseSchema,
  SortDirection,
} from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import {
  alice,
  batch,
  message,
  metricsOf,
  publish,
  query,
  withNode,
} from "../../tests/node/gateway.ts"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { encodeBase64 } from "../base64.ts"
import { digestOf } from "../store/envelope.ts"

describe("what an official client and a node said to each other", () => {
  const exchanges = vectors("http_api", "httpExchange")
  const lastToken = exchanges.map(({ input }) => input.request.headers.authorization)
    .findLast((header) => header)

  it("is said again", async () => {
    const createdNs = await createdOf(lastToken)
    const now = () => new Date(Number(createdNs / 1_000_000n))
    await withNode(async (node) => {
      for (const { id, input: { request }, output: { response } } of exchanges) {
        if (response.body === null || request.path.includes("subscribe")) continue
        const answer = await node.fetch(
          new Request(`http://node${request.path}`, {
            method: request.method,
            headers: { ...request.headers, "content-type": "text/plain;charset=UTF-8" },
            body: JSON.stringify(request.body),
          }),
        )
        assert.equal(answer.status, response.status, id)
        assert.deepEqual(await answer.json(), response.body, id)
      }
    }, { now })
  })

  for (const { id, input, output } of vectors("http_api", "cursorDigest")) {
    it(`${id}: the digest of its cursors`, () => {
      const { contentTopic, message } = input
      const envelope = { contentTopic, message: fromHex(message), timestampNs: 0n }
      const digest = digestOf({ ...envelope, $typeName: "xmtp.message_api.v1.Envelope" })
      assert.equal(encodeBase64(digest), output.digestBase64)
      if (output.digest) assert.equal(toHex(digest), output.digest)
    })
  }

  for (const { id, input, output } of vectors("http_api", "streamLine")) {
    it(`${id}: a line of a stream`, async () => {
      await withNode(async (_, post) => {
        const stream = await post("/message/v1/subscribe", { contentTopics: [input.contentTopic] })
        const { contentTopic, timestampNs } = input
        const message = encodeBase64(fromHex(input.message))
        await post(publish, { envelopes: [{ contentTopic, timestampNs, message }] })
        assert.deepEqual(await firstLine(stream), JSON.parse(output.line ?? output.ndjson))
      })
    })
  }
})

describe("answers of the gateway", () => {
  it("has every field, numbers as strings, absent messages as null", async () => {
    await withNode(async (_, post) => {
      const empty = await post(query, { contentTopics: ["none"] })
      assert.equal(empty.headers.get("content-type"), "application/json")
      assert.equal(
        await empty.text(),
        `{"envelopes":[],"pagingInfo":{"limit":0,"cursor":null,"direction":"SORT_DIRECTION_DESCENDING"}}`,
      )
      assert.equal(
        await (await post(publish, { envelopes: [message("\xfb\xff", "7")] })).text(),
        "{}",
      )
      const [envelope] =
        (await (await post(query, { contentTopics: ["/xmtp/0/m-1/proto"] })).json())
          .envelopes
      assert.deepEqual(envelope, {
        contentTopic: "/xmtp/0/m-1/proto",
        timestampNs: "7",
        message: "+/8=",
      })
    })
  })

  const spellings: [string, unknown][] = [
    ["snake case", { envelopes: [{ content_topic: "t", timestamp_ns: "7", message: "+/8=" }] }],
    ["numbers as numbers", { envelopes: [{ contentTopic: "t", timestampNs: 7, message: "+/8=" }] }],
    ["URL-safe base64", { envelopes: [{ contentTopic: "t", timestampNs: "7", message: "-_8" }] }],
    ["unknown fields", {
      envelopes: [{ contentTopic: "t", timestampNs: "7", message: "+/8=", x: { y: [1] } }],
      z: null,
    }],
  ]
  for (const [name, body] of spellings) {
    it(`takes ${name}`, async () => {
      await withNode(async (_, post) => {
        assert.equal((await post(publish, body)).status, 200)
        const page = await (await post(query, { content_topics: ["t"], paging_info: null })).json()
        assert.deepEqual(page.envelopes, [{ contentTopic: "t", timestampNs: "7", message: "+/8=" }])
      })
    })
  }

  it("keeps every digit of a time that is a number", async () => {
    await withNode(async (_, post) => {
      const body = `{"envelopes":[{"contentTopic":"t","timestampNs":1710506096789000123}]}`
      assert.equal((await post(publish, body)).status, 200)
      const [stored] = (await (await post(query, { contentTopics: ["t"] })).json()).envelopes
      assert.equal(stored.timestampNs, "1710506096789000123")
    })
  })

  it("takes directions by name and by number", async () => {
    await withNode(async (_, post) => {
      await post(publish, { envelopes: [message("a", "1"), message("b", "2")] })
      for (const direction of ["SORT_DIRECTION_ASCENDING", 1]) {
        const body = { contentTopics: ["/xmtp/0/m-1/proto"], pagingInfo: { direction } }
        const page = await (await post(query, body)).json()
        assert.deepEqual(page.envelopes, [message("a", "1"), message("b", "2")])
        assert.equal(page.pagingInfo.direction, "SORT_DIRECTION_ASCENDING")
      }
    })
  })

  it("speaks protobuf when that is the exact content type", async () => {
    await withNode(async (_, post) => {
      const headers = {
        "content-type": "application/x-protobuf",
        authorization: alice.authorization(),
      }
      const envelope = { contentTopic: "t", timestampNs: 9n, message: new Uint8Array([1, 2]) }
      const request = create(PublishRequestSchema, { envelopes: [envelope] })
      await post(publish, toBinary(PublishRequestSchema, request), headers)
      const ask = create(QueryRequestSchema, { contentTopics: ["t"] })
      const answer = await post(query, toBinary(QueryRequestSchema, ask), headers)
      assert.equal(answer.headers.get("content-type"), "application/x-protobuf")
      const page = fromBinary(QueryResponseSchema, new Uint8Array(await answer.arrayBuffer()))
      assert.equal(page.envelopes[0]?.timestampNs, 9n)
      assert.equal(page.pagingInfo?.direction, SortDirection.DESCENDING)
    })
  })

  it("is compressed for pages, and for nothing else", async () => {
    await withNode(async (_, post) => {
      const headers = { "accept-encoding": "gzip", authorization: alice.authorization() }
      const page = await post(query, { contentTopics: ["t"] }, headers)
      assert.equal(page.headers.get("content-encoding"), "gzip")
      const plain = page.body!.pipeThrough(new DecompressionStream("gzip"))
      assert.deepEqual((await new Response(plain).json()).envelopes, [])
      const published = await post(publish, { envelopes: [] }, headers)
      assert.equal(published.headers.get("content-encoding"), null)
      const stream = await post("/message/v1/subscribe", { contentTopics: ["t"] }, headers)
      assert.equal(stream.headers.get("content-encoding"), null)
      await stream.body!.cancel()
    })
  })

  it("lets any page ask", async () => {
    await withNode(async (node, post) => {
      const preflight = await node.fetch(
        new Request(`http://node${publish}`, {
          method: "OPTIONS",
          headers: {
            origin: "https://example.org",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,x-client-version",
          },
        }),
      )
      assert.equal(preflight.status, 200)
      assert.equal(preflight.headers.get("access-control-allow-origin"), "*")
      const allowed = preflight.headers.get("access-control-allow-headers")!.toLowerCase()
      for (const name of ["authorization", "x-client-version", "x-app-version", "content-type"]) {
        assert.ok(allowed.includes(name), name)
      }
      const refused = await post(publish, { envelopes: [] }, {})
      assert.equal(refused.headers.get("access-control-allow-origin"), "*")
      assert.match(refused.headers.get("access-control-expose-headers")!, /Retry-After/)
    })
  })
})

describe("refusals of the gateway", () => {
  const bigTopic = "t".repeat(301)
  const topics = (count: number, name = "t") => ({ contentTopics: Array(count).fill(name) })
  const paged = (names: string[], pagingInfo: unknown) => ({ contentTopics: names, pagingInfo })
  const preferences = (name: string) => `/xmtp/0/userpreferences-${name}/proto`
  const publishing = (...envelopes: unknown[]) => ({ envelopes })
  const cases: [name: string, path: string, body: unknown, message?: RegExp, status?: number][] = [
    ["broken JSON", query, "{"],
    ["an array for a message", query, []],
    ["text for a list", query, { contentTopics: "t" }],
    ["a negative number", query, { ...topics(1), startTimeNs: "-1" }],
    ["a number over 64 bits", query, { ...topics(1), startTimeNs: "18446744073709551616" }],
    ["base64 that is none", publish, publishing({ message: "*" })],
    ["bytes that are not UTF-8", query, new Uint8Array([0x22, 0xff, 0x22])],
    ["no topic", query, {}, /^content topics required$/],
    ["no body and so no topic", query, "", /^content topics required$/],
    ["a page of 101", query, paged(["t"], { limit: 101 }), /^cannot exceed 100 rows per query$/],
    [
      "a page of 501 preferences",
      query,
      paged([preferences("x")], { limit: 501 }),
      /^cannot exceed 100 rows per query$/,
    ],
    [
      "a page of 500 of two preference topics",
      query,
      paged([preferences("x"), preferences("y")], { limit: 500 }),
      /^cannot exceed 100 rows per query$/,
    ],
    [
      "a cursor beyond time",
      query,
      paged(["t"], { cursor: { index: { senderTimeNs: "9223372036854775808" } } }),
      /cursor/,
    ],
    [
      "51 queries at once",
      batch,
      { requests: Array(51).fill(topics(1)) },
      /^cannot exceed 50 requests in single batch$/,
    ],
    [
      "a batch with a bad query",
      batch,
      { requests: [topics(1), {}] },
      /content topics required/,
      500,
    ],
    ["more topics than one query may have", query, topics(10_001), /^cannot exceed 10000 topics$/],
    [
      "more topics than one batch may have",
      batch,
      { requests: Array(3).fill(topics(4000)) },
      /^cannot exceed 10000 topics$/,
    ],
    ["a long topic", publish, publishing(message("a", "1", bigTopic)), /^topic length too big$/],
    [
      "a topic long in bytes only",
      publish,
      publishing(message("a", "1", "ü".repeat(151))),
      /^topic length too big$/,
    ],
    ["a topic with half a character", publish, publishing(message("a", "1", "\ud800"))],
    ["a long message", publish, publishing(message("a".repeat(1_048_215))), /^message too big$/],
    ["a time over 63 bits", publish, publishing(message("a", "9223372036854775808")), /timestamp/],
    [
      "somebody else's contact",
      publish,
      publishing(message("a", "1", `/xmtp/0/contact-0x${"0".repeat(40)}/proto`)),
      /^publishing to restricted topic$/,
      403,
    ],
    ["an unknown path", "/message/v1/nothing", {}, /^Not Found$/, 404],
  ]
  const codes: Record<number, number> = { 400: 3, 403: 7, 404: 5, 500: 13 }
  for (const [name, path, body, text = /./, status = 400] of cases) {
    it(name, async () => {
      await withNode(async (node, post) => {
        const answer = await post(path, body)
        const error = await answer.json()
        assert.equal(answer.status, status, error.message)
        assert.equal(error.code, codes[status])
        assert.match(error.message, text)
        assert.ok(Array.isArray(error.details))
        assert.match(await metricsOf(node), /^wafer_log_head 0$/m)
        assert.equal((await post(query, { contentTopics: ["t"] })).status, 200)
      })
    })
  }

  it("a wrong verb", async () => {
    await withNode(async (node) => {
      const answer = await node.fetch(new Request(`http://node${query}`))
      assert.equal(answer.status, 501)
      assert.deepEqual(await answer.json(), {
        code: 12,
        message: "Method Not Allowed",
        details: [],
      })
    })
  })

  it("a publish without a token says what it wants", async () => {
    await withNode(async (_, post) => {
      const answer = await post(publish, { envelopes: [message("a")] }, {})
      assert.equal(answer.status, 401)
      assert.equal(answer.headers.get("www-authenticate"), "authorization token is not provided")
      assert.equal((await answer.json()).code, 16)
    })
  })

  it("a request over the limit, announced or not", async () => {
    await withNode(async (node, post) => {
      const announced = await post(query, "x".repeat(1001))
      assert.equal(announced.status, 429)
      assert.deepEqual(await announced.json(), {
        code: 8,
        message: "grpc: received message larger than max (1001 vs. 1000)",
        details: [],
      })
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(600)),
      })
      const request = { method: "POST", body, duplex: "half" }
      const endless = await node.fetch(new Request(`http://node${query}`, request as RequestInit))
      assert.equal(endless.status, 429)
    }, { limits: { maxRequestBytes: 1000 } })
  })

  it("a body that stops coming", async () => {
    await withNode(async (node) => {
      const paths = [query, "/xmtp.message_api.v1.MessageApi/Query"]
      const types = ["application/json", "application/proto", "application/connect+proto"]
      for (const [path, type] of paths.flatMap((path) => types.map((type) => [path, type]))) {
        const body = new ReadableStream({ start: (c) => c.enqueue(new Uint8Array([123])) })
        const headers = { "content-type": type! }
        const request = { method: "POST", headers, body, duplex: "half" }
        const answer = await node.fetch(new Request(`http://node${path}`, request as RequestInit))
        assert.notEqual(answer.status, 200)
        await answer.body?.cancel()
      }
      assert.equal((await node.fetch(new Request("http://node/healthz"))).status, 200)
    }, { limits: { maxSilentMs: 20 } })
  })

  it("keeps what came before the refused envelope", async () => {
    await withNode(async (node, post) => {
      const envelopes = [message("a", "1"), message("b", "1", bigTopic), message("c", "1")]
      assert.equal((await post(publish, { envelopes })).status, 400)
      assert.match(await metricsOf(node), /^wafer_log_head 1$/m)
    })
  })

  it("stores nothing of a request with one foreign topic", async () => {
    await withNode(async (node, post) => {
      const envelopes = [message("a"), message("b", "1", "/xmtp/0/privatestore-x/key_bundle/proto")]
      assert.equal((await post(publish, { envelopes })).status, 403)
      assert.match(await metricsOf(node), /^wafer_log_head 0$/m)
    })
  })
})

describe("streams of the gateway", () => {
  it("open at once, carry what arrives, and nothing from before", async () => {
    await withNode(async (_, post) => {
      await post(publish, { envelopes: [message("before")] })
      const contentTopics = ["/xmtp/0/m-1/proto", "/xmtp/0/mE-1/proto"]
      const stream = await post("/message/v1/subscribe", { contentTopics }, {})
      assert.equal(stream.status, 200)
      assert.equal(stream.headers.get("content-type"), "application/json")
      const sent = [
        message("one", "3"),
        message("elsewhere", "3", "/xmtp/0/m-2/proto"),
        message("passing", "2", "/xmtp/0/mE-1/proto"),
        message("one", "3"),
      ]
      await post(publish, { envelopes: sent })
      const lines = await readLines(stream, 3)
      assert.deepEqual(lines, [sent[0], sent[2], sent[3]].map((result) => ({ result })))
      const page = await (await post(query, { contentTopics })).json()
      assert.equal(page.envelopes.length, 2)
    })
  })

  it("show every topic under /xmtp/0/ to who asks for all", async () => {
    await withNode(async (_, post) => {
      const all = await post("/message/v1/subscribe-all", {}, {})
      const star = await post("/message/v1/subscribe", { contentTopics: ["*"] }, {})
      await post(publish, { envelopes: [message("x", "1", "other"), message("y", "2")] })
      for (const stream of [all, star]) {
        assert.deepEqual(await firstLine(stream), { result: message("y", "2") })
      }
    })
  })

  it("say that they live by an empty result", async () => {
    await withNode(async (_, post) => {
      const stream = await post("/message/v1/subscribe", { contentTopics: ["t"] }, {})
      assert.deepEqual(await readLines(stream, 2), [{ result: {} }, { result: {} }])
    }, { heartbeatMs: 5 })
  })

  it("end with an error that tells a slow reader to come again", async () => {
    await withNode(async (_, post) => {
      const stream = await post("/message/v1/subscribe", { contentTopics: ["t"] }, {})
      const envelopes = Array.from({ length: 20 }, (_, i) => message(`${i}`, "1", "t"))
      await post(publish, { envelopes })
      const lines = (await stream.text()).trim().split("\n").map((line) => JSON.parse(line))
      assert.ok(lines.length > 4 && lines.length < 20)
      assert.equal(lines.at(-1).error.code, 10)
      assert.match(lines.at(-1).error.message, /fell behind/)
    }, { subscriberBuffer: 4 })
  })

  it("are forgotten when their reader goes", async () => {
    await withNode(async (node, post) => {
      const stream = await post("/message/v1/subscribe", { contentTopics: ["t"] }, {})
      assert.match(await metricsOf(node), /^wafer_subscribers 1$/m)
      await stream.body!.cancel()
      assert.match(await metricsOf(node), /^wafer_subscribers 0$/m)
    })
  })

  it("end when the node stops", async () => {
    await withNode(async (node, post) => {
      const stream = await post("/message/v1/subscribe", { contentTopics: ["t"] }, {})
      await node.close()
      assert.equal(await stream.text(), "")
      assert.equal((await post(publish, { envelopes: [message("a")] })).status, 503)
      assert.equal((await node.fetch(new Request("http://node/readyz"))).status, 503)
    })
  })
})

async function firstLine(stream: Response): Promise<unknown> {
  return (await readLines(stream, 1))[0]
}

async function readLines(stream: Response, count: number): Promise<unknown[]> {
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  while (text.split("\n").length <= count) {
    const { done, value } = await reader.read()
    if (done) break
    text += value
  }
  await reader.cancel()
  return text.split("\n").slice(0, count).map((line) => JSON.parse(line))
}

async function createdOf(authorization: string): Promise<bigint> {
  const { AuthDataSchema, TokenSchema } = await import("@wafer/proto")
  const bytes = Uint8Array.from(atob(authorization.slice(7)), (c) => c.charCodeAt(0))
  const token = fromBinary(TokenSchema, bytes)
  return fromBinary(AuthDataSchema, token.authDataBytes).createdNs
}
