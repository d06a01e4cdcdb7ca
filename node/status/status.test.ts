import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { account } from "../../tests/node/token.ts"
import { createMetrics } from "../metrics.ts"
import { createNode, type Node } from "../node.ts"
import { memoryStore } from "../store/memory.ts"
import { createHistory } from "./history.ts"
import type { Report } from "./report.ts"
import { statusRoutes } from "./routes.ts"

async function report(
  node: Node,
  { headers = {}, remote = "127.0.0.1", query = "" }: {
    headers?: HeadersInit
    remote?: string
    query?: string
  } = {},
): Promise<Report> {
  const request = new Request(`http://node/status.json${query}`, { headers })
  return await (await node.fetch(request, { remoteAddress: remote })).json()
}

/** A peer network that is only looked at. */
const peers = (inAgreement: (boolean | undefined)[], shards: readonly unknown[] = []) => () =>
  Promise.resolve({
    id: "me",
    addresses: [],
    status: () => ({
      network: "wafer",
      mode: "open",
      known: 0,
      mesh: 0,
      queuedBytes: 0,
      equalAt: undefined,
      sets: undefined as never,
      shards,
      peers: inAgreement.map((inAgreement, i) => ({
        id: `peer-${i}`,
        address: "/ip4/192.0.2.1/tcp/5557",
        direction: "inbound",
        connectedMs: 60_000,
        wafer: true,
        shards: [0],
        inAgreement,
        score: 0,
        backlog: 0,
      })),
    }),
    confirm: () => Promise.resolve(0),
    mend: () => Promise.resolve(true),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as never)

describe("the operator's page", () => {
  it("says in one sentence whether all is well", async () => {
    const cases: [(boolean | undefined)[] | undefined, string][] = [
      [undefined, "All is well."],
      [[], "No peers. This node is alone."],
      [[true], "All is well. One peer agrees."],
      [[true, true, true, false], "All is well. Three peers agree, one is catching up."],
      [[undefined, false], "All is well. No peers agree, two are catching up."],
    ]
    for (const [states, sentence] of cases) {
      await using node = await createNode({
        store: memoryStore(),
        ...(states && { join: peers(states) }),
      })
      assert.equal((await report(node)).sentence, sentence)
    }
  })

  it("says which shard nobody keeps", async () => {
    const sets = {
      kept: { fingerprint: new Uint8Array(16) },
      expiring: { fingerprint: new Uint8Array(16) },
    }
    const shards = [{ shard: 0, keepers: 0, sets }, { shard: 1, keepers: 1 }]
    for (
      const [last, sentence] of [[1, "All is well. One peer agrees."], [0, undefined]] as const
    ) {
      const join = peers([true], [...shards, { shard: 2, keepers: last }])
      await using node = await createNode({ store: memoryStore(), join })
      const said = await report(node)
      assert.equal(said.well, last > 0)
      assert.equal(
        said.sentence,
        sentence ?? "Nobody here keeps shard 2: its topics cannot be served.",
      )
    }
  })

  it("says why messages are not taken", async () => {
    const reasons: [string, string][] = [
      ["another process has opened this store", "another process has opened this store"],
      ["database or disk is full", "the disk is full"],
    ]
    for (const [thrown, told] of reasons) {
      const store = { ...memoryStore(), check: () => Promise.reject(new Error(thrown)) }
      await using node = await createNode({ store })
      const { sentence, well } = await report(node)
      assert.deepEqual([sentence, well], [`Not taking messages: ${told}.`, false])
    }
  })

  it("shows addresses to the operator only", async () => {
    const seen = async (options: Parameters<typeof report>[1]): Promise<boolean> => {
      await using node = await createNode({
        store: memoryStore(),
        join: peers([true]),
        operatorToken: "open sesame",
      })
      return (await report(node, options)).peers![0]!.address !== undefined
    }
    assert.equal(await seen({}), true)
    assert.equal(await seen({ remote: "::1" }), true)
    assert.equal(await seen({ remote: "::ffff:127.0.0.1" }), true)
    assert.equal(await seen({ headers: { origin: "http://node" } }), true)
    assert.equal(await seen({ headers: { origin: "https://example.org" } }), false)
    assert.equal(await seen({ headers: { "x-forwarded-for": "192.0.2.9" } }), false)
    assert.equal(await seen({ remote: "192.0.2.9" }), false)
    const remote = "192.0.2.9"
    assert.equal(await seen({ remote, headers: { authorization: "Bearer open sesame" } }), true)
    assert.equal(await seen({ remote, query: "?token=open%20sesame" }), true)
    assert.equal(await seen({ remote, query: "?token=other" }), false)
  })

  it("tells who is over its limit and when it is free again, by address to the operator", async () => {
    const read = { burst: 1, perMinute: 6, priorityFactor: 1 }
    await using node = await createNode({
      store: memoryStore(),
      rates: { read, publish: read },
      now: () => new Date(0),
    })
    for (let i = 0; i < 4; i++) {
      const init = { method: "POST", body: '{"contentTopics":["t"]}' }
      const request = new Request("http://node/message/v1/query", init)
      await node.fetch(request, { remoteAddress: "192.0.2.7" })
    }
    const one = { kind: "read", refused: 3, freeInSeconds: 10 }
    assert.deepEqual((await report(node)).overLimit, [{ ...one, client: "192.0.2.7" }])
    assert.deepEqual((await report(node, { remote: "192.0.2.8" })).overLimit, [one])
  })

  it("comes with nothing but its own files", async () => {
    await using node = await createNode({ store: memoryStore() })
    for (const path of ["/status", "/status/page.css", "/status/page.js"]) {
      const answer = await node.fetch(new Request(`http://node${path}`))
      assert.equal(answer.status, 200)
      assert.match(answer.headers.get("content-security-policy")!, /default-src 'none'/)
      const text = await answer.text()
      assert.ok(text.length > 200)
      assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org)/)
    }
  })

  it("makes one report a second for each kind of reader, however many ask", async () => {
    const asked: boolean[] = []
    const app = statusRoutes({
      status: {
        report: (operator) => Promise.resolve((asked.push(operator), { operator } as never)),
        close: () => {},
      },
      operatorToken: "open sesame",
      stopping: new AbortController().signal,
    })
    const ask = async (path: string): Promise<unknown> => await (await app.request(path)).json()
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await ask("/status.json"), { operator: false })
      assert.deepEqual(await ask("/status.json?token=open%20sesame"), { operator: true })
    }
    assert.deepEqual(asked, [false, true])
  })

  it("sends news until the reader goes", async () => {
    await using node = await createNode({ store: memoryStore() })
    const stream = await node.fetch(new Request("http://node/status/stream"))
    const reader = stream.body!.pipeThrough(new TextDecoderStream() as never).getReader()
    const first = await reader.read() as { value: string }
    assert.match(first.value, /^data: \{"sentence":"All is well\."/)
    await reader.cancel()
  })

  it("ends a stream when a report cannot be made", async () => {
    let made = 0
    const app = statusRoutes({
      status: {
        report: () =>
          made++ === 0 ? Promise.resolve({} as never) : Promise.reject(new Error("no store")),
        close: () => {},
      },
      operatorToken: undefined,
      stopping: new AbortController().signal,
    })
    const reader = (await app.request("/status/stream")).body!.getReader()
    assert.equal(new TextDecoder().decode((await reader.read()).value), "data: {}\n\n")
    await assert.rejects(reader.read(), /no store/)
  })

  it("counts what was turned away, by reason", async () => {
    await using node = await createNode({ store: memoryStore() })
    const ask = (path: string, headers: HeadersInit, body: unknown) =>
      node.fetch(
        new Request(`http://node${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
      )
    const authorization = account(1).authorization()
    const envelopes = [{ contentTopic: "/xmtp/0/contact-x/proto", message: "AA==" }]
    await ask("/message/v1/publish", {}, { envelopes })
    await ask("/message/v1/publish", { authorization }, { envelopes })
    await ask("/message/v1/publish", { authorization }, { envelopes })
    const { turnedAway } = await report(node)
    assert.equal(turnedAway["unauthenticated"], 1)
    assert.equal(turnedAway["restricted-topic"], 2)
    assert.equal(turnedAway["too-large"], 0)
  })
})

describe("the history of the counters", () => {
  it("has rates, quantiles, and gaps where nothing happened", () => {
    const metrics = createMetrics()
    const history = createHistory(metrics)
    metrics.envelopes.add(50, { origin: "client", result: "stored" })
    metrics.envelopes.add(99, { origin: "peer", result: "stored" })
    for (let i = 0; i < 98; i++) metrics.requestSeconds.observe(0.0015, { method: "Publish" })
    metrics.requestSeconds.observe(0.2, { method: "Publish" })
    metrics.requestSeconds.observe(9, { method: "Query" })
    history.sample()
    history.sample()
    const { published, ackMs, slowAckMs } = history.series()
    assert.deepEqual(published, [5, 0])
    assert.ok(ackMs[0]! > 1 && ackMs[0]! < 2.5)
    assert.ok(slowAckMs[0]! > 100 && slowAckMs[0]! <= 250)
    assert.equal(ackMs[1], undefined)
  })

  it("keeps a quarter of an hour for the charts", () => {
    const history = createHistory(createMetrics())
    for (let i = 0; i < 500; i++) history.sample()
    assert.equal(history.series().published.length, 90)
  })
})
