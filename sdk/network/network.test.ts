import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { EnvelopeSchema } from "@wafer/proto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { testNode } from "../testing/node.ts"
import { createReader } from "./network.ts"
import { memory } from "./transports/memory.ts"
import type { Direction, Envelope } from "./transport.ts"

const topics = ["/xmtp/0/m-long/proto"]

function nodeWith(count: number, follow: boolean) {
  const node = testNode({ follow })
  for (let n = 0; n < count; n++) {
    const [timestampNs, message] = [BigInt(n + 1), Uint8Array.of(n & 255, n >> 8)]
    node.accept(create(EnvelopeSchema, { contentTopic: topics[0]!, timestampNs, message }))
  }
  return { node, reader: createReader(memory(node.routes)) }
}

async function collect(pages: AsyncIterable<readonly Envelope[]>) {
  const sizes: number[] = []
  const numbers: number[] = []
  for await (const page of pages) {
    sizes.push(page.length)
    numbers.push(...page.map(({ timestampNs }) => Number(timestampNs)))
  }
  return { sizes, numbers }
}

for (const follow of [true, false]) {
  const offering = follow ? "a node with long answers" : "a V1 node"
  for (const count of [0, 1, 60, 100, 120, 2345]) {
    for (const direction of ["ascending", "descending"] satisfies Direction[]) {
      test(`${count} envelopes of ${offering}, ${direction}`, async () => {
        const { reader } = nodeWith(count, follow)
        const { sizes, numbers } = await collect(reader.pages({ topics, direction, limit: 60 }))
        const all = Array.from({ length: count }, (_, n) => n + 1)
        assert.deepEqual(numbers, direction === "ascending" ? all : all.toReversed())
        assert.ok(sizes.slice(0, -1).every((size) => size === 60), `pages of ${sizes}`)
      })
    }
  }
}

test("a long history takes few calls where the node offers long answers", async () => {
  const { node, reader } = nodeWith(2345, true)
  await collect(reader.pages({ topics }))
  assert.deepEqual(node.calls.length, 6) // 100, 100, 200, 400, 800 and 745
  assert.equal(node.calls[0], "query")
})

test("a node that does not is asked once whether it does", async () => {
  const { node, reader } = nodeWith(500, true)
  node.failNext({ call: "read", code: Code.Unimplemented })
  assert.equal((await collect(reader.pages({ topics }))).numbers.length, 500)
  assert.equal((await collect(reader.pages({ topics }))).numbers.length, 500)
  assert.equal(node.calls.filter((call) => call === "read").length, 1)
})

test("answers that end early still come in whole pages", async () => {
  const { node } = nodeWith(1000, true)
  const transport = memory(node.routes)
  const short = createReader({
    ...transport,
    read: (query, options) => transport.read!({ ...query, limit: 37 }, options),
  })
  const { sizes, numbers } = await collect(short.pages({ topics }))
  assert.equal(numbers.length, 1000)
  assert.deepEqual(sizes, Array(10).fill(100))
})
