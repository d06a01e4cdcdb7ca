// An account leaves one browser and enters another; a passphrase guards it; tabs share it.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { type NodeProcess, startNode } from "../processes.ts"
import {
  addressOn,
  allow,
  begin,
  message,
  newcomer,
  openBrowser,
  type Person,
  say,
  visit,
} from "./person.ts"

let node: NodeProcess
let browser: Browser
let ada: Person
let ben: Person

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
  ada = await newcomer(browser, node.url)
  ben = await newcomer(browser, node.url)
  await begin(ada, ben.address)
  await say(ada, "Kept on the network.")
  await allow(ben)
})
after(async () => {
  await browser?.close()
  await node?.kill()
})

/** Exports from the settings; returns what was saved. */
async function exported(page: Page, choose: () => Promise<void>): Promise<string> {
  await page.goto(`${node.url}/settings/keys`)
  await choose()
  const download = page.waitForEvent("download")
  await page.getByRole("button", { name: "Export" }).click()
  return readFileSync(await (await download).path(), "utf8")
}

async function imported(text: string, passphrase?: string): Promise<Page> {
  const { page } = await visit(browser, node.url)
  await page.getByRole("button", { name: "Import a key" }).click()
  await page.getByLabel(/^Paste a key/).fill(text)
  if (passphrase) {
    await page.getByLabel("The passphrase of this file").fill("wrong")
    await page.getByRole("button", { name: "Open" }).click()
    await page.getByText("That passphrase does not open this file.").waitFor()
    await page.getByLabel("The passphrase of this file").fill(passphrase)
  }
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByRole("button", { name: "Use this account" }).click()
  await page.locator(".rows a").first().waitFor()
  return page
}

test("a backup file opens with its passphrase only, and brings the conversations along", async () => {
  const file = await exported(
    ada.page,
    () => ada.page.getByLabel("Passphrase for the file").fill("tide table"),
  )
  assert.equal(file.includes(ada.address), true)
  const page = await imported(file, "tide table")
  await page.locator(".rows a").first().click()
  await page.getByText("Kept on the network.").first().waitFor()
  assert.equal(await addressOn(page), ada.address)
  await ada.page.goto(`${node.url}/settings`)
  await ada.page.getByText(/^On \d/).waitFor()
})

test("a raw key and a key bundle are the same account", async () => {
  for (const format of ["Raw key", "Key bundle"]) {
    const text = await exported(ada.page, async () => {
      await ada.page.getByText(format, { exact: true }).click()
      await ada.page.getByText("I know that this is not encrypted.").click()
    })
    const page = await imported(text)
    assert.equal(await addressOn(page), ada.address)
    await page.context().close()
  }
})

test("what is no key says so", async () => {
  const { page } = await visit(browser, node.url)
  await page.getByRole("button", { name: "Import a key" }).click()
  await page.getByLabel(/^Paste a key/).fill("not a key!")
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText(/^This is not a key/).waitFor()
})

test("two tabs of one account agree, also when the one at work closes", async () => {
  const context = ada.page.context()
  await ada.page.goto(`${node.url}/dm/${ben.address}`)
  const second = await context.newPage()
  await second.goto(`${node.url}/dm/${ben.address}`)
  await message({ ...ada, page: second }, "Kept on the network.").waitFor()
  await say({ ...ada, page: second }, "From the second tab.")
  await message(ada, "From the second tab.").waitFor()
  await ada.page.close()
  await say({ ...ada, page: second }, "The first tab is gone.")
  await ben.page.goto(`${node.url}/dm/${ada.address}`)
  await message(ben, "The first tab is gone.").waitFor()
  const said = await second.locator("article .words").allTextContents()
  assert.deepEqual(said.slice(-2), ["From the second tab.", "The first tab is gone."])
  await second.close()
})

test("a second account opens in a window of its own", async () => {
  const popup = ben.page.context().waitForEvent("page")
  await ben.page.goto(`${node.url}/me`)
  await ben.page.getByRole("button", { name: "Open a second account" }).click()
  const window = await popup
  await window.getByRole("button", { name: "Create an account here" }).click()
  await window.getByText("Your seal is ready.").waitFor()
  assert.notEqual(await addressOn(window), ben.address)
  assert.equal(await addressOn(ben.page), ben.address)
})

test("a forgotten account leaves nothing behind", async () => {
  const { page } = await newcomer(browser, node.url)
  await page.goto(`${node.url}/settings`)
  await page.getByRole("button", { name: "Forget this account here" }).click()
  await page.getByRole("button", { name: "Forget it" }).click()
  await page.getByRole("button", { name: "Create an account here" }).waitFor()
  const left = await page.evaluate(async () => (await indexedDB.databases()).map((one) => one.name))
  assert.deepEqual(left.filter((name) => name?.includes("sdk")), [])
})

test("a passphrase is asked for at the next visit", async () => {
  const { page } = ben
  await page.goto(`${node.url}/settings`)
  await page.getByRole("button", { name: "Set" }).click()
  await page.getByLabel(/^Forget it, and only a backup/).fill("high water")
  await page.getByRole("button", { name: "Keep" }).click()
  await page.getByText("Asked for when this page opens.").waitFor()
  await page.reload()
  await page.getByLabel("Passphrase").fill("low water")
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText("That does not open it.").waitFor()
  await page.getByLabel("Passphrase").fill("high water")
  await page.getByRole("button", { name: "Open" }).click()
  await page.locator(".rows a").first().waitFor()
})
