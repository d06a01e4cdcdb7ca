import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { it } from "node:test"
import { account } from "../tests/node/token.ts"
import { createNode, type Node } from "./node.ts"
import { memoryStore } from "./store/memory.ts"

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: { key: string; value: Record<string, string> }[]
  readonly status?: { code: number }
}

/** A collector that keeps what it is sent. */
async function collector(status: number) {
  const bodies: string[] = []
  const paths: string[] = []
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (text: string) => body += text).on("end", () => {
      bodies.push(body)
      paths.push(`${request.url} ${request.headers["x-key"]}`)
      response.writeHead(status).end("{}")
    })
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bodies,
    paths,
    spans: (): Span[] =>
      bodies.flatMap((body) => JSON.parse(body).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans),
    close: () => server.close(),
  }
}

const authorization = account(61).authorization()
const topic = "/xmtp/0/m-traced/proto"

async function post(node: Node, path: string, body: unknown, headers: HeadersInit = {}) {
  const init = { method: "POST", headers, body: JSON.stringify(body) }
  const request = new Request(`http://node/message/v1/${path}`, init)
  return await node.fetch(request, { remoteAddress: "192.0.2.9" })
}

it("every call becomes a span of its caller's trace, without topic, token or address", async () => {
  const sink = await collector(200)
  const node = await createNode({
    store: memoryStore(),
    traces: { endpoint: `${sink.endpoint}/`, headers: { "x-key": "k" }, service: "n1" },
  })
  const [trace, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
  const envelopes = [1, 2].map((n) => ({ contentTopic: topic, timestampNs: `${n}`, message: "" }))
  await post(node, "publish", { envelopes }, { authorization })
  await post(node, "publish", { envelopes })
  await post(node, "query", { contentTopics: [topic] }, { traceparent: `00-${trace}-${parent}-01` })
  await post(node, "query", { contentTopics: [topic] }, { traceparent: `00-${trace}-${parent}-00` })
  await post(node, "query", { contentTopics: [topic] }, { traceparent: "no trace" })
  const stream = await post(node, "subscribe", { contentTopics: [topic] })
  await stream.body!.cancel()
  await node.close()
  sink.close()

  const seen = sink.spans().map(({ name, status, attributes }) => {
    const all = new Map(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
    assert.equal(all.get("rpc.method"), name)
    return [name, all.get("wafer.code"), all.get("wafer.envelopes"), status?.code]
  })
  assert.deepEqual(seen, [
    ["Publish", "ok", "2", undefined],
    ["Publish", "Unauthenticated", "2", 2],
    ["Query", "ok", undefined, undefined],
    ["Query", "ok", undefined, undefined],
    ["Subscribe", "ok", undefined, undefined],
  ])
  const spans = sink.spans()
  assert.deepEqual([spans[2]!.traceId, spans[2]!.parentSpanId], [trace, parent])
  assert.equal(spans[3]!.parentSpanId, undefined)
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, spans.length)
  for (const { traceId, spanId, startTimeUnixNano: start, endTimeUnixNano: end } of spans) {
    assert.match(`${traceId} ${spanId}`, /^[0-9a-f]{32} [0-9a-f]{16}$/)
    assert.ok(BigInt(start) <= BigInt(end))
    assert.ok(Math.abs(Number(BigInt(end) / 1_000_000n) - Date.now()) < 600_000)
  }
  assert.ok(sink.paths.every((path) => path === "/v1/traces k"))
  assert.doesNotMatch(sink.bodies.join(), /traced|Bearer|192\.0\.2/)
  assert.match(sink.bodies[0]!, /"service\.name","value":\{"stringValue":"n1"\}/)
})

it("spans that no collector takes are counted, and nothing else suffers", async () => {
  const sink = await collector(503)
  let said = ""
  await using node = await createNode({
    store: memoryStore(),
    traces: { endpoint: sink.endpoint, intervalMs: 5 },
    log: (_, event) => said += `${event} `,
  })
  assert.equal((await post(node, "query", { contentTopics: [topic] })).status, 200)
  const lost = async () => await (await node.fetch(new Request("http://node/metrics"))).text()
  while (!/^wafer_spans_lost_total 1$/m.test(await lost())) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.match(said, /spans lost/)
  sink.close()
})
