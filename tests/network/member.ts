// A node of the peer network in a process of its own.
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { create } from "@bufbuild/protobuf"
import { type Envelope, MessageApi, PublishRequestSchema } from "@wafer/proto"
import { account } from "../node/token.ts"
import { type NodeProcess, type Runtime, startNode, until } from "../processes.ts"

export interface Member {
  readonly node: NodeProcess
  readonly runtime: Runtime
  /** Its multiaddr, of this start. */
  readonly address: string
}

const authorization = account(1).authorization()

/** Starts a node that peers with whom `args` name, in memory unless there is a folder. */
export async function startMember(
  runtime: Runtime,
  data: string | undefined,
  args: string[],
): Promise<Member> {
  const node = await startNode(runtime, {
    ...(data !== undefined && { data }),
    args: ["--host", "127.0.0.1", "--limits", "off", "--p2p-port", "0", ...args],
  })
  await until(() => /^peer \S+$/m.test(node.output()))
  return { node, runtime, address: /^peer (\S+)$/m.exec(node.output())![1]! }
}

/** A metric of a node, summed over its labels. */
export async function metricOf({ node }: Member, name: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  return text.split("\n").filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)
}

export function storedBy(member: Member): Promise<number> {
  return metricOf(member, "wafer_p2p_set_items_kept")
}

/** Publishes through the API, `at` envelopes a request. */
export async function publishTo({ node }: Member, envelopes: Envelope[], at = 50): Promise<void> {
  const transport = createConnectTransport({ baseUrl: node.url, httpVersion: "1.1" })
  const api = createClient(MessageApi, transport)
  for (let i = 0; i < envelopes.length; i += at) {
    const request = create(PublishRequestSchema, { envelopes: envelopes.slice(i, i + at) })
    await api.publish(request, { headers: { authorization } })
  }
}

/** Resolves when every member has stored `count` envelopes. */
export async function allStored(
  members: readonly Member[],
  count: number,
  ms: number,
): Promise<void> {
  try {
    await until(
      async () => (await Promise.all(members.map(storedBy))).every((n) => n === count),
      ms,
    )
  } catch (cause) {
    const counts = (await Promise.all(members.map(storedBy))).join()
    throw new Error(`expected ${count} everywhere, got ${counts}`, { cause })
  }
}
