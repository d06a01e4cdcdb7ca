// Several node processes on one remote Deno KV: a real `denokv` server, the one that operators run.
//
//   cargo install denokv --locked        (needs protoc)
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, before, describe, it } from "node:test"
import {
  findProgram,
  lastingPort,
  type NodeProcess,
  type Runtime,
  startNode,
  until,
} from "../processes.ts"
import {
  checkHistory,
  type Mortal,
  nameOf,
  pause,
  read,
  readLog,
  shownOf,
  topics,
  type View,
  write,
} from "./history.ts"
import { account } from "./token.ts"

const program = findProgram("denokv", "DENOKV_BIN")
const skip = !program && "denokv is neither on PATH nor in DENOKV_BIN"
const authorization = account(22).authorization()
const token = "a-token-of-the-test"
const seconds = Number(process.env.SOAK_SECONDS ?? 4)

interface SharedKv {
  readonly url: string
  kill(): Promise<unknown>
}

async function startKv(file: string, port: number): Promise<SharedKv> {
  const serve = ["serve", "--addr", `127.0.0.1:${port}`, "--access-token", token]
  const child = spawn(program!, ["--sqlite-path", file, ...serve], { stdio: "ignore" })
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(url)).status < 500)
  const exited = new Promise((resolve) => child.once("exit", resolve))
  return {
    url,
    kill() {
      child.kill("SIGKILL")
      return exited
    },
  }
}

function post(url: string, path: string, body: unknown): Promise<Response> {
  const headers = { authorization }
  return fetch(`${url}/message/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) })
}

describe("nodes on one denokv server", () => {
  let folder: string | undefined
  let kv: SharedKv
  let startServer: () => Promise<SharedKv>
  before(async () => {
    if (skip) return
    folder = mkdtempSync(join(tmpdir(), "wafer-shared-"))
    process.env.DENO_KV_ACCESS_TOKEN = token
    const port = await lastingPort()
    startServer = () => startKv(join(folder!, "shared.sqlite"), port)
    kv = await startServer()
  })
  after(async () => {
    await kv?.kill()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  const start = (runtime: Runtime): Promise<NodeProcess> =>
    startNode(runtime, { args: ["--kv", kv.url, "--limits", "off", "--log-level", "error"] })

  it("are one node to writers and followers, whichever of them dies", { skip }, async () => {
    const runtimes: Runtime[] = ["deno", "bun"]
    const running = await Promise.all(runtimes.map(start))
    const nodes = running.map(({ url }): Mortal => ({ url, over: false }))
    const acknowledged: string[] = []
    const sent = new Set<string>()
    try {
      const writers = [1, 2, 3, 4].map((n) => write(nodes[n % 2]!, n, acknowledged, sent))
      // Each node is followed for all, and for topics that the other one takes as well.
      const views = [[], [], [topics[0]!], topics.slice(1)].map((wanted): View => ({
        wanted,
        seen: [],
      }))
      let done = false
      const readers = views.map(({ wanted, seen }, i) =>
        read(nodes[i % 2]!, wanted, seen, () => done)
      )
      const end = performance.now() + seconds * 1000
      const goesOn = () => performance.now() < end || acknowledged.length <= 20
      for (let dying = 0; goesOn(); dying = 1 - dying) {
        await pause(500 + Math.random() * 900)
        await running[dying]!.kill()
        running[dying] = await start(runtimes[dying]!)
        nodes[dying]!.url = running[dying]!.url
      }
      await pause(500)
      for (const node of nodes) node.over = true
      await Promise.all(writers)

      const logs = await Promise.all(nodes.map(({ url }) => readLog(url)))
      const log = logs[0]!
      assert.deepEqual(logs[1]!.map(nameOf), log.map(nameOf), "two logs of one store")
      await until(
        () => views.every((view) => view.seen.length >= shownOf(log, view).length),
        60_000,
      )
      done = true
      await Promise.all(readers)
      checkHistory({ log, acknowledged, sent, views })
      for (const node of running) {
        const metrics = await (await fetch(`${node.url}/metrics`)).text()
        assert.match(metrics, new RegExp(`^wafer_log_head ${log.length}$`, "m"))
        assert.equal(await node.stop(), 0)
      }
    } finally {
      for (const node of nodes) node.over = true
      for (const node of running) await node[Symbol.asyncDispose]()
    }
  })

  it(
    "give back at one what was given to the other, as much as a request holds",
    { skip },
    async () => {
      await using taker = await start("deno")
      await using giver = await start("bun")
      const contentTopic = "/xmtp/0/m-much/proto"
      const message = (bytes: number, fill: number): string =>
        Buffer.alloc(bytes, fill).toString("base64")
      const envelopes = [
        { contentTopic, timestampNs: "1", message: message(1_048_214, 1) },
        { contentTopic, timestampNs: "2", message: message(65_536, 2) },
        ...Array.from({ length: 1000 }, (_, i) => ({
          contentTopic: `/xmtp/0/m-${"much".padEnd(200, "x")}/proto`,
          timestampNs: `${i}`,
          message: message(600, i),
        })),
      ]
      const published = await post(taker.url, "publish", { envelopes })
      assert.equal(published.status, 200, await published.text())
      const contentTopics = [contentTopic, envelopes.at(-1)!.contentTopic]
      const found: unknown[] = []
      for (let cursor: unknown = null, more = true; more;) {
        const pagingInfo = { direction: "SORT_DIRECTION_ASCENDING", limit: 100, cursor }
        const page = await (await post(giver.url, "query", { contentTopics, pagingInfo })).json()
        found.push(...page.envelopes)
        cursor = page.pagingInfo.cursor
        more = cursor !== null
      }
      const order = (all: unknown[]) => all.map((one) => JSON.stringify(one)).toSorted()
      assert.deepEqual(order(found), order(envelopes))
    },
  )

  it("go on when the server was killed and comes back", { skip }, async () => {
    const running = [await start("deno"), await start("bun")]
    const contentTopic = "/xmtp/0/m-back/proto"
    const seen: string[][] = [[], []]
    let done = false
    const readers = running.map(({ url }, i) =>
      read({ url, over: false }, [contentTopic], seen[i]!, () => done)
    )
    const publish = async (at: number, timestampNs: string): Promise<boolean> =>
      (await post(running[at]!.url, "publish", {
        envelopes: [{ contentTopic, timestampNs, message: btoa(timestampNs) }],
      })).ok
    try {
      assert.ok(await publish(0, "1"))
      await until(() => seen.every((one) => one.includes("1")))
      await kv.kill()
      // Deno KV tries again on its own: this one is answered when the server is back.
      const meanwhile = publish(0, "2")
      await until(async () => (await fetch(`${running[1]!.url}/readyz`)).status === 503)
      kv = await startServer()
      if (await meanwhile) await until(() => seen.every((one) => one.includes("2")))
      // Both ways, and live: the line that tells of the other process is up again.
      for (const [at, name] of [[0, "3"], [1, "4"]] as const) {
        await until(() => publish(at, name))
        await until(() => seen.every((one) => one.includes(name)))
      }
      for (const one of seen) assert.equal(new Set(one).size, one.length)
    } finally {
      done = true
      await Promise.all(readers)
      for (const node of running) await node[Symbol.asyncDispose]()
    }
  })
})
