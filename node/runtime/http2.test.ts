import assert from "node:assert/strict"
import { connect, type IncomingHttpHeaders } from "node:http2"
import { it } from "node:test"
import { createNode, type NodeOptions } from "../node.ts"
import { memoryStore } from "../store/memory.ts"
import { serveGrpc } from "./http2.ts"

/** Begins a call, and resolves with the status and the text that ended it. */
async function call(options: Partial<NodeOptions>, method: string, start: Uint8Array) {
  await using node = await createNode({ store: memoryStore(), ...options })
  const server = await serveGrpc({ host: "127.0.0.1", port: 0, handlers: node.handlers })
  const session = connect(`http://127.0.0.1:${server.port}`)
  const stream = session.request({
    ":method": "POST",
    ":path": `/xmtp.message_api.v1.MessageApi/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
  })
  let told: IncomingHttpHeaders = {}
  stream.on("response", (headers) => told = { ...told, ...headers })
  stream.on("trailers", (trailers) => told = { ...told, ...trailers })
  stream.on("error", () => {}).resume()
  const closed = new Promise((resolve) => stream.once("close", resolve))
  stream.write(start)
  await closed
  session.destroy()
  await server.stop()
  return told
}

it("a client in the middle of a message that is refused learns it, and may stop sending", async () => {
  // Announces a message of 1 GiB, and does not come to the end of it.
  const told = await call({}, "Subscribe2", Uint8Array.of(0, 0x40, 0, 0, 0, 1, 2, 3))
  assert.equal(told["grpc-status"], "8")
})

it("a request that stops coming is given up", async () => {
  const limits = { maxSilentMs: 20 }
  const told = await call({ limits }, "Query", Uint8Array.of(0, 0, 0, 0, 9, 1))
  assert.equal(told["grpc-status"], "4")
  assert.match(decodeURIComponent(String(told["grpc-message"])), /came too slowly/)
})

it("who is over the limit is turned away before the request has come", async () => {
  const none = { burst: 0, perMinute: 6, priorityFactor: 1 }
  const rates = { read: none, publish: none }
  const told = await call({ rates }, "Query", Uint8Array.of(0, 0, 0, 0, 9, 1))
  assert.deepEqual([told["grpc-status"], told["retry-after"]], ["8", "10"])
  assert.match(String(told["grpc-status-details-bin"]), /./)
})
