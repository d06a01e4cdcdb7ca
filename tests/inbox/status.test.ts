// The operator's page, on a real node: what it says, and that it can be read without a pointer.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { AxeBuilder } from "@axe-core/playwright"
import type { Browser, Page } from "playwright-core"
import { type NodeProcess, startNode } from "../processes.ts"
import { openBrowser, visit } from "./person.ts"
import { sdkClient } from "./sdk.ts"

let node: NodeProcess
let browser: Browser
let page: Page
let failures: string[]

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
  await (await sdkClient(node.url)).close()
  ;({ page, failures } = await visit(browser, `${node.url}/status`))
})
after(async () => {
  await browser?.close()
  await node?.kill()
})

test("one sentence says how the node is, and the panels what it holds", async () => {
  await page.getByRole("heading", { level: 1 }).getByText("All is well.").waitFor()
  for (const title of ["Traffic", "Acknowledgement", "Root fingerprint", "Turned away", "Lately"]) {
    await page.getByRole("heading", { name: title }).waitFor()
  }
  const stored = await page.locator("#facts").textContent()
  assert.match(stored!, /Stored[1-9]\d* envelopes/)
})

test("the arrow keys walk along a chart, while the page goes on hearing from the node", async () => {
  const traffic = page.locator(".panel").filter({ hasText: "Traffic" })
  const figure = traffic.locator("figure")
  const says = traffic.locator(".note")
  await figure.focus()
  for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowLeft")
  assert.equal(await says.textContent(), "60 s ago")
  await page.evaluate(() =>
    new Promise<void>((resolve) => {
      const heard = new MutationObserver(() => resolve())
      heard.observe(document.querySelector("#panels")!, { childList: true })
    })
  )
  await page.keyboard.press("ArrowLeft")
  assert.equal(await says.textContent(), "70 s ago")
  assert.ok(await figure.evaluate((element) => element === document.activeElement))
})

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`), [])
  })
}

test("a node that does not answer any more is said to be gone", async () => {
  await node.kill()
  await page.getByText(/^No answer from the node for \d+ s\.$/).waitFor({ timeout: 30_000 })
  assert.ok(await page.locator("body.stale").count())
})

test("nothing broke meanwhile", () => assert.deepEqual(failures, []))
