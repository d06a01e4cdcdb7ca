// Five processes on two runtimes, each with a store on disk, that know one address.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { create } from "@bufbuild/protobuf"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { type Envelope, EnvelopeSchema, MessageApi, PublishRequestSchema } from "@wafer/proto"
import { account } from "../node/token.ts"
import { type NodeProcess, type Runtime, startNode, until } from "../processes.ts"

const RUNTIMES: readonly Runtime[] = ["deno", "bun", "deno", "bun", "deno"]

interface Member {
  readonly node: NodeProcess
  readonly runtime: Runtime
  readonly data: string
  /** Its multiaddr, of this start. */
  readonly address: string
}

async function start(runtime: Runtime, data: string, args: string[]): Promise<Member> {
  const node = await startNode(runtime, {
    data,
    args: ["--host", "127.0.0.1", "--limits", "off", "--p2p-port", "0", ...args],
  })
  await until(() => /^peer \S+$/m.test(node.output()))
  return { node, runtime, data, address: /^peer (\S+)$/m.exec(node.output())![1]! }
}

async function metric({ node }: Member, name: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  return text.split("\n").filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)
}

const stored = (member: Member) => metric(member, "wafer_p2p_set_items_kept")

async function allStored(members: readonly Member[], count: number, ms: number): Promise<void> {
  try {
    await until(async () => (await Promise.all(members.map(stored))).every((n) => n === count), ms)
  } catch (cause) {
    const counts = (await Promise.all(members.map(stored))).join()
    throw new Error(`expected ${count} everywhere, got ${counts}`, { cause })
  }
}

let published = 0
const authorization = account(1).authorization()

function envelope(bytes: number): Envelope {
  const message = new Uint8Array(bytes).fill(1)
  new DataView(message.buffer).setUint32(0, ++published)
  const timestampNs = BigInt(Date.now()) * 1_000_000n + BigInt(published)
  return create(EnvelopeSchema, { contentTopic: "/xmtp/0/m-mesh/proto", timestampNs, message })
}

async function publish({ node }: Member, envelopes: Envelope[], at = 50): Promise<void> {
  const transport = createConnectTransport({ baseUrl: node.url, httpVersion: "1.1" })
  const api = createClient(MessageApi, transport)
  for (let i = 0; i < envelopes.length; i += at) {
    const request = create(PublishRequestSchema, { envelopes: envelopes.slice(i, i + at) })
    await api.publish(request, { headers: { authorization } })
  }
}

test("five processes on two runtimes become and stay one", { timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-mesh-"))
  const members: Member[] = []
  try {
    const seed = await start(RUNTIMES[0]!, join(folder, "0"), [])
    members.push(seed)
    members.push(
      ...await Promise.all(
        RUNTIMES.slice(1).map((runtime, i) =>
          start(runtime, join(folder, String(i + 1)), ["--peer", seed.address])
        ),
      ),
    )

    await t.test("each finds the four others", async () => {
      const full = async (member: Member) => await metric(member, "wafer_p2p_peers") === 4
      await until(async () => (await Promise.all(members.map(full))).every(Boolean), 30_000)
    })

    let count = 0
    await t.test("1000 envelopes of 1 KiB, none lost", async () => {
      const half = () => Array.from({ length: 500 }, () => envelope(1024))
      await Promise.all([publish(members[0]!, half()), publish(members[1]!, half())])
      await allStored(members, count += 1000, 30_000)
    })

    await t.test("10 envelopes of 1 MiB, none lost", async () => {
      await publish(members[3]!, Array.from({ length: 10 }, () => envelope(1_048_214)), 5)
      await allStored(members, count += 10, 30_000)
    })

    await t.test("a node that was killed comes back and becomes complete", async () => {
      const [victim] = members.splice(4, 1)
      await victim!.node.kill()
      await publish(members[1]!, Array.from({ length: 300 }, () => envelope(300)))
      await allStored(members, count += 300, 20_000)
      members.push(await start(victim!.runtime, victim!.data, ["--peer", seed.address]))
      assert.equal(members[4]!.address.split("/p2p/")[1], victim!.address.split("/p2p/")[1])
      await allStored(members, count, 40_000)
    })
  } finally {
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
    rmSync(folder, { recursive: true, force: true })
  }
})
