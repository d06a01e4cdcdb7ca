import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { EnvelopeSchema, SubscribeRequestSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createNode, type Node } from "../node.ts"
import { itemOf } from "../store/envelope.ts"
import { memoryStore } from "../store/memory.ts"

const contentTopic = "/xmtp/0/m-first/proto"

function subscribe(node: Node, type: string): Promise<Response> {
  const text = `{"contentTopics":["${contentTopic}"]}`
  const message = type.includes("json") ? new TextEncoder().encode(text) : toBinary(
    SubscribeRequestSchema,
    create(SubscribeRequestSchema, { contentTopics: [contentTopic] }),
  )
  const request = new Request("http://node/xmtp.message_api.v1.MessageApi/Subscribe", {
    method: "POST",
    headers: { "content-type": type },
    body: Uint8Array.from([0, 0, 0, 0, message.length, ...message]),
  })
  return node.fetch(request, { holdsHeaders: true })
}

interface Frame {
  readonly flags: number
  readonly data: Uint8Array
}

function framesOf(body: Uint8Array): Frame[] {
  const frames: Frame[] = []
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  for (let at = 0; at < body.length;) {
    const end = at + 5 + view.getUint32(at + 1)
    frames.push({ flags: view.getUint8(at), data: body.subarray(at + 5, end) })
    at = end
  }
  return frames
}

const types = [
  "application/connect+proto",
  "application/connect+json",
  "application/grpc-web+proto",
]

for (const type of types) {
  describe(`a stream of ${type} on a server that holds headers`, () => {
    it("begins with one byte, and no client sees a message for it", async () => {
      const store = memoryStore()
      const node = await createNode({ store })
      const response = await subscribe(node, type)
      const reader = response.body!.getReader()
      const first = (await reader.read()).value!
      assert.deepEqual([...first], [0])
      const message = Uint8Array.of(1, 2, 3)
      const envelope = create(EnvelopeSchema, { contentTopic, timestampNs: 7n, message })
      await store.append([itemOf(envelope, "client", 0n)])
      const chunks = [first, (await reader.read()).value!]
      await node.close()
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        chunks.push(next.value)
      }
      const [only, end, ...more] = framesOf(Uint8Array.from(chunks.flatMap((chunk) => [...chunk])))
      assert.equal(only!.flags, 0)
      if (type.includes("json")) {
        const { timestampNs } = JSON.parse(new TextDecoder().decode(only!.data))
        assert.equal(timestampNs, "7")
      } else {
        assert.equal(fromBinary(EnvelopeSchema, only!.data).timestampNs, 7n)
      }
      assert.equal(end!.flags, type.includes("web") ? 0x80 : 2)
      assert.deepEqual(more, [])
    })

    it("is still made of whole frames when it ends without a message", async () => {
      const node = await createNode({ store: memoryStore() })
      const response = await subscribe(node, type)
      await node.close()
      const frames = framesOf(new Uint8Array(await response.arrayBuffer()))
      assert.deepEqual(frames.map(({ flags }) => flags), [0, type.includes("web") ? 0x80 : 2])
      assert.equal(
        new TextDecoder().decode(frames[0]!.data),
        type.includes("json") ? "{}" : "",
      )
    })
  })
}
