// What takes minutes: `deno task soak`, or WAFER_SOAK=1. The last results are in docs/network.md.
import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { Index } from "../../node/p2p/repair/rbsr/index.ts"
import { keyOf } from "../../node/p2p/repair/rbsr/key.ts"
import { compare, initiate, respond } from "../../node/p2p/repair/rbsr/reconcile.ts"
import { commandOf, root, type Runtime, until } from "../processes.ts"
import { envelope, type LocalNode, localNode, until as untilNow } from "./local.ts"
import { allStored, type Member, metricOf, publishTo, startMember, storedBy } from "./member.ts"

const soak = process.env.WAFER_SOAK ? false : "takes minutes: run it with WAFER_SOAK=1"
const minutes = (n: number) => n * 60_000

const many = (count: number, bytes = 300) =>
  Array.from({ length: count }, (_, i) =>
    envelope({
      contentTopic: `/xmtp/0/m-${i % 1000}/proto`,
      message: new Uint8Array(bytes).fill(i & 255),
    }))

function say(what: string, started: number): void {
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

test("a million items of one stamp", { skip: soak, timeout: minutes(5) }, () => {
  const a = new Index()
  const b = new Index()
  for (let i = 0; i < 1_000_000; i++) {
    const id = crypto.getRandomValues(new Uint8Array(32))
    const key = keyOf(1_750_000_000_000_000_000n, id)
    b.insert(key)
    if (i % 10_000 !== 0) a.insert(key)
  }
  const started = performance.now()
  const need = new Set<string>()
  let message: Uint8Array | undefined = initiate(a)
  while (message !== undefined) {
    const step = compare(a, respond(b, message))
    step.need.forEach((id) => need.add(id.join()))
    message = step.next
  }
  assert.equal(need.size, 100)
  say("100 of 1 000 000 equal stamps", started)
})

test("an empty node joins 100 000 envelopes on disk", {
  skip: soak,
  timeout: minutes(10),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-soak-"))
  const members: Member[] = []
  try {
    members.push(await startMember("deno", join(folder, "0"), []))
    await publishTo(members[0]!, many(100_000), 1000)
    const started = performance.now()
    members.push(await startMember("bun", join(folder, "1"), ["--peer", members[0]!.address]))
    await allStored(members, 100_000, minutes(5))
    say("joined 100 000", started)
  } finally {
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Stores the envelopes `from` to `to` of a series that is the same for every node. */
async function fill(node: LocalNode, from: number, to: number, stamp: (i: number) => bigint) {
  for (let at = from; at < to; at += 1000) {
    await node.publish(...Array.from({ length: Math.min(1000, to - at) }, (_, i) => {
      const message = new Uint8Array(200)
      new DataView(message.buffer).setUint32(0, at + i)
      const contentTopic = `/xmtp/0/m-${(at + i) % 1000}/proto`
      return envelope({ contentTopic, timestampNs: stamp(at + i), message })
    }))
  }
}

const equal = (...nodes: LocalNode[]) => {
  const [first, ...others] = nodes.map(({ store }) => String(store.fingerprint("kept").sum))
  return others.every((sum) => sum === first)
}

test("1 000 000 envelopes, 50 000 missing on each side at two times: none is lost", {
  skip: soak,
  timeout: minutes(30),
}, async () => {
  const stamp = (i: number) => BigInt(1_750_000_000_000 + i) * 1_000_000n
  await using a = await localNode()
  await fill(a, 0, 200_000, stamp)
  await fill(a, 225_000, 600_000, stamp)
  await fill(a, 625_000, 1_000_000, stamp)
  await using b = await localNode()
  await fill(b, 0, 400_000, stamp)
  await fill(b, 425_000, 800_000, stamp)
  await fill(b, 825_000, 1_000_000, stamp)
  const started = performance.now()
  await using again = await localNode({ seeds: [...a.peers.addresses] }, { store: b.store })
  await untilNow(
    () => a.count() === 1_000_000 && again.count() === 1_000_000,
    minutes(20),
    () => `${a.count()} and ${again.count()}`,
  )
  assert.ok(equal(a, again))
  say("1 000 000 healed", started)
})

test("an empty node joins 1 000 000 envelopes of one stamp", {
  skip: soak,
  timeout: minutes(30),
}, async () => {
  await using a = await localNode()
  await fill(a, 0, 1_000_000, () => 1_750_000_000_000_000_000n)
  const started = performance.now()
  await using b = await localNode({ seeds: [...a.peers.addresses] })
  await untilNow(() => b.count() === 1_000_000, minutes(20), () => String(b.count()))
  assert.ok(equal(a, b))
  say("joined 1 000 000 of one stamp", started)
})

test("ten minutes of outage after a kill -9", { skip: soak, timeout: minutes(20) }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "wafer-soak-"))
  const members: Member[] = []
  try {
    members.push(await startMember("deno", join(folder, "0"), []))
    const seed = ["--peer", members[0]!.address]
    members.push(await startMember("bun", join(folder, "1"), seed))
    members.push(await startMember("deno", join(folder, "2"), seed))
    await publishTo(members[0]!, many(1000), 100)
    await allStored(members, 1000, minutes(1))
    // The seed itself: the others must keep on dialling it.
    const [victim] = members.splice(0, 1)
    await victim!.node.kill()
    for (let minute = 0; minute < 10; minute++) {
      await publishTo(members[minute % 2]!, many(500), 100)
      await new Promise((resolve) => setTimeout(resolve, minutes(1)))
    }
    const port = /\/tcp\/(\d+)\//.exec(victim!.address)![1]!
    const started = performance.now()
    members.push(await startMember("deno", join(folder, "0"), ["--p2p-port", port]))
    await until(async () => await metricOf(members[2]!, "wafer_p2p_peers") === 2, minutes(2))
    say("found by both after", started)
    await allStored(members, 6000, minutes(2))
    say("equal after", started)
  } finally {
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Three network namespaces on one bridge, 50 ms apart and losing one packet in a hundred. */
const NETWORK = "10.77.0"
const addressOf = (i: number) => `${NETWORK}.${i + 1}`
const ip = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" })
const inside = (i: number, ...args: string[]) => ip("netns", "exec", `wafer${i}`, ...args)

function canIsolate(): boolean {
  try {
    ip("netns", "add", "wafer-probe")
    ip("netns", "del", "wafer-probe")
    return true
  } catch {
    return false
  }
}

function buildNetwork(nodes: number): void {
  tearDown(nodes)
  ip("link", "add", "wafer-br", "type", "bridge")
  ip("addr", "add", `${NETWORK}.254/24`, "dev", "wafer-br")
  ip("link", "set", "wafer-br", "up")
  for (let i = 0; i < nodes; i++) {
    ip("netns", "add", `wafer${i}`)
    ip("link", "add", `waferv${i}`, "type", "veth", "peer", "name", "eth0", "netns", `wafer${i}`)
    ip("link", "set", `waferv${i}`, "master", "wafer-br", "up")
    inside(i, "ip", "addr", "add", `${addressOf(i)}/24`, "dev", "eth0")
    inside(i, "ip", "link", "set", "eth0", "up")
    inside(i, "ip", "link", "set", "lo", "up")
    try {
      inside(i, "tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "25ms", "loss", "1%")
    } catch {
      console.log("no netem in this kernel: partition without latency and loss")
    }
  }
}

function tearDown(nodes: number): void {
  const quietly = (...args: string[]) => {
    try {
      ip(...args)
    } catch { /* it was not there */ }
  }
  for (let i = 0; i < nodes; i++) quietly("netns", "del", `wafer${i}`)
  quietly("link", "del", "wafer-br")
}

/** Cuts node 0 from the others, or joins them again. */
function partition(cut: boolean, nodes: number): void {
  for (let i = 1; i < nodes; i++) {
    const verb = cut ? "add" : "del"
    inside(0, "ip", "route", verb, "blackhole", `${addressOf(i)}/32`)
    inside(i, "ip", "route", verb, "blackhole", `${addressOf(0)}/32`)
  }
}

async function startInside(i: number, runtime: Runtime, args: string[]): Promise<Member> {
  const [program, words] = commandOf(runtime, join(root, "node", "main.ts"), [
    ...["--host", addressOf(i), "--port", "5555", "--grpc-port", "5556", "--p2p-port", "5557"],
    ...["--data", ":memory:", "--limits", "off", ...args],
  ])
  const child = spawn("ip", ["netns", "exec", `wafer${i}`, program, ...words], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output += text)
  }
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve))
  const kill = async () => {
    child.kill("SIGKILL")
    await exited
  }
  try {
    await until(() => /^peer \S+$/m.test(output))
  } catch (cause) {
    throw new Error(output, { cause })
  }
  const node = {
    url: `http://${addressOf(i)}:5555`,
    child,
    output: () => output,
    stop: () => (child.kill("SIGTERM"), exited),
    kill,
    [Symbol.asyncDispose]: kill,
  }
  return { node, runtime, address: /^peer (\S+)$/m.exec(output)![1]! }
}

test("a partition with 10 000 envelopes on each side", {
  skip: soak || (canIsolate() ? false : "needs the right to make network namespaces"),
  timeout: minutes(10),
}, async () => {
  const nodes = 3
  const members: Member[] = []
  buildNetwork(nodes)
  try {
    members.push(await startInside(0, "deno", []))
    members.push(await startInside(1, "bun", ["--peer", members[0]!.address]))
    members.push(await startInside(2, "deno", ["--peer", members[0]!.address]))
    const peersOf = (member: Member) => metricOf(member, "wafer_p2p_peers")
    await until(async () => (await Promise.all(members.map(peersOf))).every((n) => n === 2), 60_000)
    partition(true, nodes)
    await until(async () => await peersOf(members[0]!) === 0, minutes(2))
    await Promise.all([
      publishTo(members[0]!, many(10_000), 500),
      publishTo(members[1]!, many(10_000), 500),
    ])
    await until(async () => await storedBy(members[2]!) === 10_000, minutes(2))
    assert.equal(await storedBy(members[0]!), 10_000)
    partition(false, nodes)
    const started = performance.now()
    await until(async () => await peersOf(members[0]!) === 2, minutes(3))
    say("found each other after", started)
    const together = performance.now()
    await allStored(members, 20_000, 60_000)
    say("equal after", together)
  } finally {
    await Promise.all(members.map(({ node }) => node[Symbol.asyncDispose]()))
    tearDown(nodes)
  }
})
