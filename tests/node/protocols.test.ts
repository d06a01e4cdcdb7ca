// What the old node's API did, as one table, asked over each protocol of a real node on each runtime.
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { Code, createClient } from "@connectrpc/connect"
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node"
import {
  type Envelope,
  EnvelopeSchema,
  MessageApi,
  type QueryRequest,
  QueryRequestSchema,
  SortDirection,
} from "@wafer/proto"
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
  NodeApi,
  ServerReflection,
} from "@wafer/proto/node"
import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { type NodeProcess, startNode } from "../processes.ts"
import { type Asked, protocols, Refused } from "./protocols.ts"
import { account } from "./token.ts"

const alice = account(11)
const authorization = alice.authorization()
const ascending = { direction: SortDirection.ASCENDING }

let topics = 0
const newTopic = (kind = "m"): string => `/xmtp/0/${kind}-${topics++}/proto`

function envelope(contentTopic: string, timestampNs: number | bigint, text = "gm"): Envelope {
  const message = new TextEncoder().encode(text)
  return create(EnvelopeSchema, { contentTopic, timestampNs: BigInt(timestampNs), message })
}

function ask(init: MessageInitShape<typeof QueryRequestSchema>): QueryRequest {
  return create(QueryRequestSchema, init)
}

const times = (page: { envelopes: Envelope[] }): number[] =>
  page.envelopes.map(({ timestampNs }) => Number(timestampNs))

async function refused(call: Promise<unknown>, code: Code, message: RegExp): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof Refused, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  })
}

async function take(stream: AsyncIterable<Envelope>, count: number): Promise<number[]> {
  const seen: number[] = []
  for await (const { timestampNs } of stream) {
    seen.push(Number(timestampNs))
    if (seen.length === count) break
  }
  return seen
}

const behaviours: Record<string, (node: Asked) => Promise<void>> = {
  async "stores, and pages newest first unless asked otherwise"(node) {
    const topic = newTopic()
    await node.publish([1, 3, 2].map((n) => envelope(topic, n)), authorization)
    assert.deepEqual(times(await node.query(ask({ contentTopics: [topic] }))), [3, 2, 1])
    const up = ask({ contentTopics: [topic], pagingInfo: ascending })
    assert.deepEqual(times(await node.query(up)), [1, 2, 3])
  },

  async "filters by time, both ends included"(node) {
    const topic = newTopic()
    await node.publish([1, 2, 3, 4].map((n) => envelope(topic, n)), authorization)
    const window = ask({ contentTopics: [topic], startTimeNs: 2n, endTimeNs: 3n })
    assert.deepEqual(times(await node.query(window)), [3, 2])
  },

  async "hands out a cursor when a page is full, and only then"(node) {
    const topic = newTopic()
    await node.publish([1, 2, 3, 4].map((n) => envelope(topic, n)), authorization)
    const pagingInfo = { ...ascending, limit: 2 }
    const first = await node.query(ask({ contentTopics: [topic], pagingInfo }))
    const { cursor } = first.pagingInfo!
    const second = await node.query(
      ask({ contentTopics: [topic], pagingInfo: { ...pagingInfo, cursor: cursor! } }),
    )
    assert.deepEqual([times(first), times(second)], [[1, 2], [3, 4]])
    const third = await node.query(
      ask({
        contentTopics: [topic],
        pagingInfo: { ...pagingInfo, cursor: second.pagingInfo!.cursor! },
      }),
    )
    assert.deepEqual([times(third), third.pagingInfo!.cursor, third.pagingInfo!.limit], [
      [],
      undefined,
      0,
    ])
  },

  async "merges several topics into one order"(node) {
    const [one, two] = [newTopic(), newTopic()]
    const sent = [envelope(one, 1), envelope(two, 2), envelope(one, 3), envelope(two, 4)]
    await node.publish(sent, authorization)
    const both = ask({ contentTopics: [one, two], pagingInfo: { ...ascending, limit: 3 } })
    assert.deepEqual(times(await node.query(both)), [1, 2, 3])
  },

  async "stores the same envelope once, and its content at another time again"(node) {
    const topic = newTopic()
    await node.publish([envelope(topic, 1), envelope(topic, 1)], authorization)
    await node.publish([envelope(topic, 1), envelope(topic, 2)], authorization)
    assert.deepEqual(times(await node.query(ask({ contentTopics: [topic] }))), [2, 1])
  },

  async "takes any time of 63 bits, an empty message, and no envelope at all"(node) {
    const topic = newTopic()
    await node.publish([envelope(topic, 0), envelope(topic, 2n ** 63n - 1n, "")], authorization)
    await node.publish([], authorization)
    assert.equal((await node.query(ask({ contentTopics: [topic] }))).envelopes.length, 2)
  },

  async "answers a batch in the order of its queries"(node) {
    const [one, two] = [newTopic(), newTopic()]
    await node.publish([envelope(one, 1), envelope(two, 2)], authorization)
    const { responses } = await node.batchQuery(
      [two, "nothing", one].map((topic) => ask({ contentTopics: [topic] })),
    )
    assert.deepEqual(responses.map(times), [[2], [], [1]])
    assert.deepEqual((await node.batchQuery([])).responses, [])
  },

  async "lets anyone read and nobody publish without a token"(node) {
    const topic = newTopic()
    await node.query(ask({ contentTopics: [topic] }))
    const sent = [envelope(topic, 1)]
    await refused(node.publish(sent), Code.Unauthenticated, /token is not provided/)
    await refused(node.publish(sent, "Basic x"), Code.Unauthenticated, /unrecognized .* Basic/)
    const old = alice.authorization(new Date(Date.now() - 3_600_000))
    await refused(node.publish(sent, old), Code.Unauthenticated, /^token expired$/)
    assert.deepEqual(times(await node.query(ask({ contentTopics: [topic] }))), [])
  },

  async "keeps contacts and key bundles for their owners"(node) {
    const own = envelope(`/xmtp/0/contact-${alice.address}/proto`, topics++)
    await node.publish([own], authorization)
    const foreign = envelope(`/xmtp/0/privatestore-${account(12).address}/key_bundle/proto`, 1)
    const restricted = /^publishing to restricted topic$/
    await refused(node.publish([foreign], authorization), Code.PermissionDenied, restricted)
    const lower = envelope(`/xmtp/0/contact-${alice.address.toLowerCase()}/proto`, 1)
    await refused(node.publish([lower], authorization), Code.PermissionDenied, restricted)
  },

  async "refuses what is too large, and keeps what came before it"(node) {
    const topic = newTopic()
    const sent = [envelope(topic, 1), envelope("t".repeat(301), 2), envelope(topic, 3)]
    await refused(node.publish(sent, authorization), Code.InvalidArgument, /^topic length too big$/)
    assert.deepEqual(times(await node.query(ask({ contentTopics: [topic] }))), [1])
    const large = [envelope(topic, 4, "x".repeat(1_048_215))]
    await refused(node.publish(large, authorization), Code.InvalidArgument, /^message too big$/)
  },

  async "takes the largest message"(node) {
    const topic = newTopic()
    await node.publish([envelope(topic, 1, "x".repeat(1_048_214))], authorization)
    const { envelopes } = await node.query(ask({ contentTopics: [topic] }))
    assert.equal(envelopes[0]!.message.length, 1_048_214)
  },

  async "refuses queries that ask for too much or for nothing"(node) {
    const invalid = (init: MessageInitShape<typeof QueryRequestSchema>, message: RegExp) =>
      refused(node.query(ask(init)), Code.InvalidArgument, message)
    await invalid({}, /^content topics required$/)
    await invalid({ contentTopics: ["t"], pagingInfo: { limit: 101 } }, /^cannot exceed 100 rows/)
    const preferences = ["/xmtp/0/userpreferences-a/proto"]
    await node.query(ask({ contentTopics: preferences, pagingInfo: { limit: 500 } }))
    await invalid({ contentTopics: preferences, pagingInfo: { limit: 501 } }, /^cannot exceed/)
    const many = Array.from({ length: 51 }, () => ask({ contentTopics: ["t"] }))
    const tooMany = /^cannot exceed 50 requests in single batch$/
    await refused(node.batchQuery(many), Code.InvalidArgument, tooMany)
    const inner = node.batchQuery([ask({ contentTopics: ["t"] }), ask({})])
    await refused(inner, Code.Internal, /content topics required/)
  },

  async "shows subscribers what comes, repeated and ephemeral too, and nothing from before"(node) {
    const [topic, passing, other] = [newTopic(), newTopic("mE"), newTopic()]
    await node.publish([envelope(topic, 1)], authorization)
    const leave = new AbortController()
    const stream = await node.subscribe([topic, passing], leave.signal)
    const sent = [envelope(topic, 2), envelope(other, 3), envelope(passing, 4), envelope(topic, 1)]
    await node.publish(sent, authorization)
    assert.deepEqual(await take(stream, 3), [2, 4, 1])
    leave.abort()
    assert.deepEqual(times(await node.query(ask({ contentTopics: [passing] }))), [])
  },

  async "shows everything under /xmtp/0/ to who subscribes to all"(node) {
    const topic = newTopic()
    const leave = new AbortController()
    const both = await Promise.all([
      node.subscribeAll(leave.signal),
      node.subscribe(["*"], leave.signal),
    ])
    await node.publish([envelope("elsewhere", 1), envelope(topic, 2)], authorization)
    for (const stream of both) assert.deepEqual(await take(stream, 1), [2])
    leave.abort()
  },
}

for (const runtime of ["deno", "bun", "node"] as const) {
  describe(`a node on ${runtime}`, () => {
    let node: NodeProcess
    let urls: { http: string; grpc: string }
    before(async () => {
      node = await startNode(runtime, { args: ["--limits", "off"] })
      const [, grpc = ""] = /grpc=(\S+)/.exec(node.output()) ?? []
      urls = { http: node.url, grpc }
    })
    after(() => node[Symbol.asyncDispose]())

    for (const protocol of Object.keys(protocols("http://x", "http://x"))) {
      describe(`over ${protocol}`, () => {
        for (const [name, behaviour] of Object.entries(behaviours)) {
          it(name, () => behaviour(protocols(urls.http, urls.grpc)[protocol]!))
        }
      })
    }

    it("moves a gRPC subscription to other topics", async () => {
      const client = createClient(MessageApi, createGrpcTransport({ baseUrl: urls.grpc }))
      const [one, two] = [newTopic(), newTopic()]
      let retarget = (): void => {}
      async function* requests() {
        yield { contentTopics: [one] }
        await new Promise<void>((resolve) => retarget = resolve)
        yield { contentTopics: [two] }
        await new Promise<void>((resolve) => retarget = resolve)
      }
      const leave = new AbortController()
      const seen: string[] = []
      const publish = (topic: string) =>
        client.publish({ envelopes: [envelope(topic, 1)] }, { headers: { authorization } })
      // A subscription is not shown to be moved before something arrives on the other topic.
      const publishing = setInterval(() => void publish(seen.length === 0 ? one : two), 20)
      try {
        for await (
          const { contentTopic } of client.subscribe2(requests(), { signal: leave.signal })
        ) {
          if (contentTopic === seen.at(-1)) continue
          seen.push(contentTopic)
          retarget()
          if (seen.length === 2) break
        }
      } finally {
        clearInterval(publishing)
        leave.abort()
      }
      assert.deepEqual(seen, [one, two])
    })

    it("answers gRPC's health checks, and tells what it serves", async () => {
      const transport = createGrpcTransport({ baseUrl: urls.grpc })
      const health = createClient(Health, transport)
      assert.equal((await health.check({})).status, Status.SERVING)
      assert.equal((await health.check({ service: MessageApi.typeName })).status, Status.SERVING)
      await assert.rejects(health.check({ service: "nothing" }))
      async function* requests() {
        yield { messageRequest: { case: "listServices" as const, value: "" } }
        yield {
          messageRequest: { case: "fileContainingSymbol" as const, value: MessageApi.typeName },
        }
        yield { messageRequest: { case: "fileByFilename" as const, value: "no.proto" } }
      }
      const kinds: (string | undefined)[] = []
      for await (
        const { messageResponse } of createClient(ServerReflection, transport)
          .serverReflectionInfo(requests())
      ) kinds.push(messageResponse.case)
      assert.deepEqual(kinds, ["listServicesResponse", "fileDescriptorResponse", "errorResponse"])
    })

    it("is followed from a cursor over gRPC and Connect", async () => {
      for (
        const transport of [
          createGrpcTransport({ baseUrl: urls.grpc }),
          createConnectTransport({ baseUrl: urls.http, httpVersion: "1.1" }),
        ]
      ) {
        const client = createClient(NodeApi, transport)
        const topic = newTopic()
        const headers = { authorization }
        await client.publish({ envelopes: [envelope(topic, 1), envelope(topic, 2)] }, { headers })
        const read = async (request: { sinceNs?: bigint; cursor?: Uint8Array }, until: string) => {
          const leave = new AbortController()
          const seen: string[] = []
          let cursor = new Uint8Array()
          const events = client.follow({ contentTopics: [topic], ...request }, {
            signal: leave.signal,
          })
          for await (const { event, cursor: at } of events) {
            seen.push(
              event.case === "item" ? String(event.value.envelope!.timestampNs) : event.case!,
            )
            cursor = Uint8Array.from(at)
            if (seen.at(-1) === until) break
          }
          leave.abort()
          return { seen, cursor }
        }
        const first = await read({ sinceNs: 0n }, "caughtUp")
        assert.deepEqual(first.seen, ["1", "2", "caughtUp"])
        await client.publish({ envelopes: [envelope(topic, 3)] }, { headers })
        const second = await read({ cursor: first.cursor }, "caughtUp")
        assert.deepEqual(second.seen, ["3", "caughtUp"])
        const info = await client.nodeInfo({})
        assert.equal(info.limits!.maxPage, 100)
        assert.ok(info.stored > 3n)
        await assert.rejects(
          client.publish({ envelopes: [], minPeers: 1 }, { headers }),
          /no peers/,
        )
      }
    })
  })
}
