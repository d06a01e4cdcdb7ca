// Two people, two browsers, one node.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { after, before, test } from "node:test"
import type { Browser } from "playwright-core"
import { type NodeProcess, startNode, until } from "../processes.ts"
import { begin, message, newcomer, openBrowser, type Person, say } from "./person.ts"

let node: NodeProcess
let browser: Browser
let ada: Person
let ben: Person

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
  ;[ada, ben] = await Promise.all([newcomer(browser, node.url), newcomer(browser, node.url)])
})
after(async () => {
  await browser?.close()
  await node?.kill()
})

test("a stranger's first message is a request, and shows no link before it is allowed", async () => {
  await begin(ada, ben.address)
  await say(ada, "Hello, see https://harbour.example/plan")
  await ada.page.getByText(/^Sent \d/).waitFor()

  await ben.page.getByRole("tab", { name: /^Requests\s*1/ }).waitFor()
  await ben.page.getByRole("tab", { name: /^Requests/ }).click()
  await ben.page.getByText("People you have not written to.").waitFor()
  await ben.page.locator(".rows a").first().click()
  await message(ben, "Hello, see").waitFor()
  assert.equal(await ben.page.locator("article a").count(), 0)
  assert.equal(await ben.page.locator("#composer").count(), 0)
  assert.equal(await ada.page.getByText(/^Read/).count(), 0)

  await ben.page.getByRole("button", { name: "Allow", exact: true }).click()
  await ben.page.getByRole("link", { name: "https://harbour.example/plan", exact: true }).waitFor()
  await ben.page.locator("#composer").waitFor()
})

test("an answer arrives, and both see that it was read", async () => {
  await say(ben, "It is high tide at six.")
  await message(ada, "It is high tide at six.").waitFor()
  await ben.page.getByText(/^Read \d/).waitFor()
})

test("somebody who writes is seen writing", async () => {
  const seen = ben.page.locator(".bar").getByText("Writing…")
  // Told every few seconds, and only to who listens already.
  await until(async () => {
    await ada.page.locator("#composer").pressSequentially("o")
    return await seen.isVisible()
  })
  await ada.page.locator("#composer").fill("")
})

test("a reaction appears on both sides and can be taken back", async () => {
  const tide = message(ada, "It is high tide at six.")
  await tide.hover()
  await tide.getByRole("button", { name: "React" }).click()
  await ada.page.getByRole("button", { name: "👍" }).click()
  const chip = message(ben, "It is high tide at six.").locator(".reaction")
  await chip.filter({ hasText: "👍" }).waitFor()
  await message(ada, "It is high tide at six.").locator(".reaction").click()
  await chip.waitFor({ state: "detached" })
})

test("a reply carries its quote, and a click on it finds the message", async () => {
  const tide = message(ben, "It is high tide at six.")
  await tide.focus()
  await ben.page.keyboard.press("r")
  await say(ben, "At half past, rather.")
  const reply = message(ada, "At half past, rather.")
  await reply.locator(".quote").filter({ hasText: "It is high tide at six." }).waitFor()
  await reply.locator(".quote").click()
  await ada.page.locator("article[data-selected]").filter({ hasText: "high tide" }).waitFor()
})

test("a picture arrives as a picture, another file as a file", async () => {
  await ada.page.setInputFiles("input[type=file]", [
    { name: "dot.png", mimeType: "image/png", buffer: onePixel },
    {
      name: "tides.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("6,high\n"),
    },
  ])
  await ada.page.getByLabel("Files to send").getByText("tides.csv").waitFor()
  await ada.page.getByRole("button", { name: "Seal and send" }).click()
  const picture = ben.page.getByRole("img", { name: "Photo: dot.png" })
  await picture.waitFor()
  await ben.page.waitForFunction(() =>
    document.querySelector<HTMLImageElement>(".picture img")?.naturalWidth === 1
  )
  await ben.page.getByText(/7 bytes · sealed, checked/).waitFor()
  const download = ben.page.waitForEvent("download")
  await ben.page.getByRole("button", { name: "Save" }).click()
  assert.equal((await download).suggestedFilename(), "tides.csv")
})

test("the drawer says what was verified, and what is not proved", async () => {
  await message(ben, "Hello, see").focus()
  await ben.page.keyboard.press("i")
  const drawer = ben.page.getByRole("complementary", { name: "What was verified" })
  await drawer.getByText("sealed this, and nothing was changed.").waitFor()
  assert.equal(await drawer.locator(".step-proved").count(), 4)
  for (const step of ["Account", "Identity key", "Pre-key"]) {
    const named = drawer.locator(".step").filter({ hasText: step }).locator(".step-value").first()
    assert.match(await named.innerText(), /^[0-9a-zA-Z]{6}…[0-9a-fA-F]{4}$/)
  }
  await drawer.getByText(/^signed the pre-key, made \d+ \w+ \d{4}$/).waitFor()
  await drawer.getByText("Not proved: the time").waitFor()
  await drawer.getByText(/This node stored it [\d.]+ (seconds?|minutes?) (later|earlier)\./)
    .waitFor()
  await drawer.getByText("xmtp.org/text:1.0").waitFor()
  await drawer.getByRole("button", { name: "Close" }).click()
  await drawer.waitFor({ state: "detached" })
})

test("a name is mine alone, and a search finds it and the words", async () => {
  await ben.page.getByRole("button", { name: "More" }).click()
  await ben.page.getByRole("menuitem", { name: "Name this account" }).click()
  await ben.page.getByLabel(/^Only you see this name/).fill("Ada")
  await ben.page.getByRole("button", { name: "Keep" }).click()
  await ben.page.getByRole("heading", { name: "Ada" }).waitFor()
  await ben.page.keyboard.press("Control+k")
  await ben.page.keyboard.type("high tide")
  await ben.page.locator("#found mark").first().waitFor()
  await ben.page.locator("#search").fill("ada")
  await ben.page.locator("#found").getByText("Ada").first().waitFor()
  await ben.page.locator("#search").fill("")
})

test("a second conversation with the same person is kept apart by what it is about", async () => {
  await begin(ada, ben.address, "order-1042")
  await say(ada, "About the parcel.")
  await ben.page.locator(".row").filter({ hasText: "order-1042" }).waitFor()
  await ben.page.locator(".row").filter({ hasText: "order-1042" }).click()
  await message(ben, "About the parcel.").waitFor()
  assert.equal(await message(ben, "high tide").count(), 0)
  assert.match(ben.page.url(), /\/dm\/0x[0-9a-fA-F]{40}\/order-1042$/)
})

test("who is denied is not told, and can be allowed again", async () => {
  await ben.page.getByRole("button", { name: "More" }).click()
  await ben.page.getByRole("menuitem", { name: "Deny" }).click()
  await ben.page.getByText("You denied this account. It is not told.").waitFor()
  await ben.page.getByRole("tab", { name: "Denied" }).click()
  await ben.page.locator(".rows a").first().waitFor()
  await ben.page.locator(".rows a").filter({ hasText: "order-1042" }).click()
  await ben.page.getByRole("button", { name: "Allow", exact: true }).click()
  await ben.page.locator("#composer").waitFor()
})

test("nothing broke meanwhile", () => {
  assert.deepEqual([...ada.failures, ...ben.failures], [])
})

const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
)
