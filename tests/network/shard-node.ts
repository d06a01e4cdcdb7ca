// Whole nodes of one process that keep a part of a network each, with a client's view of every one.
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect"
import {
  type Cursor,
  type Envelope,
  MessageApi,
  type QueryResponse,
  SortDirection,
} from "@wafer/proto"
import { NodeApi } from "@wafer/proto/node"
import process from "node:process"
import { createLog, silent } from "../../node/log.ts"
import { createNode, type Node } from "../../node/node.ts"
import { type Peers, type PeersOptions, startPeers } from "../../node/p2p/mod.ts"
import { createShards, shardOf } from "../../node/store/shard.ts"
import type { Store } from "../../node/store/store.ts"
import { memoryStore } from "../../node/store/memory.ts"
import { account } from "../node/token.ts"
import { envelope, QUICK } from "./local.ts"

export const SHARDS = 4

/** On a busy machine a link is not sick, and a keeper not gone, for being slow. */
const UNHURRIED = { heartbeat: 1000, patience: 5000, forward: 10_000 }

export interface ShardNode extends AsyncDisposable {
  readonly store: Store
  readonly peers: Peers
  readonly node: Node
  readonly info: Client<typeof NodeApi>
  /** What a client needs to publish. */
  readonly authorization: string
  publish(...envelopes: Envelope[]): Promise<void>
  /** The oldest envelopes under topics, and where they go on. */
  page(topics: readonly string[], limit: number, cursor?: Cursor): Promise<QueryResponse>
  /** All that a client finds under topics, page by page. */
  read(topics: readonly string[], limit?: number): Promise<Envelope[]>
  /** A live subscription. */
  listen(topics: readonly string[]): Promise<Listener>
  metric(name: string, ...labels: string[]): Promise<number>
  close(): Promise<void>
}

/** What a client has heard so far, and whether the stream has ended. */
export interface Listener {
  readonly heard: string[]
  readonly ended: { readonly error?: string } | undefined
  leave(): Promise<void>
}

const headers = { authorization: account(7).authorization() }

export async function shardNode(
  kept: readonly number[],
  config: PeersOptions["config"] = {},
  store: Store = memoryStore(),
): Promise<ShardNode> {
  let peers: Peers | undefined
  const log = process.env.WAFER_TEST_LOG ? createLog(console.error, "debug") : silent
  const node = await createNode({
    store,
    shards: createShards(SHARDS, kept),
    rates: false,
    log,
    async join(parts) {
      return peers = await startPeers({
        ...parts,
        config: {
          ...QUICK,
          ...config,
          timings: { ...QUICK.timings, ...UNHURRIED, ...config.timings },
        },
      })
    },
  })
  const transport = createRouterTransport(node.routes)
  const api = createClient(MessageApi, transport)

  const page: ShardNode["page"] = (contentTopics, limit, cursor) =>
    api.query({
      contentTopics: [...contentTopics],
      pagingInfo: { limit, direction: SortDirection.ASCENDING, ...(cursor && { cursor }) },
    })

  return {
    store,
    node,
    peers: peers!,
    authorization: headers.authorization,
    info: createClient(NodeApi, transport),
    publish: async (...envelopes) => void await api.publish({ envelopes }, { headers }),
    page,
    async read(topics, limit = 7) {
      const all: Envelope[] = []
      let cursor: Cursor | undefined
      do {
        const { envelopes, pagingInfo } = await page(topics, limit, cursor)
        all.push(...envelopes)
        cursor = pagingInfo?.cursor
      } while (cursor)
      return all
    },
    listen: (topics) => listenAt(node, topics),
    async metric(name, ...labels) {
      const text = await (await node.fetch(new Request("http://node/metrics"))).text()
      return text.split("\n")
        .filter((line) => line.startsWith(name) && labels.every((label) => line.includes(label)))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)
    },
    close: node.close,
    [Symbol.asyncDispose]: node.close,
  }
}

async function listenAt(node: Node, contentTopics: readonly string[]): Promise<Listener> {
  const response = await node.fetch(
    new Request("http://node/message/v1/subscribe", {
      method: "POST",
      body: JSON.stringify({ contentTopics }),
    }),
  )
  const heard: string[] = []
  if (!response.ok) throw new Error(await response.text())
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let ended: { error?: string } | undefined
  const reading = (async () => {
    let error: string | undefined
    for (let rest = "";;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (rest + value).split("\n")
      rest = lines.pop()!
      for (const line of lines) {
        const { result, error: problem } = JSON.parse(line)
        if (result?.contentTopic) heard.push(`${result.contentTopic} ${result.message.slice(0, 8)}`)
        if (problem) error = problem.message
      }
    }
    ended = error === undefined ? {} : { error }
  })()
  return {
    heard,
    get ended() {
      return ended
    },
    async leave() {
      await reader.cancel()
      await reading
    },
  }
}

/** A topic in each shard. */
export const topics: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => {
  for (let i = 0;; i++) {
    const topic = `/xmtp/0/m-${i}/proto`
    if (shardOf(topic, SHARDS) === shard) return topic
  }
})

/** Envelopes to the topics in turn. */
export function some(count: number, to: readonly string[] = topics): Envelope[] {
  return Array.from({ length: count }, (_, i) => envelope({ contentTopic: to[i % to.length]! }))
}

/** How a listener names an envelope. */
export function heardAs({ contentTopic, message }: Envelope): string {
  return `${contentTopic} ${btoa(String.fromCharCode(...message)).slice(0, 8)}`
}
