import { fromBinary } from "@bufbuild/protobuf"
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt"
import { createClient, createRouterTransport } from "@connectrpc/connect"
import { MessageApi } from "@wafer/proto"
import { NodeApi, ServerReflection } from "@wafer/proto/node"
import assert from "node:assert/strict"
import { it } from "node:test"
import { reflectionRoutes } from "./reflection.ts"

const client = createClient(
  ServerReflection,
  createRouterTransport(reflectionRoutes([MessageApi, NodeApi])),
)

/** The files in which a symbol and all that it needs are, or the code of the refusal. */
async function ask(symbol: string): Promise<string[] | number | undefined> {
  async function* requests() {
    yield await Promise.resolve({
      messageRequest: { case: "fileContainingSymbol" as const, value: symbol },
    })
  }
  for await (const { messageResponse } of client.serverReflectionInfo(requests())) {
    if (messageResponse.case === "errorResponse") return messageResponse.value.errorCode
    if (messageResponse.case !== "fileDescriptorResponse") return undefined
    return messageResponse.value.fileDescriptorProto
      .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name)
  }
}

it("a tool finds services, methods, messages and those within others, with all that they import", async () => {
  const api = "message_api/v1/message_api.proto"
  const node = ["wafer/node/v1/node.proto", api]
  assert.deepEqual(await ask("xmtp.message_api.v1.MessageApi"), [api])
  assert.deepEqual(await ask("xmtp.message_api.v1.SortDirection"), [api])
  assert.deepEqual(await ask("wafer.node.v1.NodeApi.Follow"), node)
  assert.deepEqual(await ask("wafer.node.v1.FollowResponse.Item"), node)
  const notFound = 5
  assert.equal(await ask("wafer.node.v1.Nothing"), notFound)
})
