// What the page weighs before it shows what is stored, and in all; as a browser counts it, over gzip.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { inboxFiles } from "../../node/inbox-files.ts"
import { type NodeProcess, startNode } from "../processes.ts"
import { begin, message, newcomer, openBrowser, type Person, say } from "./person.ts"

let node: NodeProcess
let browser: Browser
let ada: Person

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
  ada = await newcomer(browser, node.url)
  const ben = await newcomer(browser, node.url)
  await begin(ada, ben.address)
  await say(ada, "How heavy is this page?")
  await ada.page.getByText(/^Sent/).waitFor()
})
after(async () => {
  await browser?.close()
  await node?.kill()
})

/** Bytes of a file as the node sends it. */
function weightOf(path: string): number {
  const file = inboxFiles[path === "/" || path.startsWith("/dm/") ? "/index.html" : path]
  return file ? Buffer.from(file.gzip, "base64").length : 0
}

/** Loads the page; the SDK is held back until the history is on screen. */
async function weigh(page: Page): Promise<{ history: number; all: number; hosts: Set<string> }> {
  const paths = new Set<string>()
  const hosts = new Set<string>()
  page.context().on("request", (request) => {
    const { pathname, host, protocol } = new URL(request.url())
    if (!protocol.startsWith("http")) return
    hosts.add(host)
    paths.add(pathname)
  })
  const sum = () => [...paths].reduce((total, path) => total + weightOf(path), 0)
  const shown = Promise.withResolvers<void>()
  await page.context().route(/\/assets\/(network|sdk|http)-/, async (route) => {
    paths.delete(new URL(route.request().url()).pathname)
    await shown.promise
    paths.add(new URL(route.request().url()).pathname)
    await route.continue()
  })
  await page.reload()
  await message({ ...ada, page }, "How heavy is this page?").waitFor()
  const history = sum()
  shown.resolve()
  await page.locator(".connection-live").waitFor()
  return { history, all: sum(), hosts }
}

test("the history is on screen for less than 100 kB, and nobody else is asked", async (t) => {
  // The worker's own fetches are not seen while a service worker answers them.
  await ada.page.evaluate(async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister()
    for (const name of await caches.keys()) await caches.delete(name)
  })
  const { history, all, hosts } = await weigh(ada.page)
  t.diagnostic(
    `history ${(history / 1000).toFixed(1)} kB, with the SDK ${(all / 1000).toFixed(1)} kB`,
  )
  assert.ok(history > 20_000 && history < 100_000, `${history} bytes before the history`)
  assert.ok(all < 180_000, `${all} bytes in all`)
  assert.deepEqual([...hosts], [new URL(node.url).host])
})
