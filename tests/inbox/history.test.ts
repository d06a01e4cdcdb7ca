// Ten thousand messages in one conversation: read, scrolled, searched, jumped through.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Browser } from "playwright-core"
import type { Client } from "@wafer/sdk"
import { type NodeProcess, startNode } from "../processes.ts"
import { allow, message, newcomer, openBrowser, type Person } from "./person.ts"
import { many, sdkClient } from "./sdk.ts"

const COUNT = 10_000

let node: NodeProcess
let browser: Browser
let ben: Client
let ada: Person

before(async () => {
  ;[node, browser] = await Promise.all([
    startNode("deno", { args: ["--limits", "off"] }),
    openBrowser(),
  ])
  ;[ada, ben] = await Promise.all([newcomer(browser, node.url), sdkClient(node.url)])
  const conversation = await ben.conversations.newConversation(ada.address)
  await conversation.send("Number 0 of the tide table")
  await allow(ada)
  // The page sleeps while the history is made, as a phone in a pocket does.
  await ada.page.goto("about:blank")
  await many(
    COUNT - 1,
    48,
    (i) => conversation.send(`Number ${i + 1}: ${"high water ".repeat(1 + i % 7)}`),
  )
  await ada.page.goto(node.url)
})
after(async () => {
  await ben?.close()
  await browser?.close()
  await node?.kill()
})

test("the page catches up with all of them", async () => {
  await ada.page.locator(".row-count").getByText("99+").waitFor()
  await ada.page.locator(".connection-live").waitFor({ timeout: 180_000 })
  await ada.page.goto(`${node.url}/settings`)
  await ada.page.getByText(/^10,000 messages/).waitFor({ timeout: 180_000 })
})

test("no more than sixty are ever in the document", async () => {
  const { page } = ada
  await page.goto(`${node.url}/dm/${ben.address}`)
  await page.locator("article").first().waitFor()
  const most = await page.evaluate(async () => {
    const feed = document.querySelector<HTMLElement>(".feed")!
    let most = 0
    for (let i = 0; i < 60; i++) {
      feed.scrollTop += i < 30 ? 1500 : -2500
      await new Promise(requestAnimationFrame)
      most = Math.max(most, document.querySelectorAll("article").length)
    }
    return most
  })
  assert.ok(most > 0 && most <= 60, `${most} articles`)
})

test("scrolling back moves the page by what was scrolled, across what is loaded on the way", async () => {
  const { page } = ada
  await page.goto(`${node.url}/dm/${ben.address}`)
  await page.locator("article").first().waitFor()
  const { jumps, loaded } = await page.evaluate(async () => {
    const feed = document.querySelector<HTMLElement>(".feed")!
    const topOf = (row: Element) =>
      row.getBoundingClientRect().top - feed.getBoundingClientRect().top
    const inSight = () =>
      [...document.querySelectorAll<HTMLElement>("[data-key]")].find((row) => topOf(row) > 100)!
    /** Where a row comes to rest: a busy machine takes more frames than one to measure what came into sight. */
    const rest = async (key: string) => {
      for (let still = 0, last = NaN;;) {
        await new Promise(requestAnimationFrame)
        const top = topOf(document.querySelector(`[data-key="${key}"]`)!)
        still = top === last ? still + 1 : 0
        if (still === 3) return top
        last = top
      }
    }
    const jumps: string[] = []
    for (let i = 0; i < 120; i++) {
      const key = inSight().dataset.key!
      const top = await rest(key)
      feed.scrollTop -= 240
      const moved = await rest(key) - top
      if (Math.abs(moved - 240) > 1) jumps.push(`step ${i} moved ${moved} px`)
    }
    return { jumps, loaded: feed.scrollHeight }
  })
  assert.deepEqual(jumps, [])
  assert.ok(loaded > 30_000, `${loaded} px`)
})

test("the beginning can be reached", async () => {
  const { page } = ada
  await page.evaluate(async () => {
    const feed = document.querySelector<HTMLElement>(".feed")!
    while (!document.querySelector(".feed-start")) {
      feed.scrollTop = 0
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
  await message(ada, "Number 0 of the tide table").waitFor()
  await page.getByText(/^This conversation began on/).waitFor()
})

test("the search finds a message of long ago and goes there", async () => {
  const { page } = ada
  await page.goto(`${node.url}/dm/${ben.address}`)
  await page.locator("article").first().waitFor()
  await page.locator("#search").fill("Number 777:")
  await page.locator("#found a").filter({ hasText: "Number 777:" }).click()
  await page.locator("article[data-selected]").filter({ hasText: "Number 777:" }).waitFor()
})

test("nothing broke meanwhile", () => assert.deepEqual(ada.failures, []))
