// axe-core in every state of the page, by day, by night and on a phone.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { AxeBuilder } from "@axe-core/playwright"
import type { Browser, BrowserContextOptions } from "playwright-core"
import { type Gallery, openGallery } from "./gallery.ts"
import { desktop, newContext, openBrowser, phone } from "./person.ts"

let gallery: Gallery
let browser: Browser
let names: string[]

before(async () => {
  ;[gallery, browser] = await Promise.all([openGallery(), openBrowser()])
  const page = await browser.newPage()
  await page.goto(gallery.state(""))
  names = await page.evaluate(async () => {
    const list = () => (globalThis as unknown as { states?: string[] }).states
    while (!list()) await new Promise((resolve) => setTimeout(resolve, 20))
    return list()!
  })
  assert.ok(names.length > 20)
})
after(async () => {
  await browser?.close()
  await gallery?.[Symbol.asyncDispose]()
})

/** By night only the colours differ. */
const looks: Record<string, { options: BrowserContextOptions; rules?: string[] }> = {
  "by day": { options: { ...desktop, colorScheme: "light" } },
  "by night": { options: { ...desktop, colorScheme: "dark" }, rules: ["color-contrast"] },
  "on a phone": { options: { ...phone, colorScheme: "light" } },
}

for (const [look, { options, rules }] of Object.entries(looks)) {
  test(`axe finds nothing ${look}`, async () => {
    const context = await newContext(browser, { ...options, reducedMotion: "reduce" })
    const found: string[] = []
    const page = await context.newPage()
    for (const name of names) {
      await page.goto(gallery.state(name))
      await page.locator("main").waitFor({ state: "attached" })
      const axe = new AxeBuilder({ page }).setLegacyMode()
      const { violations } = await (rules ? axe.withRules(rules) : axe).analyze()
      for (const { id, nodes } of violations) {
        found.push(`${name}: ${id}: ${nodes[0]!.html.slice(0, 160)} (${nodes.length})`)
      }
    }
    assert.deepEqual(found, [])
    await context.close()
  })
}
