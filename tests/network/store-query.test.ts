// Queries of Waku tools, written byte by byte as the store protocol numbers its fields.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Stream } from "@libp2p/interface"
import { multiaddr } from "@multiformats/multiaddr"
import type { Envelope } from "@wafer/proto"
import {
  WakuStoreRequestSchema,
  type WakuStoreResponse,
  WakuStoreResponseSchema,
} from "@wafer/proto/p2p"
import { channel, prefixed } from "../../node/p2p/framing.ts"
import { decodeWaku, wakuHash, wakuMessageOf } from "../../node/p2p/waku/message.ts"
import { WAKU_STORE } from "../../node/p2p/waku/store.ts"
import { envelope, type LocalNode, localNode, metric } from "./local.ts"
import { type Stranger, stranger } from "./stranger.ts"

const SHARD = "/waku/2/rs/16/3"
const TOPIC = "/xmtp/0/m-history/proto"
const utf8 = new TextEncoder()

function varint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]
}
const number = (field: number, value: bigint) => [...varint(BigInt(field << 3)), ...varint(value)]
const bytes = (field: number, value: Uint8Array | string) => {
  const body = typeof value === "string" ? utf8.encode(value) : value
  return [...varint(BigInt(field << 3 | 2)), ...varint(BigInt(body.length)), ...body]
}
const zigzag = (field: number, value: bigint) =>
  number(field, value >= 0n ? value * 2n : -value * 2n - 1n)

const DATA = number(2, 1n)
const FORWARD = number(52, 1n)
const limit = (n: number) => number(53, BigInt(n))

async function ask(
  { host }: Stranger,
  node: LocalNode,
  ...fields: number[][]
): Promise<WakuStoreResponse> {
  const address = multiaddr(node.peers.addresses[0]!)
  const stream: Stream = await host.libp2p.dialProtocol(address, WAKU_STORE)
  stream.send(prefixed(Uint8Array.from([bytes(1, "id-7"), ...fields].flat())))
  const limits = { maxBytes: 4 * 1024 * 1024, timeoutMs: 20_000 }
  const answers = channel(stream, WakuStoreResponseSchema, WakuStoreRequestSchema, limits)
  const answer = await answers.read()
  await answers.close()
  assert.equal(answer.requestId, "id-7")
  return answer
}

const at = (ns: number, message = new Uint8Array([ns])) =>
  envelope({ contentTopic: TOPIC, timestampNs: BigInt(ns), message })
const times = ({ messages }: WakuStoreResponse) =>
  messages.map(({ message }) => Number(decodeWaku(message!).timestampNs))

async function nodeWith(
  envelopes: readonly Envelope[],
  options: Parameters<typeof localNode>[1] = {},
): Promise<LocalNode> {
  // The tool has no gossip for this topic, which would be a sick link before long.
  const node = await localNode({ pubsubTopic: SHARD, timings: { patience: 60_000 } }, options)
  await node.publish(...envelopes)
  return node
}

test("pages go either way, and each comes oldest first", { timeout: 300_000 }, async () => {
  await using node = await nodeWith(Array.from({ length: 45 }, (_, i) => at(i + 1)))
  await using tool = await stranger()
  for (const [forward, pages] of [[true, [1, 21, 41]], [false, [26, 6, 1]]] as const) {
    let cursor: Uint8Array | undefined
    for (const first of pages) {
      const answer = await ask(
        tool,
        node,
        DATA,
        bytes(10, SHARD),
        bytes(11, TOPIC),
        ...(forward ? [FORWARD] : []),
        ...(cursor ? [bytes(51, cursor)] : []),
      )
      assert.equal(answer.statusCode, 200, answer.statusDesc)
      const length = first === pages[2] ? 5 : 20
      assert.deepEqual(times(answer), Array.from({ length }, (_, i) => first + i))
      cursor = answer.paginationCursor
    }
    assert.equal(cursor, undefined, "there is no page behind the last")
  }
  assert.equal(metric(node, "wafer_p2p_store_queries_total", "200"), 6)
})

test("times, topics and hashes", { timeout: 300_000 }, async () => {
  const other = envelope({ contentTopic: "/other/1/x/proto" })
  const all = [1, 2, 3, 4, 5].map((ns) => at(ns))
  await using node = await nodeWith([...all, other])
  await using tool = await stranger()
  const topics = [bytes(11, TOPIC), bytes(11, other.contentTopic)]
  const between = [zigzag(12, 2n), zigzag(13, 4n)]
  assert.deepEqual(times(await ask(tool, node, DATA, FORWARD, topics[0]!, ...between)), [2, 3, 4])
  assert.deepEqual(
    times(await ask(tool, node, DATA, FORWARD, topics[0]!, zigzag(12, -9n))).length,
    5,
  )
  assert.equal((await ask(tool, node, DATA, FORWARD, ...topics)).messages.length, 6)
  assert.equal((await ask(tool, node, bytes(10, "/waku/2/rs/1/1"), ...topics)).messages.length, 0)

  const hashes = (await ask(tool, node, FORWARD, topics[0]!)).messages
  assert.deepEqual(
    hashes.map(({ messageHash }) => messageHash),
    all.map((one) => wakuHash(SHARD, wakuMessageOf(one))),
  )
  assert.ok(hashes.every(({ message, pubsubTopic }) => (message ?? pubsubTopic) === undefined))
})

test("an answer stays under 4 MiB, and goes on where it ended", { timeout: 300_000 }, async () => {
  await using node = await nodeWith(
    [1, 2, 3, 4, 5, 6, 7].map((ns) => at(ns, new Uint8Array(1_048_214))),
  )
  await using tool = await stranger()
  const first = await ask(tool, node, DATA, FORWARD, bytes(11, TOPIC), limit(100))
  assert.deepEqual(times(first), [1, 2, 3])
  const next = bytes(51, first.paginationCursor!)
  assert.deepEqual(times(await ask(tool, node, DATA, FORWARD, bytes(11, TOPIC), next)), [4, 5, 6])
})

test("what cannot be answered is refused by name", { timeout: 300_000 }, async () => {
  // By a clock that stands still nobody may ask more often, however slow this machine is.
  const now = Date.now()
  await using node = await nodeWith([at(1)], { now: () => now })
  await using tool = await stranger()
  const cases: [number, number[][]][] = [
    [400, []],
    [400, Array.from({ length: 11 }, (_, i) => bytes(11, `/t/1/${i}/proto`))],
    [400, [bytes(11, TOPIC), bytes(51, new Uint8Array(32))]],
    [400, [bytes(11, TOPIC), bytes(51, new Uint8Array(3))]],
    [501, [bytes(20, new Uint8Array(32))]],
  ]
  for (const [status, fields] of cases) {
    const answer = await ask(tool, node, ...fields)
    assert.equal(answer.statusCode, status, answer.statusDesc)
    assert.equal(answer.messages.length, 0)
  }
  let turnedAway = 0
  for (let i = 0; i < 60; i++) {
    if ((await ask(tool, node, bytes(11, TOPIC))).statusCode === 429) turnedAway++
  }
  assert.equal(turnedAway, 60 - (50 - cases.length))
  assert.equal(metric(node, "wafer_p2p_store_queries_total", "429"), turnedAway)
})

test("a network of our own topic has no such protocol", { timeout: 300_000 }, async () => {
  await using node = await localNode()
  await using tool = await stranger()
  await assert.rejects(ask(tool, node, bytes(11, TOPIC)), { name: "UnsupportedProtocolError" })
  await using open = await localNode({ wakuStore: true })
  assert.equal((await ask(tool, open, bytes(11, TOPIC))).statusCode, 200)
})
