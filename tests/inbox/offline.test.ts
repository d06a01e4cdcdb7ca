// The node goes away and comes back; the page is closed and opened. Nothing is lost or doubled.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { lastingPort, type NodeProcess, startNode, until } from "../processes.ts"
import { allow, begin, message, newcomer, openBrowser, type Person, say } from "./person.ts"

const data = mkdtempSync(join(tmpdir(), "wafer-inbox-"))
let node: NodeProcess
let browser: Browser
let ada: Person
let ben: Person
let start: () => Promise<NodeProcess>

before(async () => {
  const port = String(await lastingPort())
  start = () => startNode("deno", { data, args: ["--port", port] })
  ;[node, browser] = await Promise.all([start(), openBrowser()])
  ada = await newcomer(browser, node.url)
  ben = await newcomer(browser, node.url)
  await begin(ada, ben.address)
  await say(ada, "Before the storm.")
  await allow(ben)
  await message(ben, "Before the storm.").waitFor()
  // From then on the page opens without a node.
  await ada.page.evaluate(async () => void await navigator.serviceWorker.ready)
  await ben.page.evaluate(async () => void await navigator.serviceWorker.ready)
})
after(async () => {
  await browser?.close()
  await node?.kill()
  rmSync(data, { recursive: true, force: true })
})

/** How much the page has said that the node has not stored yet. */
function waiting(page: Page): Promise<number> {
  return page.evaluate(() =>
    new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open("wafer-1")
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const counting = opening.result.transaction("outbox").objectStore("outbox").count()
        counting.onsuccess = () => (opening.result.close(), resolve(counting.result))
      }
    })
  )
}

test("what is written while the node is away waits, and says so", async () => {
  await node.kill()
  await ada.page.getByText("Offline. What you write is sent later.").waitFor()
  await say(ada, "First, into the dark.")
  await say(ada, "Second, after it.")
  await ada.page.getByText("Waiting for the connection").first().waitFor()
})

test("the page opens without a node, with everything that was there", async () => {
  await ada.page.reload()
  await message(ada, "Before the storm.").waitFor()
  await message(ada, "Second, after it.").waitFor()
  await ada.page.getByText("Waiting for the connection").first().waitFor()
})

test("when the node is back it all goes out by itself, once and in order", async () => {
  node = await start()
  await message(ben, "Second, after it.").waitFor()
  await message(ada, "Second, after it.").locator(".caption").getByText(/^(Sent|Read) \d/).waitFor()
  const said = await ben.page.locator("article .words").allTextContents()
  assert.deepEqual(said, ["Before the storm.", "First, into the dark.", "Second, after it."])
  await ada.page.getByText("Offline. What you write is sent later.").waitFor({ state: "detached" })
})

test("what came while a page was closed is there when it opens, marked as new", async () => {
  await ben.page.goto("about:blank")
  await say(ada, "You were away.")
  await ada.page.locator(".caption").getByText(/^Sent/).waitFor()
  await ben.page.goto(node.url)
  const row = ben.page.locator(".row").first()
  await row.locator(".row-count").getByText("1").waitFor()
  assert.match(await ben.page.title(), /^\(1\) /)
  await row.click()
  await ben.page.getByText("1 new").first().waitFor()
  await message(ben, "You were away.").waitFor()
  await ada.page.getByText(/^Read \d/).waitFor()
})

test("a reload keeps everything, names and drafts of consent too", async () => {
  for (const person of [ada, ben]) {
    const before = await person.page.locator("article .words").allTextContents()
    await person.page.reload()
    await message(person, "You were away.").waitFor()
    assert.deepEqual(await person.page.locator("article .words").allTextContents(), before)
    await person.page.locator("#composer").waitFor()
  }
})

test("who is denied while the node is away stays denied, here and on other devices", async () => {
  await node.kill()
  await ben.page.locator(".connection-offline").waitFor()
  await ben.page.getByRole("button", { name: "More" }).click()
  await ben.page.getByRole("menuitem", { name: "Deny" }).click()
  await ben.page.getByText("You denied this account. It is not told.").waitFor()
  node = await start()
  await ben.page.locator(".connection-live").waitFor()
  await until(async () => await waiting(ben.page) === 0)
  await ben.page.reload()
  await ben.page.locator(".connection-live").waitFor()
  await ben.page.getByText("You denied this account. It is not told.").waitFor()
})

test("nothing broke meanwhile", () => {
  assert.deepEqual([...ada.failures, ...ben.failures], [])
})
