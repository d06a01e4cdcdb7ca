// Things that go wrong have a name on the page, and a way out.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { lastingPort, type NodeProcess, startNode } from "../processes.ts"
import { allow, begin, message, newcomer, openBrowser, type Person, say, visit } from "./person.ts"

let node: NodeProcess
let browser: Browser
let ada: Person
let ben: Person
let start: (network: string) => Promise<NodeProcess>

before(async () => {
  const port = String(await lastingPort())
  start = (network) => startNode("deno", { args: ["--network", network, "--port", port] })
  ;[node, browser] = await Promise.all([start("harbour"), openBrowser()])
  ada = await newcomer(browser, node.url)
  ben = await newcomer(browser, node.url)
  await begin(ada, ben.address)
  await say(ada, "Stored in two browsers.")
  await allow(ben)
  await message(ben, "Stored in two browsers.").waitFor()
})
after(async () => {
  await browser?.close()
  await node?.kill()
})

/** Writes into the page's own database, as a failing disk might. */
function damage(page: Page, table: string, value: unknown, key?: string): Promise<void> {
  return page.evaluate(([table, value, key]) =>
    new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open("wafer-1")
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const transaction = opening.result.transaction(table as string, "readwrite")
        transaction.objectStore(table as string).put(value, key as string | undefined)
        transaction.oncomplete = () => (opening.result.close(), resolve())
      }
    }), [table, value, key] as const)
}

test("a damaged copy is noticed, and fetched again", async () => {
  const { page } = ben
  await damage(page, "conversations", { id: "garbage" })
  await page.reload()
  await page.getByText("The copy in this browser is damaged.").waitFor()
  await page.getByRole("button", { name: "Fetch the messages again" }).click()
  await page.getByText("The copy in this browser is damaged.").waitFor({ state: "detached" })
  await message(ben, "Stored in two browsers.").waitFor()
})

test("keys that cannot be opened say so, and a backup is asked for", async () => {
  const { page, failures } = await newcomer(browser, node.url)
  const sealed = { iv: new Uint8Array(12), data: new Uint8Array(64) }
  await damage(page, "values", sealed, "vault")
  await page.reload()
  await page.getByText("The keys in this browser cannot be opened.").waitFor()
  await page.getByRole("button", { name: "Import a key" }).waitFor()
  assert.deepEqual(failures, [])
})

test("an address with one character off is told from one that has not joined", async () => {
  const { page } = ada
  await page.goto(`${node.url}/new`)
  const field = page.getByLabel("Who do you want to write to?")
  const swapped = ben.address.replace(
    /[a-f]/i,
    (c) => c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
  )
  for (
    const [typed, says] of [
      ["hello", "Paste an address: 0x and 40 digits."],
      [swapped.replace("0X", "0x"), "One character is off. Check the address again."],
      ["0x000000000000000000000000000000000000dEaD", "Has not joined this network yet."],
      [ada.address, "That is you."],
    ]
  ) {
    await field.fill(typed!)
    await page.getByText(says!).waitFor()
  }
})

test("a link proposes a node and never chooses one", async () => {
  await ada.page.goto(`${node.url}/?node=https://other.example`)
  await ada.page.getByText("Use the node at other.example?").waitFor()
  await ada.page.getByRole("button", { name: "No", exact: true }).click()
  await ada.page.getByText(`Live on ${new URL(node.url).host}`).waitFor()
})

test("when nobody answers, an account cannot be made, and the page says why", async () => {
  const { page } = await visit(browser, node.url)
  await page.getByText("Live on").waitFor()
  await page.getByRole("button", { name: "Import a key" }).waitFor()
  await node.kill()
  await page.getByRole("button", { name: "Create an account here" }).click()
  await page.getByRole("alert").getByText(/cannot be reached|did not answer/).waitFor()
  await page.getByRole("button", { name: "Create an account here" }).waitFor()
})

test("not knowing is not a no, and can be asked again", async () => {
  const { page } = ada
  await page.getByRole("link", { name: "New conversation" }).click()
  await page.getByLabel("Who do you want to write to?").fill(
    "0x000000000000000000000000000000000000bEEF",
  )
  await page.getByText("Could not ask the node.").waitFor()
  node = await startNode("deno", {
    args: ["--network", "harbour", "--port", new URL(node.url).port],
  })
  await page.getByRole("button", { name: "Try again" }).click()
  await page.getByText("Has not joined this network yet.").waitFor()
  await node.kill()
})

test("another network at the same address is refused", async () => {
  node = await start("lisbon")
  await ada.page.reload()
  await ada.page.getByText("This is another network.").waitFor()
  await ada.page.getByText("Your messages are on “harbour”, this node serves “lisbon”.").waitFor()
})

test("nothing broke meanwhile", () => assert.deepEqual([...ada.failures, ...ben.failures], []))
