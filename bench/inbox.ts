// The inbox in Chromium: from an address to a usable page, and how smoothly ten thousand messages scroll.
//   node bench/inbox.ts
// Writes bench/results/inbox-chromium.json. Desktop as it is; phone with the processor slowed four times.
import process from "node:process"
import type { Browser, Page } from "playwright-core"
import { allow, desktop, newcomer, openBrowser, phone } from "../tests/inbox/person.ts"
import { many, sdkClient } from "../tests/inbox/sdk.ts"
import { startNode } from "../tests/processes.ts"
import { quick } from "./quick.ts"
import { machine } from "./machine.ts"
import { quantile } from "./quantile.ts"
import { write } from "./results.ts"

const MESSAGES = quick ? 500 : 10_000
const ROUNDS = quick ? 3 : 10

const median = (times: readonly number[]) => quantile(times.toSorted((a, b) => a - b), 0.5)

/** Milliseconds from the request to the first paint, and to messages that can be answered. */
async function load(page: Page): Promise<{ paint: number; usable: number }> {
  await page.reload({ waitUntil: "commit" })
  await page.locator("article").first().waitFor()
  return await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]!.startTime,
    usable: performance.now(),
  }))
}

/** Milliseconds between frames while the feed scrolls. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const feed = document.querySelector<HTMLElement>(".feed")!
    const frames: number[] = []
    let last = await new Promise<number>(requestAnimationFrame)
    for (let i = 0; i < 240; i++) {
      feed.scrollTop -= 60
      const now = await new Promise<number>(requestAnimationFrame)
      frames.push(now - last)
      last = now
    }
    return frames.toSorted((a, b) => a - b)
  })
}

async function measure(browser: Browser, url: string, slower: number) {
  const ada = await newcomer(browser, url, slower > 1 ? phone : desktop)
  const { page } = ada
  const ben = await sdkClient(url)
  const conversation = await ben.conversations.newConversation(ada.address)
  await conversation.send("First")
  await page.goto(url)
  await allow(ada)
  await page.goto("about:blank")
  await many(
    MESSAGES - 1,
    48,
    (i) => conversation.send(`Number ${i}: ${"high water ".repeat(1 + i % 7)}`),
  )
  await page.goto(`${url}/dm/${ben.address}`)
  await page.locator(".connection-live").waitFor({ state: "attached", timeout: 120_000 })
  const session = await page.context().newCDPSession(page)
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower })
  const loads = []
  for (let i = 0; i < ROUNDS; i++) loads.push(await load(page))
  // What was sent within the last quarter of an hour is looked at again after each load: here all of it.
  await page.locator(".connection-live").waitFor({ state: "attached", timeout: 120_000 })
  const frames = await scroll(page)
  await ben.close()
  await page.context().close()
  return {
    "first paintMs": median(loads.map(({ paint }) => paint)),
    "usableMs": median(loads.map(({ usable }) => usable)),
    "p95 frameMs": quantile(frames, 0.95),
    "longest frameMs": frames.at(-1)!,
  }
}

const browser = await openBrowser()
const node = await startNode("deno", { args: ["--limits", "off"] })
const results = {
  desktop: await measure(browser, node.url, 1),
  "phone, processor slowed four times": await measure(browser, node.url, 4),
}
await browser.close()
await node.kill()
console.table(results)
await write("inbox-chromium", { machine: machine(), results })
process.exit(0)
