// Who may ask, how often, and what it costs, as clients of the gateway see it.
import { MessageApi } from "@wafer/proto"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import {
  alice,
  batch,
  message,
  metricsOf,
  publish,
  query,
  subscribe,
  withNode,
} from "../../tests/node/gateway.ts"
import { account } from "../../tests/node/token.ts"
import { createShards } from "../store/shard.ts"
import { parseRange } from "./ip.ts"
import { parseRules } from "./rules.ts"

/** What an answer says is left of the bucket. */
function leftOf({ headers }: Response): string | undefined {
  return headers.get("ratelimit")?.match(/r=\d+/)?.[0]
}

const rate = (burst: number, perMinute: number) => ({ burst, perMinute, priorityFactor: 1 })

describe("the desk", () => {
  it("turns away more streams than one address may have, until one ends", async () => {
    await withNode(async (_, post) => {
      const open = () => post(subscribe, { contentTopics: ["t"] })
      const [first, second] = [await open(), await open()]
      const third = await open()
      assert.equal(third.status, 429)
      assert.equal((await third.json()).error.message, "too many streams")
      await first.body!.cancel()
      const fourth = await open()
      assert.equal(fourth.status, 200)
      for (const stream of [second, fourth]) await stream.body!.cancel()
    }, { streams: { each: 2, all: 10 } })
  })

  it("turns away whom an operator denies, and lets through whom the operator trusts", async () => {
    const other = account(2)
    const rules = parseRules(`
      denied   ${other.address}
      denied   198.51.100.0/24
      writer   ${alice.address}
    `)
    const trustedProxies = [parseRange("127.0.0.0/8")!]
    await withNode(async (_, post) => {
      const foreign = { envelopes: [message("a", "1", "/xmtp/0/contact-x/proto")] }
      assert.equal((await post(publish, foreign)).status, 200)
      const denied = await post(publish, { envelopes: [] }, {
        authorization: other.authorization(),
      })
      assert.equal(denied.status, 403)
      assert.equal((await denied.json()).message, "wallet is deny listed")
      const behind = await post(query, { contentTopics: ["t"] }, {
        "x-forwarded-for": "198.51.100.7",
      })
      assert.equal(behind.status, 403)
    }, { rules: () => rules, trustedProxies })
  })

  it("counts the requests of one client and says when to come back", async () => {
    const now = new Date()
    await withNode(async (_, post) => {
      const three = { envelopes: [message("a"), message("b"), message("c")] }
      const first = await post(publish, three)
      assert.equal(first.status, 200)
      assert.equal(first.headers.get("ratelimit-policy"), `"publish";q=3;w=30`)
      assert.equal(first.headers.get("ratelimit"), `"publish";r=0;t=30`)
      const second = await post(publish, { envelopes: [message("d")] }, {})
      assert.equal(second.status, 429)
      assert.equal(second.headers.get("retry-after"), "10")
      assert.deepEqual(await second.json(), {
        code: 8,
        message: "1 exceeds rate limit R127.0.0.1PUB",
        details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "10s" }],
      })
    }, { rates: { read: rate(1000, 100), publish: rate(3, 6) }, now: () => now })
  })

  it("charges more for many topics than for one", async () => {
    await withNode(async (_, post) => {
      const contentTopics = Array.from({ length: 301 }, (_, i) => `t${i}`)
      const left = async (path: string, body: unknown): Promise<string | undefined> => {
        const answer = await post(path, body)
        await answer.body?.cancel()
        return leftOf(answer)
      }
      assert.equal(await left(query, { contentTopics: ["t"] }), "r=19")
      assert.equal(await left(query, { contentTopics }), "r=15")
      assert.equal(
        await left(batch, { requests: [{ contentTopics }, { contentTopics: ["t"] }] }),
        "r=10",
      )
      assert.equal(await left(subscribe, { contentTopics }), "r=6")
    }, { rates: { read: rate(20, 1), publish: rate(3, 6) } })
  })

  it("charges what cannot be read before it is read, and counts it", async () => {
    await withNode(async (node, post) => {
      const answers: unknown[] = []
      const ask = async (path: string, body: unknown): Promise<void> => {
        const answer = await post(path, body, { "content-type": "application/proto" })
        answers.push([answer.status, leftOf(answer)])
      }
      await ask(query, "{")
      await ask(`/${MessageApi.typeName}/Query`, "\xff")
      await ask(query, "{")
      await ask(subscribe, { contentTopics: ["t"] })
      await ask(publish, "[")
      await ask(publish, "[")
      const refused = [429, "r=0"]
      assert.deepEqual(answers, [
        [400, "r=1"],
        [400, "r=0"],
        refused,
        refused,
        [400, "r=0"],
        refused,
      ])
      const metrics = await metricsOf(node)
      assert.match(metrics, /^wafer_refusals_total\{method="Publish",reason="invalid"\} 1$/m)
      assert.match(metrics, /^wafer_refusals_total\{method="Query",reason="invalid"\} 2$/m)
      assert.match(metrics, /^wafer_refusals_total\{method="Subscribe",reason="rate-limit"\} 1$/m)
    }, { rates: { read: rate(2, 1), publish: rate(1, 6) } })
  })

  it("does so in every form of Connect and gRPC-Web, and gives back what can be read", async () => {
    const forms = [
      ["Query", "application/json", "{", '{"contentTopics":["t"]}'],
      ["Query", "application/grpc-web+proto", "\0\0\0\0\x01\x0a", "\0\0\0\0\x03\x0a\x01t"],
      ["Subscribe", "application/connect+proto", "\0\0\0\0\x01\x0a", "\0\0\0\0\x03\x0a\x01t"],
    ] as const
    await withNode(async (node, post) => {
      const ask = async (form: typeof forms[number], body: string): Promise<string | undefined> => {
        const [method, type] = form
        const answer = await post(`/${MessageApi.typeName}/${method}`, body, {
          "content-type": type,
        })
        if (body === form[2]) await answer.text()
        else await answer.body?.cancel()
        return leftOf(answer)
      }
      const left: unknown[] = []
      for (const form of forms) left.push(await ask(form, form[3]), await ask(form, form[2]))
      assert.deepEqual(left, ["r=6", "r=5", "r=4", "r=3", "r=2", "r=1"])
      assert.equal(await ask(forms[0], forms[0][3]), "r=0")
      for (const form of forms) assert.equal(await ask(form, form[2]), "r=0")
      const metrics = await metricsOf(node)
      assert.match(metrics, /^wafer_refusals_total\{method="Query",reason="invalid"\} 2$/m)
      assert.match(metrics, /^wafer_refusals_total\{method="Subscribe",reason="invalid"\} 1$/m)
      assert.match(metrics, /^wafer_refusals_total\{method="Query",reason="rate-limit"\} 2$/m)
      assert.match(metrics, /^wafer_refusals_total\{method="Subscribe",reason="rate-limit"\} 1$/m)
    }, { rates: { read: rate(7, 1), publish: rate(1, 6) } })
  })

  it("charges one for what asks for nothing", async () => {
    await withNode(async (_, post) => {
      assert.equal(leftOf(await post(publish, { envelopes: [] })), "r=8")
      assert.equal(leftOf(await post(batch, { requests: [] })), "r=8")
    }, { rates: { read: rate(9, 1), publish: rate(9, 1) } })
  })

  it("counts a stream that cannot be opened as refused, and not as open", async () => {
    const shards = createShards(2, [0])
    await withNode(async (node, post) => {
      for (let i = 0; i < 3; i++) {
        assert.equal((await post(subscribe, { contentTopics: ["*"] })).status, 400)
      }
      assert.match(
        await metricsOf(node),
        /^wafer_refusals_total\{method="Subscribe",reason="invalid"\} 3$/m,
      )
    }, { shards, streams: { each: 2, all: 2 } })
  })
})
