// A node in memory, asked in the words of the JSON gateway.
import { createNode, type Node, type NodeOptions } from "../../node/node.ts"
import { memoryStore } from "../../node/store/memory.ts"
import { account } from "./token.ts"

export const alice = account(1)

export const publish = "/message/v1/publish"
export const query = "/message/v1/query"
export const batch = "/message/v1/batch-query"
export const subscribe = "/message/v1/subscribe"

/** Sends a body as it is, anything but text and bytes as JSON; by default in the name of alice. */
export type Post = (path: string, body: unknown, headers?: HeadersInit) => Promise<Response>

/** Hands a node to `use`, and closes it. */
export async function withNode(
  use: (node: Node, post: Post) => Promise<void>,
  options: Partial<NodeOptions> = {},
): Promise<void> {
  await using node = await createNode({ store: memoryStore(), ...options })
  await use(node, (path, body, headers = { authorization: alice.authorization() }) =>
    node.fetch(
      new Request(`http://node${path}`, {
        method: "POST",
        headers,
        body: typeof body === "string" || body instanceof Uint8Array
          ? body as BodyInit
          : JSON.stringify(body),
      }),
      { remoteAddress: "127.0.0.1" },
    ))
}

export function message(
  text: string,
  timestampNs = "1",
  contentTopic = "/xmtp/0/m-1/proto",
): unknown {
  return { contentTopic, timestampNs, message: btoa(text) }
}

export async function metricsOf(node: Node): Promise<string> {
  return await (await node.fetch(new Request("http://node/metrics"))).text()
}
