import assert from "node:assert/strict"
import { test } from "node:test"
import { createBuckets } from "../bucket.ts"
import { createValidator, type ValidatorOptions } from "./validator.ts"
import { encodeWaku, type WakuMessage } from "../waku/message.ts"

const NOW = 1_750_000_000_000
const message: WakuMessage = {
  payload: Uint8Array.of(1),
  contentTopic: "/xmtp/0/m-x/proto",
  timestampNs: BigInt(NOW) * 1_000_000n,
}

function judge(options: Partial<ValidatorOptions> = {}): (m?: Partial<WakuMessage>) => string {
  const validate = createValidator({
    maxTopicBytes: 300,
    maxMessageBytes: 1_048_214,
    maxFutureNs: 86_400_000_000_000n,
    admitted: () => true,
    messages: createBuckets({ perSecond: 1, burst: 3 }, () => NOW),
    bytes: createBuckets({ perSecond: 1, burst: 10_000_000 }, () => NOW),
    stored: () => false,
    pubsubTopicOf: (topic) => topic.startsWith("/elsewhere/") ? "other" : "here",
    behind: () => false,
    now: () => NOW,
    ...options,
  })
  return (facts = {}) => {
    const { verdict, reason } = validate("peer", encodeWaku({ ...message, ...facts }), "here")
    return `${verdict} ${reason}`
  }
}

for (
  const [name, facts, options, expected] of [
    ["sound", {}, {}, "accept new"],
    ["no payload", { payload: new Uint8Array(0) }, {}, "reject empty"],
    ["no topic", { contentTopic: "" }, {}, "reject empty"],
    ["another shard's topic", { contentTopic: "/elsewhere/1/x/proto" }, {}, "reject shard"],
    ["a topic of 301 bytes", { contentTopic: "é".repeat(150) + "e" }, {}, "reject oversized"],
    ["a topic of 300 bytes", { contentTopic: "é".repeat(150) }, {}, "accept new"],
    ["the largest payload", { payload: new Uint8Array(1_048_214) }, {}, "accept new"],
    ["one byte more", { payload: new Uint8Array(1_048_215) }, {}, "reject oversized"],
    ["a stamp of 1969", { timestampNs: -1n }, {}, "accept new"],
    [
      "a stamp in two days",
      { timestampNs: BigInt(NOW + 172_800_000) * 1_000_000n },
      {},
      "ignore future",
    ],
    [
      "the same among friends",
      { timestampNs: BigInt(NOW + 172_800_000) * 1_000_000n },
      { maxFutureNs: undefined },
      "accept new",
    ],
    ["a stranger", {}, { admitted: () => false }, "ignore stranger"],
    ["stored before", {}, { stored: () => true }, "ignore known"],
    ["a node behind", {}, { behind: () => true }, "ignore behind"],
    ["an operator's rule", {}, { policy: () => false }, "ignore policy"],
  ] as const
) {
  test(`${name}: ${expected}`, () => {
    assert.equal(judge(options)(facts), expected)
  })
}

test("the same contents are accepted once, also before they are stored", () => {
  const say = judge()
  assert.deepEqual([say(), say(), say({ ephemeral: true })], [
    "accept new",
    "ignore known",
    "ignore known",
  ])
})

test("a peer may send so much and no more", () => {
  const say = judge()
  const some = [1, 2, 3, 4].map((n) => say({ payload: Uint8Array.of(n) }))
  assert.deepEqual(some, ["accept new", "accept new", "accept new", "ignore flood"])
})
