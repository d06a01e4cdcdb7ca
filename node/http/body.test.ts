import { Code } from "@connectrpc/connect"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { Refusal } from "../refusal.ts"
import { readBody } from "./body.ts"

const limits = { maxRequestBytes: 100_000, maxSilentMs: 60_000, maxRequestMs: 60_000 }

/** A request whose body comes in these pieces, and then ends or stops. */
function request(
  pieces: readonly Uint8Array[],
  headers: Record<string, string> = {},
  ends = true,
): Request {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      if (ends) controller.close()
    },
  })
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, headers, duplex: "half" }
  return new Request("http://node/", init)
}

const announced = (bytes: number) => ({ "content-length": String(bytes) })
const refused = (code: Code) => (error: unknown) => error instanceof Refusal && error.code === code

describe("a body", () => {
  const whole = Uint8Array.from({ length: 1000 }, (_, i) => i)
  const pieces = [whole.subarray(0, 1), whole.subarray(1, 400), whole.subarray(400)]

  it("is put together, whether its length was announced or not", async () => {
    for (const headers of [{}, announced(1000), announced(90_000)]) {
      assert.deepEqual(await readBody(request(pieces, headers), limits), whole)
    }
    assert.deepEqual(await readBody(new Request("http://node/"), limits), new Uint8Array())
  })

  it("is refused when it is too large, at the latest when it has become so", async () => {
    const tooLarge = refused(Code.ResourceExhausted)
    await assert.rejects(readBody(request([], announced(100_001), false), limits), tooLarge)
    const large = [new Uint8Array(60_000), new Uint8Array(60_000)]
    await assert.rejects(readBody(request(large, {}, false), limits), tooLarge)
    const liar = { ...announced(10), "transfer-encoding": "chunked" }
    await assert.rejects(readBody(request(large, liar, false), limits), tooLarge)
  })

  it("is given up when it stops coming", async () => {
    for (const headers of [{}, announced(2000), announced(90_000)]) {
      const late = readBody(request(pieces, headers, false), { ...limits, maxSilentMs: 30 })
      await assert.rejects(late, refused(Code.DeadlineExceeded))
    }
  })
})
