// Our SDK and every official release as each other's peer, through our node, in both directions.
import { Client, http } from "@wafer/sdk"
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { type NodeProcess, startNode, until } from "../processes.ts"
import { newWallet, official, officialClient, type OfficialVersion, streaming } from "./official.ts"

const versions: OfficialVersion[] = [7, 9, 11, 12, 13]

describe("our SDK and official clients", () => {
  let node: NodeProcess
  before(async () => {
    node = await startNode("deno", { args: ["--limits", "off"] })
  })
  after(() => node.kill())

  const ours = (wallet = newWallet()) => Client.create(wallet, { transport: http(node.url) })

  for (const version of versions) {
    test(`we invite xmtp-js ${version}, and both read both`, async () => {
      await using us = await ours()
      const them = await theirs(version, node.url)
      assert.equal(await us.canMessage(them.address), true)
      assert.equal(await them.canMessage(us.address), true)

      const ourSide = await us.conversations.newConversation(them.address)
      await ourSide.send("from us")
      const [theirSide] = await them.conversations.list()
      assert.equal(theirSide.peerAddress, us.address)
      await theirSide.send("from them")
      assert.deepEqual(await ourTexts(ourSide), ["from us", "from them"])
      assert.deepEqual(await theirTexts(theirSide), ["from us", "from them"])
    })

    test(`xmtp-js ${version} invites us, and both stream`, async () => {
      await using us = await ours()
      const them = await theirs(version, node.url)
      const theirSide = await them.conversations.newConversation(us.address)
      await theirSide.send("from them")
      const [ourSide] = await us.conversations.list()
      assert.equal(ourSide!.peerAddress, them.address)
      assert.equal(ourSide!.topic, theirSide.topic)

      const heard: unknown[] = []
      const hearing = (async () => {
        for await (const message of ourSide!.stream({ since: new Date(0) })) {
          heard.push(message.content)
          if (heard.length === 3) break
        }
      })()
      const stream = await streaming(node.url, () => theirSide.streamMessages())
      await ourSide!.send("from us")
      assert.equal((await stream.next()).value.content, "from us")
      await stream.return()
      await theirSide.send("and again")
      await hearing
      assert.deepEqual(heard, ["from them", "from us", "and again"])
    })

    test(`we and xmtp-js ${version} open the account that the other made`, async () => {
      const wallet = newWallet()
      await using us = await ours(wallet)
      const them = await theirs(version, node.url, wallet)
      assert.equal(them.address, us.address)

      const second = newWallet()
      const made = await theirs(version, node.url, second)
      await using opened = await ours(second)
      assert.equal(opened.address, made.address)
      const exported = await official(version).Client.getKeys(second, {
        env: "local",
        apiUrl: node.url,
      })
      assert.deepEqual(await opened.exportKeys(), new Uint8Array(exported))
    })

    test(`a history of 150 messages with xmtp-js ${version} pages both ways`, async () => {
      await using us = await ours()
      const them = await theirs(version, node.url)
      const ourSide = await us.conversations.newConversation(them.address)
      for (let i = 0; i < 150; i++) await ourSide.send(`number ${i}`)
      const [theirSide] = await them.conversations.list()
      assert.equal((await theirTexts(theirSide)).length, 150)
      const newest = await ourSide.messages({ limit: 120, direction: "descending" })
      assert.deepEqual(
        newest.map((message) => message.content),
        Array.from({ length: 120 }, (_, i) => `number ${149 - i}`),
      )
    })
  }
})

/** 7.x does not wait until its keys are published: then neither can others write to it yet. */
// deno-lint-ignore no-explicit-any
async function theirs(version: OfficialVersion, url: string, wallet = newWallet()): Promise<any> {
  const client = await officialClient(version, url, wallet)
  await until(() => client.canMessage(client.address))
  return client
}

// deno-lint-ignore no-explicit-any
async function ourTexts(conversation: any): Promise<unknown[]> {
  // deno-lint-ignore no-explicit-any
  return (await conversation.messages()).map((message: any) => message.content)
}

const theirTexts = ourTexts
