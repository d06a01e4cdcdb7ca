import { create, toBinary } from "@bufbuild/protobuf"
import { EnvelopeSchema, SubscribeRequestSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { it } from "node:test"
import { createNode } from "../node.ts"
import { itemOf } from "../store/envelope.ts"
import { memoryStore } from "../store/memory.ts"
import type { Item } from "../store/store.ts"

const contentTopic = "/xmtp/0/m-1/proto"

function item(n: number): Item {
  const message = new Uint8Array(100_000).fill(n)
  const envelope = create(EnvelopeSchema, { contentTopic, timestampNs: BigInt(n), message })
  return itemOf(envelope, "client", 0n)
}

function framed(message: Uint8Array): Uint8Array {
  return Uint8Array.from([0, 0, 0, 0, message.length, ...message])
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

it("a client that reads nothing and then breaks its request ends its own stream only", async () => {
  const store = memoryStore()
  await using node = await createNode({ store })
  let requests!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (requests = controller),
  })
  const path = "/xmtp.message_api.v1.MessageApi/Subscribe2"
  const headers = { "content-type": "application/connect+proto" }
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit
  const response = await node.fetch(new Request(`http://node${path}`, init))
  const topics = create(SubscribeRequestSchema, { contentTopics: [contentTopic] })
  requests.enqueue(framed(toBinary(SubscribeRequestSchema, topics)))
  const metrics = async () => await (await node.fetch(new Request("http://node/metrics"))).text()
  while (!/^wafer_subscribers 1$/m.test(await metrics())) await later()
  // More than the stream takes ahead of its reader.
  await store.append(Array.from({ length: 20 }, (_, i) => item(i)))
  await later()
  requests.enqueue(framed(Uint8Array.of(0xff, 0xff, 0xff)))
  while (!/^wafer_subscribers 0$/m.test(await metrics())) await later()
  // A rejection that nobody handles would have failed the test by now.
  assert.match(await response.text(), /"code":"internal","message":"parse binary/)
  assert.equal((await node.fetch(new Request("http://node/healthz"))).status, 200)
})
