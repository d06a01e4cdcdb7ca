import { Code } from "@connectrpc/connect"
import assert from "node:assert/strict"
import { test } from "node:test"
import { Client } from "../client.ts"
import { reaction } from "../codecs/reaction.ts"
import { privateKeySigner } from "../protocol/signer.ts"
import { memoryStore } from "../stores/memory.ts"
import { type TestNode, testNode } from "../testing/node.ts"
import { memory } from "../network/transports/memory.ts"
import type { Store } from "../stores/store.ts"
import { exitCodes } from "./exit-code.ts"
import { run } from "./run.ts"

/** Somebody at a terminal. Keeps the account between calls. */
function person(node: TestNode, signal = new AbortController().signal) {
  const homes = new Map<string, Store>()
  return async (...words: string[]) => {
    const results: string[] = []
    const notes: string[] = []
    const progress: (string | undefined)[] = []
    const saved = new Map<string, string>()
    const code = await run({
      words,
      environment: {},
      home: "home",
      terminal: {
        result: (line) => void results.push(line),
        note: (line) => void notes.push(line),
        progress: (text) => void progress.push(text),
        input: () => Promise.resolve("from standard input"),
        save: (path, text) => Promise.resolve(void saved.set(path, text)),
        signal,
      },
      openStore(folder) {
        const store = homes.get(folder) ?? memoryStore()
        homes.set(folder, store)
        return store
      },
      openTransport: () => memory(node.routes),
    })
    return { code, results, notes, progress, saved }
  }
}

test("a long list says how far it is, and cleans up after itself", async () => {
  const node = testNode()
  const [alice, bob] = [person(node), person(node)]
  const address = async (who: typeof alice) => (await who("account", "create")).results[0]!
  const [aliceAddress, bobAddress] = [await address(alice), await address(bob)]
  for (let i = 0; i < 3; i++) await alice("send", bobAddress, `${i}`)
  await alice("send", bobAddress, "-")

  const { results, progress } = await bob("list", aliceAddress)
  assert.deepEqual(results.map((line) => line.split("  ").at(-1)), [
    "0",
    "1",
    "2",
    "from standard input",
  ])
  assert.deepEqual(progress, ["4 messages", undefined])

  const out = await bob("export", "messages", "--out", "file")
  assert.deepEqual(out.progress, ["1 of 1 conversations, 4 messages", undefined])
  assert.equal(out.saved.get("file")!.trimEnd().split("\n").length, 4)
  assert.deepEqual(out.results, [])
})

test("what is not text is shown by its fallback, and whole in JSON", async () => {
  const node = testNode()
  const alice = person(node)
  const [address] = (await alice("account", "create")).results
  const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const bob = await Client.create(signer, { transport: memory(node.routes) })
  const conversation = await bob.conversations.newConversation(address!)
  const liked = { action: "added", reference: "aa", schema: "unicode", content: "👍" } as const
  await conversation.send(liked, reaction)

  const { results: [line] } = await alice("list", bob.address)
  assert.ok(line!.endsWith("Reacted “👍” to an earlier message"), line)
  const { results: [json] } = await alice("--json", "list", bob.address)
  assert.deepEqual(JSON.parse(json!).content, liked)
  assert.equal(JSON.parse(json!).contentType, "xmtp.org/reaction:1.0")
})

test("conversations are told apart by their id", async () => {
  const node = testNode()
  const [alice, bob] = [person(node), person(node)]
  const [aliceAddress] = (await alice("account", "create")).results as [string]
  const [bobAddress] = (await bob("account", "create")).results as [string]
  await alice("send", bobAddress, "common")
  await alice("send", bobAddress, "apart", "--conversation", "example.com/1")
  assert.equal((await bob("list")).results.length, 2)
  const { results } = await bob("list", aliceAddress, "--conversation", "example.com/1")
  assert.equal(results.length, 1)
  assert.ok(results[0]!.endsWith("apart"))
  assert.equal((await bob("list", aliceAddress, "--limit", "1")).results.length, 1)
  assert.equal((await bob("list", aliceAddress, "--limit", "0")).results.length, 0)
})

test("two homes are two accounts", async () => {
  const alice = person(testNode())
  const first = await alice("account", "create", "--home", "one")
  const second = await alice("account", "create", "--home", "two")
  assert.notEqual(first.results[0], second.results[0])
  const { results } = await alice("account", "show", "--home", "one")
  assert.deepEqual(results, first.results)
})

test("a program that is asked to stop says so by its exit code", async () => {
  const node = testNode()
  const stop = new AbortController()
  const alice = person(node, stop.signal)
  await alice("account", "create")
  stop.abort(new Error("interrupted"))
  const { code, notes } = await alice("list")
  assert.equal(code, exitCodes.interrupted)
  assert.deepEqual(notes, [])
})

test("a node that refuses has an exit code of its own", async () => {
  const node = testNode()
  const [alice, bob] = [person(node), person(node)]
  await alice("account", "create")
  const [bobAddress] = (await bob("account", "create")).results as [string]
  node.failNext({ call: "publish", code: Code.PermissionDenied })
  const { code, notes, results } = await alice("send", bobAddress, "hi", "--json")
  assert.equal(code, exitCodes.refused)
  assert.equal(JSON.parse(notes[0]!).error.code, "permission-denied")
  assert.deepEqual(results, [])
})

test("nothing is asked of the network for a call that makes no sense", async () => {
  const node = testNode()
  const alice = person(node)
  await alice("account", "create")
  const calls = node.calls.length
  for (
    const words of [
      ["send", "0x12"],
      ["send", "0x12", "hi"],
      ["list", "0x12"],
      ["list", "--limit", "3"],
      ["stream", "0x12"],
      ["allow"],
      ["allow", "0x12"],
      ["export", "all"],
      [],
    ]
  ) {
    assert.equal((await alice(...words)).code, exitCodes.usage, words.join(" "))
  }
  assert.equal(node.calls.length, calls)
})
