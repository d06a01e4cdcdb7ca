// The examples, run: as programs where they need nobody else, as functions where somebody answers.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { Client, memory, privateKeySigner } from "@wafer/sdk"
import { readReceipt } from "@wafer/sdk/codecs/read-receipt"
import { localKeystore } from "@wafer/sdk/local-keystore"
import { broadcast, subscribe, type Subscribers } from "../examples/broadcast.ts"
import { echo } from "../examples/echo-bot.ts"
import { exportAccount, importAccount } from "../examples/key-export.ts"
import { pushServer, registration } from "../examples/push-filter.ts"
import { follow, readOnly, SearchIndex } from "../examples/read-only-indexer.ts"
import { receive, sign, tell } from "../examples/webhook-bridge.ts"
import { type TestNode, testNode } from "../sdk/testing/node.ts"
import { type NodeProcess, root, runProgram, startNode, until } from "./processes.ts"

const newSigner = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
const join = (node: TestNode, signer = newSigner()) =>
  Client.create(signer, { transport: memory(node.routes) })

describe("programs", () => {
  let node: NodeProcess
  before(async () => {
    node = await startNode("deno")
  })
  after(() => node.kill())

  const expected = {
    "key-export": /^0x[0-9a-fA-F]{40} moved in \d+ bytes\n$/,
    "keystore-worker": /^sealed in a worker\n$/,
    broadcast: /^(allowed Issue 1: hello\n){3}$/,
  }
  for (const runtime of ["deno", "bun", "node"] as const) {
    for (const [name, output] of Object.entries(expected)) {
      test(`${name} on ${runtime}`, async () => {
        const file = `${root}/examples/${name}.ts`
        const { code, stdout, stderr } = await runProgram(runtime, file, { args: [node.url] })
        assert.equal(code, 0, stderr)
        assert.match(stdout, output)
      })
    }
  }
})

test("the echo bot answers texts, and nothing else", async () => {
  const node = testNode({ follow: true })
  const [bot, alice] = await Promise.all([join(node), join(node)])
  const conversation = await alice.conversations.newConversation(bot.address)
  await conversation.send("is anybody there?")
  await conversation.send({}, readReceipt)
  const echoing = echo(bot, { since: new Date(0) })
  const answers: unknown[] = []
  for await (const message of conversation.stream({ since: new Date(0) })) {
    if (message.senderAddress !== bot.address) continue
    answers.push(message.content)
    if (answers.length === 1) await conversation.send("good")
    else break
  }
  assert.deepEqual(answers, ["is anybody there?", "good"])
  await bot.close()
  await echoing
})

test("an exported account opens with its password only, conversations included", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  await (await alice.conversations.newConversation(bob.address)).send("kept")
  const file = await exportAccount(alice, "horse")
  const options = { transport: memory(node.routes) }
  await assert.rejects(importAccount(file, "donkey", options))
  const moved = await importAccount(file, "horse", options)
  assert.equal(moved.address, alice.address)
  const [conversation] = await moved.conversations.list()
  assert.deepEqual((await conversation!.messages()).map(({ content }) => content), ["kept"])
})

test("a phone wakes for what others write, if they wish it, and not for its owner's words", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  await toBob.send("before")
  const [toAlice] = await bob.conversations.list()

  const woken: string[] = []
  const server = pushServer(memory(node.routes), (phone, { message }) => {
    woken.push(`${phone} ${message.length > 0}`)
  })
  const url = "https://push.example/phones/bobs"
  const body = Uint8Array.from(await registration(bob))
  assert.equal((await server.handle(new Request(url, { method: "PUT", body }))).status, 204)
  await until(() => node.calls.includes("subscribe"))

  await toAlice!.send("my own word")
  await toBob.send({}, readReceipt)
  await toBob.send("hush", { shouldPush: false })
  await toBob.send("wake up")
  await until(() => woken.length > 0)
  await toBob.send("again")
  await until(() => woken.length > 1)
  assert.deepEqual(woken, ["bobs true", "bobs true"])

  const elsewhere = new Request("https://push.example/other", { method: "PUT", body })
  assert.equal((await server.handle(elsewhere)).status, 404)
  const garbage = new Request(url, { method: "PUT", body: Uint8Array.of(255) })
  assert.equal((await server.handle(garbage)).status, 400)
  assert.equal((await server.handle(new Request(url, { method: "DELETE" }))).status, 204)
  server.close()
})

test("the indexer finds what was and what comes, and cannot write", async () => {
  const node = testNode({ follow: true })
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const toBob = await alice.conversations.newConversation(bob.address)
  await toBob.send("The ship sails at noon")
  const keystore = readOnly(localKeystore(await bob.exportKeys()))
  const reader = await Client.withKeystore(keystore, { transport: memory(node.routes) })

  const index = new SearchIndex()
  const following = follow(reader, index)
  await until(() => index.search("ship").length === 1)
  await toBob.send("Another ship, at midnight")
  await until(() => index.search("ship").length === 2)
  const found = (query: string) => index.search(query).map(({ content }) => content)
  assert.deepEqual(found("SHIP noon"), ["The ship sails at noon"])
  assert.deepEqual(found("train"), [])
  assert.deepEqual(found(""), [])

  const [conversation] = await reader.conversations.list()
  await assert.rejects(conversation!.send("no"), /this keystore only reads/)
  await assert.rejects(reader.exportKeys(), /this keystore only reads/)
  await reader.close()
  await following
})

test("a newsletter reaches its subscribers, who let it in, and tells whom it missed", async () => {
  const node = testNode()
  const newsletter = await join(node)
  const subscribers: Subscribers = new Map()
  const signers = Array.from({ length: 4 }, newSigner)
  for (const signer of signers) await subscribe(subscribers, signer, newsletter.address)
  const readers = await Promise.all(signers.slice(1).map((signer) => join(node, signer)))

  const unreached = await broadcast(newsletter, subscribers, "Issue 1", 2)
  assert.deepEqual([...unreached.keys()], [signers[0]!.getAddress()])
  for (const reader of readers) {
    const [conversation] = await reader.conversations.list()
    assert.deepEqual((await conversation!.messages()).map(({ content }) => content), ["Issue 1"])
    assert.equal(await reader.contacts.consent(newsletter.address), "allowed")
  }
})

test("a bridge sends what the web posts, and posts what people send", async () => {
  const node = testNode({ follow: true })
  const [bridge, alice] = await Promise.all([join(node), join(node)])
  const posts: { from: string; content: string; signature: string | null; body: string }[] = []
  let failures = 1
  const hook = {
    url: "https://web.example/hook",
    secret: "between us",
    async fetch(request: Request) {
      if (failures-- > 0) return new Response("not now", { status: 503 })
      const body = await request.text()
      const signature = request.headers.get("x-signature")
      posts.push({ ...JSON.parse(body), signature, body })
      return new Response()
    },
  }
  const post = (body: unknown, secret = hook.secret) =>
    receive(
      bridge,
      hook,
      new Request(hook.url, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}` },
        body: JSON.stringify(body),
      }),
    )

  assert.equal((await post({ to: alice.address, text: "hi" }, "guess")).status, 401)
  assert.equal((await post({ to: alice.address })).status, 400)
  assert.equal((await post({ to: "alice", text: "hi" })).status, 400)
  const nobody = "0x1111111111111111111111111111111111111111"
  assert.equal((await post({ to: nobody, text: "hi" })).status, 404)
  assert.equal((await post({ to: alice.address, text: "deployed" })).status, 202)
  const [conversation] = await alice.conversations.list()
  assert.deepEqual((await conversation!.messages()).map(({ content }) => content), ["deployed"])

  const follows = node.calls.filter((call) => call === "follow").length
  const telling = tell(bridge, hook)
  await until(() => node.calls.filter((call) => call === "follow").length > follows)
  await conversation!.send("thanks")
  await until(() => posts.length === 1)
  const [{ from, content, signature, body }] = posts as [typeof posts[0]]
  assert.deepEqual([from, content], [alice.address, "thanks"])
  assert.equal(signature, await sign(body, hook.secret))
  await bridge.close()
  await telling
})
