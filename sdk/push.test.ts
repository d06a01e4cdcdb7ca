import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, vectors } from "../tests/vectors.ts"
import { hmacKeys } from "./protocol/hmac-keys.ts"
import { shouldNotify } from "./push.ts"
import { coded } from "./testing/coded.ts"

for (const { id, input, output } of vectors("messages_v2", "messageV2")) {
  test(`${id}: wakes everybody's phone but the sender's`, () => {
    const message = fromHex(output.message)
    const keysOf = (address: string) =>
      hmacKeys(fromHex(input.keyMaterial), address, Number(input.nowMs))
    const sender = keysOf(input.sender.address)
    const other = keysOf("0x1111111111111111111111111111111111111111")
    const hasHmac = output.senderHmac !== null
    assert.equal(shouldNotify(message, other), !hasHmac || input.shouldPush)
    assert.equal(shouldNotify(message, sender), !hasHmac)
    const longAgo = hmacKeys(fromHex(input.keyMaterial), input.sender.address, 0)
    assert.equal(shouldNotify(message, longAgo), !hasHmac || input.shouldPush)
  })
}

test("V1 messages wake, and what is no message is an error", () => {
  const { output } = vectors("messages_v1", "messageV1")[0]!
  assert.equal(shouldNotify(fromHex(output.message), []), true)
  assert.throws(() => shouldNotify(Uint8Array.of(255), []), coded("malformed"))
})
