// Clients that hold sockets and give nothing for them, on real sockets: a node gets rid of them where
// it can, and goes on answering everybody else in any case.
import assert from "node:assert/strict"
import { connect, type Socket } from "node:net"
import { after, before, describe, it } from "node:test"
import { type NodeProcess, startNode, until } from "../processes.ts"
import { account } from "./token.ts"

const authorization = account(41).authorization()

interface Line {
  readonly socket: Socket
  /** What has come so far. */
  heard(): string
  readonly closed: Promise<void>
}

async function dial(url: string): Promise<Line> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let heard = ""
  socket.on("data", (bytes: Uint8Array) => heard += new TextDecoder("latin1").decode(bytes))
  // A reset is one way to be cut off.
  socket.on("error", () => {})
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()))
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()))
  return { socket, heard: () => heard, closed }
}

function post(path: string, body: string, length = body.length): string {
  return `POST /message/v1/${path} HTTP/1.1\r\nhost: node\r\ncontent-length: ${length}\r\n\r\n${body}`
}

const subscribeTo = (topic: string) => post("subscribe", JSON.stringify({ contentTopics: [topic] }))

async function publish(url: string, topic: string, count: number, size: number): Promise<void> {
  const message = btoa("x".repeat(size))
  const envelopes = Array.from({ length: count }, (_, i) => ({
    contentTopic: topic,
    timestampNs: String(i),
    message,
  }))
  const answer = await fetch(`${url}/message/v1/publish`, {
    method: "POST",
    headers: { authorization },
    body: JSON.stringify({ envelopes }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

async function answers(url: string): Promise<void> {
  assert.equal(await (await fetch(`${url}/healthz`)).text(), "ok\n")
}

async function gauge(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0)
}

for (const runtime of ["deno", "bun"] as const) {
  describe(`a node on ${runtime}, among hostile clients`, () => {
    let node: NodeProcess
    let silent: Line
    before(async () => {
      node = await startNode(runtime, { args: ["--limits", "off"] })
      silent = await dial(node.url)
      silent.socket.write(post("query", "{", 1000))
    })
    after(() => node[Symbol.asyncDispose]())

    it("serves others while headers and bodies come by the byte", async () => {
      const lines = await Promise.all(Array.from({ length: 50 }, () => dial(node.url)))
      for (let i = 0; i < 20; i++) {
        for (const [n, { socket }] of lines.entries()) {
          socket.write((n % 2 ? post("query", "{}", 1000) : "GET /healthz HTTP/1.1")[i]!)
        }
        await answers(node.url)
      }
      for (const { socket, heard } of lines) {
        assert.equal(heard(), "")
        socket.destroy()
      }
      await answers(node.url)
    })

    it("answers what was announced, and takes nothing that came beyond it", async () => {
      const { socket, heard, closed } = await dial(node.url)
      const body = JSON.stringify({ contentTopics: ["a"] })
      socket.write(post("query", body + "x".repeat(5000) + "\r\n\r\n", body.length))
      await until(() => heard().startsWith("HTTP/1.1 200"))
      await closed
      assert.equal(heard().match(/HTTP\/1\.1 200/g)!.length, 1)
      await answers(node.url)
    })

    it("hangs up on garbage behind a request", async () => {
      const { socket, heard, closed } = await dial(node.url)
      socket.write("GET /healthz HTTP/1.1\r\nhost: node\r\n\r\n\0\xff\x16\x03 garbage\r\n\r\n")
      await closed
      assert.doesNotMatch(heard(), /garbage/)
      await answers(node.url)
    })

    it("gives up on a subscriber that never reads, and on no other", async () => {
      const topic = "/xmtp/0/mE-flood/proto"
      const before = await gauge(node.url, "wafer_subscribers")
      const [deaf, awake] = await Promise.all([dial(node.url), dial(node.url)])
      for (const { socket } of [deaf, awake]) socket.write(subscribeTo(topic))
      await until(async () => await gauge(node.url, "wafer_subscribers") === before + 2)
      deaf.socket.pause()
      let sent = 0
      const overflowed = async () => {
        await publish(node.url, topic, 50, 20_000)
        sent += 50
        return await gauge(node.url, "wafer_subscriber_overflows_total") === 1
      }
      await until(overflowed, 60_000)
      assert.equal(await gauge(node.url, "wafer_subscribers"), before + 1)
      const shown = () => awake.heard().match(/"contentTopic"/g)?.length ?? 0
      await until(() => shown() === sent)
      for (const { socket } of [deaf, awake]) socket.destroy()
      await until(async () => await gauge(node.url, "wafer_subscribers") === before)
    })

    it("carries ten thousand idle subscriptions, and forgets them when they go", async () => {
      const lines: Line[] = []
      while (lines.length < 10_000) {
        const some = await Promise.all(Array.from({ length: 250 }, () => dial(node.url)))
        for (const [i, { socket }] of some.entries()) {
          socket.write(subscribeTo(`/xmtp/0/m-${lines.length + i}/proto`))
        }
        lines.push(...some)
      }
      await until(async () => await gauge(node.url, "wafer_subscribers") === 10_000, 60_000)
      await answers(node.url)
      await publish(node.url, "/xmtp/0/m-1234/proto", 1, 10)
      await until(() => lines[1234]!.heard().includes("contentTopic"))
      assert.equal(lines.filter(({ heard }) => heard().includes("contentTopic")).length, 1)
      for (const { socket } of lines) socket.destroy()
      await until(async () => await gauge(node.url, "wafer_subscribers") === 0, 60_000)
    })

    it("has cut off the body that stopped coming", async () => {
      await until(() => silent.heard() !== "", 60_000)
      assert.match(silent.heard(), /^HTTP\/1\.1 [45]\d\d /)
      assert.match(silent.heard(), /came too slowly/)
      silent.socket.destroy()
    })

    it("has written nothing but its log meanwhile, and stops when asked", async () => {
      assert.equal(await node.stop(), 0)
      const foreign = node.output().trim().split("\n").filter((line) => !/^(ready |\{)/.test(line))
      assert.deepEqual(foreign, [])
    })
  })
}
