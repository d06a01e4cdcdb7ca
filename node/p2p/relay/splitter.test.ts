import assert from "node:assert/strict"
import { test } from "node:test"
import type { RPC } from "@libp2p/gossipsub/message"
import fc from "fast-check"
import { MAX_RPC_BYTES, splitRpc } from "./splitter.ts"

const topic = "t"
const control = { ihave: [], iwant: [], graft: [{ topicID: topic }], prune: [], idontwant: [] }

function sizes(rpc: RPC): number[] {
  return rpc.messages.map(({ data }) => data!.length)
}

test("messages keep their order, and no RPC is larger than it may be", () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 1 << 20 }))
  fc.assert(
    fc.property(fc.array(length, { maxLength: 30 }), fc.boolean(), (lengths, withControl) => {
      const messages = lengths.map((n) => ({ topic, data: new Uint8Array(n) }))
      const rpc: RPC = { subscriptions: [], messages, ...(withControl && { control }) }
      const parts = splitRpc(rpc)
      assert.deepEqual(parts.flatMap(sizes), lengths)
      for (const part of parts) {
        const total = sizes(part).reduce((a, b) => a + b, 0)
        assert.ok(total <= MAX_RPC_BYTES)
        assert.ok(part.messages.length === 1 || sizes(part).every((n) => n <= 256 * 1024))
      }
      assert.equal(parts.filter((part) => part.control !== undefined).length, withControl ? 1 : 0)
    }),
    { numRuns: 50 },
  )
})

test("the largest envelope has an RPC of its own", () => {
  const messages = [{ topic, data: new Uint8Array(1_048_300) }]
  const [first, second] = splitRpc({ subscriptions: [], messages, control })
  assert.deepEqual([first!.messages.length, first!.control], [0, control])
  assert.deepEqual([second!.messages.length, second!.control], [1, undefined])
})

test("what is handed to one peer is not handed to the next", () => {
  const rpc: RPC = { subscriptions: [], messages: [{ topic, data: new Uint8Array(1) }] }
  const [sent] = splitRpc(rpc)
  sent!.control = control
  assert.equal(rpc.control, undefined)
})
