// An unmodified official client takes part.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Browser } from "playwright-core"
import { newWallet, officialClient } from "../interop/official.ts"
import { type NodeProcess, startNode, until } from "../processes.ts"
import { allow, begin, message, newcomer, openBrowser, type Person, say } from "./person.ts"

let node: NodeProcess
let browser: Browser
let ada: Person
// deno-lint-ignore no-explicit-any -- the official client's own types differ between releases
let official: any

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
  official = await officialClient(13, node.url, newWallet())
  ada = await newcomer(browser, node.url)
})
after(async () => {
  await official?.close?.()
  await browser?.close()
  await node?.kill()
})

test("it writes to the inbox", async () => {
  const conversation = await official.conversations.newConversation(ada.address)
  await conversation.send("Greetings from 13.0.4")
  await allow(ada)
  await message(ada, "Greetings from 13.0.4").waitFor()
})

test("it reads what the inbox answers", async () => {
  await say(ada, "Read you loud and clear.")
  await ada.page.getByText(/^Sent \d/).waitFor()
  const [conversation] = await official.conversations.list()
  await until(async () =>
    (await conversation.messages()).some((one: { content: unknown }) =>
      one.content === "Read you loud and clear."
    )
  )
})

test("it is found by address and written to first, under a subject", async () => {
  const other = await officialClient(13, node.url, newWallet())
  await begin(ada, other.address, "harbour.example/berth-7")
  await say(ada, "Is the berth free?")
  await until(async () => (await other.conversations.list()).length === 1)
  const [conversation] = await other.conversations.list()
  assert.equal(conversation.context.conversationId, "harbour.example/berth-7")
  // The invitation is published before the first message is.
  await until(async () => (await conversation.messages()).length > 0)
  const [first] = await conversation.messages()
  assert.equal(first.content, "Is the berth free?")
  assert.equal(first.senderAddress, ada.address)
  await conversation.send("It is yours.")
  await message(ada, "It is yours.").waitFor()
  await other.close?.()
})

test("nothing broke meanwhile", () => assert.deepEqual(ada.failures, []))
