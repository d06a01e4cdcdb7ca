// What a stranger can put into a message, and what the page makes of it: nothing runs, nothing breaks.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Browser } from "playwright-core"
import type { Client, Codec, Conversation } from "@wafer/sdk"
import { attachment } from "@wafer/sdk/codecs/attachment"
import { reaction } from "@wafer/sdk/codecs/reaction"
import { remoteAttachment } from "@wafer/sdk/codecs/remote-attachment"
import { type NodeProcess, startNode } from "../processes.ts"
import { allow, message, newcomer, openBrowser, type Person } from "./person.ts"
import { sdkClient } from "./sdk.ts"

let node: NodeProcess
let browser: Browser
let mallory: Client
let to: Conversation
let ada: Person
const elsewhere: string[] = []

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
  ada = await newcomer(browser, node.url)
  ada.page.context().on("request", (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol.startsWith("http") && host !== new URL(node.url).host) {
      elsewhere.push(request.url())
    }
  })
  mallory = await sdkClient(node.url)
  to = await mallory.conversations.newConversation(ada.address)
  await to.send("Let me in.")
  await allow(ada)
})
after(async () => {
  await mallory?.close()
  await browser?.close()
  await node?.kill()
})

test("markup is text", async () => {
  const markup =
    `<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script><b>bold</b>`
  await to.send(markup)
  await message(ada, "<b>bold</b>").waitFor()
  assert.equal(await ada.page.locator("article b, article script, article img").count(), 0)
  assert.equal(await ada.page.evaluate(() => "hit" in globalThis), false)
})

test("only web and mail addresses become links, and they show their real host", async () => {
  await to.send("javascript:alert(1) data:text/html,hi https://аpple.com/ https://a@evil.example/")
  const bubble = message(ada, "javascript:alert(1)")
  await bubble.waitFor()
  const links = await bubble.locator("a").evaluateAll((all) =>
    all.map((a) => [a.getAttribute("href"), a.textContent])
  )
  assert.deepEqual(links, [
    ["https://xn--pple-43d.com/", "https://xn--pple-43d.com/"],
    ["https://a@evil.example/", "https://a@evil.example/"],
  ])
  assert.equal(await bubble.locator(".unsafe").count(), 2)
})

test("characters that reorder or hide are named", async () => {
  await to.send("gpj.\u202Eexe\u200B done")
  const bubble = message(ada, "gpj.")
  await bubble.locator(".hidden-char").first().waitFor()
  assert.deepEqual(await bubble.locator(".hidden-char").allTextContents(), [
    "RLO",
    "zero width space",
  ])
})

test("a giant text is folded and opens", async () => {
  await to.send("tide ".repeat(100_000))
  const show = ada.page.getByRole("button", { name: "Show all (500 kB)" })
  await show.waitFor()
  assert.ok((await message(ada, "Show all").boundingBox())!.height < 900)
  await show.click()
  await show.waitFor({ state: "detached" })
})

test("files are what they are, whatever they call themselves", async () => {
  const svg = new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.hit=1"><image href="https://evil.example/x"/></svg>`,
  )
  await to.send({ filename: "cat.svg", mimeType: "image/svg+xml", data: svg }, attachment)
  await to.send({ filename: "no\u202Egnp.exe", mimeType: "image/png", data: svg }, attachment)
  await to.send({ filename: "page.html", mimeType: "text/html", data: svg }, attachment)
  await ada.page.locator(".file").filter({ hasText: "page.html" }).waitFor()
  assert.equal(await ada.page.locator(".picture").count(), 0)
  await ada.page.locator(".file .hidden-char").getByText("RLO").waitFor()
})

test("a file kept elsewhere is not asked for before a person asks", async () => {
  const keys = { salt: new Uint8Array(32), nonce: new Uint8Array(12), secret: new Uint8Array(32) }
  await to.send({
    url: "https://files.invalid/secret",
    contentDigest: "00".repeat(32),
    ...keys,
    scheme: "https://",
    contentLength: 2_000_000,
    filename: "plan.pdf",
  }, remoteAttachment)
  const file = ada.page.locator(".file").filter({ hasText: "plan.pdf" })
  await file.getByText("2 MB, kept at files.invalid").waitFor()
  assert.deepEqual(elsewhere, [])
  await file.getByRole("button", { name: "Fetch" }).click()
  await file.getByText("files.invalid did not give the file.").waitFor()
})

test("an unknown kind shows the sender's words, and none shows that there are none", async () => {
  const poll = (fallback?: string): Codec<string> => ({
    type: { authorityId: "vote.app", typeId: "poll", versionMajor: 1, versionMinor: 0 },
    encode: (text) => ({ parameters: {}, content: new TextEncoder().encode(text) }),
    decode: () => "",
    ...(fallback && { fallback: () => fallback }),
  })
  await to.send("x", poll("Thursday or Friday?"))
  const bubble = message(ada, "Thursday or Friday?")
  await bubble.getByText("This page has no view for").waitFor()
  await bubble.getByText("vote.app/poll:1.0").waitFor()
  await to.send("x", poll())
  await message(ada, "Something this page has no view for.").waitFor()
})

test("a reaction of a kilobyte stays a chip, and one to nothing is nothing", async () => {
  const { id } = await to.send("React to this")
  const huge = "👍\u202E".repeat(500)
  await to.send({ action: "added", reference: id, schema: "unicode", content: huge }, reaction)
  await to.send({ action: "added", reference: "nowhere", schema: "custom", content: "?" }, reaction)
  const chip = message(ada, "React to this").locator(".reaction")
  await chip.waitFor()
  assert.ok((await chip.boundingBox())!.width < 220)
})

test("two hundred lines of combining marks stay in their bubble", async () => {
  await to.send(`zalgo ${"a\u0301\u0327\u0310".repeat(2000)}`)
  const box = (await message(ada, "zalgo").boundingBox())!
  const feed = (await ada.page.locator(".feed").boundingBox())!
  assert.ok(box.x >= feed.x && box.x + box.width <= feed.x + feed.width)
})

test("nothing broke meanwhile, and nothing was asked of anybody else", () => {
  assert.deepEqual(ada.failures.filter((one) => !one.includes("files.invalid")), [])
  assert.deepEqual(elsewhere.filter((url) => !url.startsWith("https://files.invalid/")), [])
})
