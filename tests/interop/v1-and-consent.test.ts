// V1 conversations and consent between our SDK and every official release that knows them.
import { Client, http } from "@wafer/sdk"
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { type NodeProcess, startNode, until } from "../processes.ts"
import { newWallet, official, officialClient, type OfficialVersion } from "./official.ts"

describe("V1 and consent with official clients", () => {
  let node: NodeProcess
  before(async () => {
    node = await startNode("deno", { args: ["--limits", "off"] })
  })
  after(() => node.kill())

  const ours = (wallet = newWallet()) => Client.create(wallet, { transport: http(node.url) })
  // deno-lint-ignore no-explicit-any
  const texts = async (conversation: any) =>
    // deno-lint-ignore no-explicit-any
    (await conversation.messages()).map((message: any) => message.content)

  for (const version of [7, 9, 11, 12, 13] satisfies OfficialVersion[]) {
    test(`we and an xmtp-js ${version} that speaks V1 only talk both ways`, async () => {
      await using us = await ours()
      const them = await official(version).Client.create(newWallet(), {
        env: "local",
        apiUrl: node.url,
        publishLegacyContact: true,
      })
      await until(() => them.canMessage(them.address))
      const ourSide = await us.conversations.newConversation(them.address)
      assert.equal(ourSide.version, "v1")
      await ourSide.send("from us")
      const [theirSide] = await them.conversations.list()
      assert.equal(theirSide.peerAddress, us.address)
      await theirSide.send("from them")
      assert.deepEqual(await texts(ourSide), ["from us", "from them"])
      assert.deepEqual(await texts(theirSide), ["from us", "from them"])

      await using again = await Client.withKeys(await us.exportKeys(), {
        transport: http(node.url),
      })
      const [listed] = await again.conversations.list()
      assert.equal(listed!.topic, ourSide.topic)
      assert.deepEqual(listed!.createdAt, (await listed!.messages())[0]!.sent)
    })
  }

  for (const version of [11, 12, 13] satisfies OfficialVersion[]) {
    test(`consent of one account, said by us and by xmtp-js ${version}`, async () => {
      const [friend, stranger] = [newWallet(), newWallet()]
      const addresses = [await friend.getAddress(), await stranger.getAddress()] as const
      const wallet = newWallet()
      await using us = await ours(wallet)
      await us.contacts.allow(addresses[0])
      await us.contacts.deny(addresses[1])
      const them = await officialClient(version, node.url, wallet)
      await them.contacts.loadConsentList()
      assert.equal(them.contacts.isAllowed(addresses[0]), true)
      assert.equal(them.contacts.isDenied(addresses[1]), true)

      await them.contacts.deny([addresses[0]])
      await them.contacts.allow([addresses[1]])
      await us.contacts.refresh()
      assert.equal(await us.contacts.consent(addresses[0]), "denied")
      assert.equal(await us.contacts.consent(addresses[1]), "allowed")
    })
  }
})
