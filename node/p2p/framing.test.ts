import assert from "node:assert/strict"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import { SyncRoundSchema } from "@wafer/proto/p2p"
import { pipe } from "../../tests/network/pipe.ts"
import { channel, prefixed, ProtocolError } from "./framing.ts"

const LIMITS = { maxBytes: 100_000, timeoutMs: 5000 }
const roundOf = (length: number) =>
  create(SyncRoundSchema, { message: new Uint8Array(length).map((_, i) => i * 7) })

function channels(chunk: number) {
  const [left, right] = pipe({ chunk })
  const open = (stream: typeof left) => channel(stream, SyncRoundSchema, SyncRoundSchema, LIMITS)
  return { left, out: open(left), in: open(right) }
}

const lengths = [0, 1, 126, 127, 128, 5000, 3, 9000]

for (const chunk of [1, 2, 3, 100, 4096, Infinity]) {
  test(`messages in pieces of ${chunk} bytes arrive whole and in order`, async () => {
    const { out, in: incoming } = channels(chunk)
    await out.write(...lengths.map(roundOf))
    await out.close()
    for (const length of lengths) {
      assert.deepEqual((await incoming.read()).message, roundOf(length).message)
    }
    await assert.rejects(incoming.read(), (e: ProtocolError) => e.code === "closed")
  })
}

test("a message in tiny pieces is copied a few times, not once for each of them", async () => {
  const { out, in: incoming } = channels(1)
  await out.write(roundOf(10_000))
  const { set } = Uint8Array.prototype
  let copied = 0
  Uint8Array.prototype.set = function (from: ArrayLike<number>, at?: number) {
    copied += from.length
    set.call(this, from, at)
  }
  try {
    await incoming.read()
  } finally {
    Uint8Array.prototype.set = set
  }
  assert.ok(copied < 100_000, `${copied} bytes copied`)
})

for (
  const [what, bytes, code] of [
    ["longer than allowed", [0xff, 0xff, 0x7f], "oversized"],
    ["of a length without an end", [0xff, 0xff, 0xff, 0xff], "oversized"],
    ["that is none of the protocol", [...prefixed(Uint8Array.of(0x0a, 9, 1))], "malformed"],
    ["that ends too early", [9, 0x0a], "closed"],
  ] as const
) {
  test(`a message ${what} is ${code}`, async () => {
    const { left, in: incoming } = channels(1)
    left.send(Uint8Array.from(bytes))
    await left.close()
    await assert.rejects(incoming.read(), (e: ProtocolError) => e.code === code)
  })
}
