// Official clients that know nothing of peers: each uses the node it is given.
import assert from "node:assert/strict"
import { test } from "node:test"
import { newWallet, official, officialClient, streaming } from "../interop/official.ts"
import { until } from "../processes.ts"
import { type Member, metricOf, startMember, storedBy } from "./member.ts"

test("two accounts on two nodes converse; one node dies and nothing is missing", {
  timeout: 300_000,
}, async () => {
  const north = await startMember("deno", undefined, [])
  const south = await startMember("bun", undefined, ["--peer", north.address])
  try {
    const meshed = async (member: Member) => await metricOf(member, "wafer_p2p_mesh_peers") === 1
    await until(async () => await meshed(north) && await meshed(south), 60_000)
    const wallet = newWallet()
    const alice = await officialClient(13, north.node.url, newWallet())
    const bob = await officialClient(13, south.node.url, wallet)
    await until(() => alice.canMessage(bob.address))
    const toBob = await alice.conversations.newConversation(bob.address)
    await toBob.send("from the north")
    await until(async () => (await bob.conversations.list()).length === 1)
    const [toAlice] = await bob.conversations.list()
    const stream = await streaming(south.node.url, () => toAlice.streamMessages())
    await toAlice.send("from the south")
    await toBob.send("streamed across")
    const streamed: string[] = []
    while (!streamed.includes("streamed across")) {
      streamed.push((await stream.next()).value.content)
    }
    await stream.return()

    // deno-lint-ignore no-explicit-any
    const texts = async (conversation: any): Promise<string[]> =>
      // deno-lint-ignore no-explicit-any
      (await conversation.messages()).map((message: any) => message.content)
    const all = ["from the north", "from the south", "streamed across"]
    for (const side of [toBob, toAlice]) {
      await until(async () => (await texts(side)).length === 3)
      assert.deepEqual(await texts(side), all)
    }

    await until(async () => await storedBy(north) === await storedBy(south))
    await south.node.kill()
    await toBob.send("while you were away")
    const moved = await official(13).Client.create(wallet, { env: "local", apiUrl: north.node.url })
    const [again] = await moved.conversations.list()
    assert.deepEqual(await texts(again), [...all, "while you were away"])
  } finally {
    await Promise.all([north, south].map(({ node }) => node[Symbol.asyncDispose]()))
  }
})
