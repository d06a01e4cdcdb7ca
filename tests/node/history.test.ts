// Writers, followers and sudden deaths at the same time, and afterwards the books are compared: what
// was acknowledged is in the log once, and every follower has seen the log from its first cursor on,
// in order, without gap or duplicate. SOAK_SECONDS lets it run for longer than a test should.
import { create } from "@bufbuild/protobuf"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { type Envelope, EnvelopeSchema, MessageApi } from "@wafer/proto"
import { NodeApi } from "@wafer/proto/node"
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { describe, it } from "node:test"
import { type NodeProcess, type Runtime, startNode } from "../processes.ts"
import { account } from "./token.ts"

const authorization = account(21).authorization()
const seconds = Number(process.env.SOAK_SECONDS ?? 4)
const topics = ["/xmtp/0/m-a/proto", "/xmtp/0/m-b/proto", "elsewhere"]

/** A node that dies and comes back; `url` is where it answers now. */
interface Mortal {
  url: string
  over: boolean
}

const nameOf = ({ timestampNs }: Envelope): string => String(timestampNs)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Publishes on and on, and notes what was acknowledged and what may have been stored. */
async function write(node: Mortal, writer: number, acknowledged: string[], sent: Set<string>) {
  for (let n = 0; !node.over; n++) {
    const client = createClient(
      MessageApi,
      createConnectTransport({ baseUrl: node.url, httpVersion: "1.1" }),
    )
    const envelopes = Array.from({ length: 1 + n % 3 }, (_, i) =>
      create(EnvelopeSchema, {
        contentTopic: topics[(n + i) % topics.length]!,
        timestampNs: BigInt(writer * 10_000_000 + n * 10 + i),
        message: new Uint8Array(n % 17 === 0 ? 100_000 : 200).fill(writer),
      }))
    envelopes.forEach((envelope) => sent.add(nameOf(envelope)))
    try {
      await client.publish({ envelopes }, { headers: { authorization }, timeoutMs: 3000 })
      acknowledged.push(...envelopes.map(nameOf))
    } catch {
      await pause(20)
    }
  }
}

/** Follows on and on from its last cursor, whatever happens to the node. */
async function read(node: Mortal, wanted: string[], seen: string[], isDone: () => boolean) {
  let cursor = new Uint8Array()
  while (!isDone()) {
    const leave = new AbortController()
    const client = createClient(
      NodeApi,
      createConnectTransport({ baseUrl: node.url, httpVersion: "1.1" }),
    )
    const check = setInterval(() => isDone() && leave.abort(), 50)
    try {
      const request = cursor.length > 0 ? { cursor } : { sinceNs: 0n }
      const events = client.follow({ contentTopics: wanted, ...request }, { signal: leave.signal })
      for await (const event of events) {
        cursor = Uint8Array.from(event.cursor)
        if (event.event.case === "item") seen.push(nameOf(event.event.value.envelope!))
      }
    } catch {
      await pause(20)
    } finally {
      clearInterval(check)
      leave.abort()
    }
  }
}

async function readLog(url: string): Promise<Envelope[]> {
  const client = createClient(NodeApi, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }))
  const leave = new AbortController()
  const log: Envelope[] = []
  for await (const { event } of client.follow({ sinceNs: 0n }, { signal: leave.signal })) {
    if (event.case === "caughtUp") break
    if (event.case === "item") log.push(event.value.envelope!)
  }
  leave.abort()
  return log
}

for (const runtime of ["deno", "bun"] as Runtime[]) {
  describe(`the history of a node on ${runtime}`, () => {
    it("is one and the same for writers, followers and the log, over any number of deaths", async () => {
      const data = mkdtempSync(join(tmpdir(), "wafer-history-"))
      const start = (): Promise<NodeProcess> =>
        startNode(runtime, { data, args: ["--limits", "off", "--log-level", "error"] })
      let running = await start()
      const node: Mortal = { url: running.url, over: false }
      const acknowledged: string[] = []
      const sent = new Set<string>()
      try {
        const writers = [1, 2, 3, 4].map((writer) => write(node, writer, acknowledged, sent))
        const views = [[], [], [topics[0]!], topics.slice(1)].map((wanted) => ({
          wanted: wanted as string[],
          seen: [] as string[],
        }))
        let done = false
        const readers = views.map(({ wanted, seen }) => read(node, wanted, seen, () => done))

        const end = performance.now() + seconds * 1000
        while (performance.now() < end) {
          await pause(300 + Math.random() * 900)
          await running.kill()
          running = await start()
          node.url = running.url
        }
        await pause(300)
        node.over = true
        await Promise.all(writers)

        const log = await readLog(node.url)
        const names = log.map(nameOf)
        const expected = views.map(({ wanted }) =>
          log.filter(({ contentTopic }) => wanted.length === 0 || wanted.includes(contentTopic))
        )
        for (let wait = 0; wait < 200; wait++) {
          if (views.every(({ seen }, i) => seen.length >= expected[i]!.length)) break
          await pause(50)
        }
        done = true
        await Promise.all(readers)

        assert.equal(new Set(names).size, names.length, "an envelope is in the log twice")
        const stored = new Set(names)
        assert.deepEqual(acknowledged.filter((name) => !stored.has(name)), [], "acknowledged, lost")
        assert.deepEqual(names.filter((name) => !sent.has(name)), [], "stored, never sent")
        assert.ok(acknowledged.length > 50, `only ${acknowledged.length} were acknowledged`)
        for (const [i, { seen, wanted }] of views.entries()) {
          assert.equal(new Set(seen).size, seen.length, "a follower has seen something twice")
          // A follower of topics is shown their past in the order of sender time; then the log.
          const all = wanted.length === 0
          const told = expected[i]!.map(nameOf)
          assert.deepEqual(all ? seen : seen.toSorted(), all ? told : told.toSorted())
        }
        assert.equal(await running.stop(), 0)
      } finally {
        node.over = true
        await running[Symbol.asyncDispose]()
        rmSync(data, { recursive: true, force: true })
      }
    })
  })
}
