import assert from "node:assert/strict"
import { connect } from "node:http2"
import { it } from "node:test"
import { createNode } from "../node.ts"
import { memoryStore } from "../store/memory.ts"
import { serveGrpc } from "./http2.ts"

it("a client in the middle of a message that is refused learns it, and may stop sending", async () => {
  await using node = await createNode({ store: memoryStore() })
  const server = await serveGrpc({ host: "127.0.0.1", port: 0, routes: node.routes })
  const session = connect(`http://127.0.0.1:${server.port}`)
  const stream = session.request({
    ":method": "POST",
    ":path": "/xmtp.message_api.v1.MessageApi/Subscribe2",
    "content-type": "application/grpc",
    te: "trailers",
  })
  let told: unknown
  stream.on("response", (headers) => told ??= headers["grpc-status"])
  stream.on("trailers", (trailers) => told ??= trailers["grpc-status"])
  stream.on("error", () => {}).resume()
  const closed = new Promise((resolve) => stream.once("close", resolve))
  // Announces a message of 1 GiB, and does not come to the end of it.
  stream.write(Uint8Array.of(0, 0x40, 0, 0, 0, 1, 2, 3))
  await closed
  assert.equal(String(told), "8")
  session.destroy()
  await server.stop()
})
