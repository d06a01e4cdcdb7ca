// Pictures of the main states, by day and night, on a desktop, a tablet and a phone. They are kept in
// inbox/screenshots and looked at; this test says when one has changed by more than half a percent.
// `WAFER_SCREENSHOTS=write` takes them anew.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import process from "node:process"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { until } from "../processes.ts"
import { type Gallery, openGallery } from "./gallery.ts"
import { desktop, newContext, openBrowser, phone } from "./person.ts"

const folder = fileURLToPath(new URL("../../inbox/screenshots/", import.meta.url))
const write = process.env.WAFER_SCREENSHOTS === "write"

const sizes: Record<string, BrowserContextOptions> = {
  // Large enough to be looked at on a page of its own.
  hero: { ...desktop, deviceScaleFactor: 1.4 },
  desktop,
  tablet: { ...desktop, viewport: { width: 745, height: 993 } },
  phone: { ...phone, deviceScaleFactor: 1 },
}
const wanted: readonly { readonly size: string; readonly states: readonly string[] }[] = [
  { size: "hero", states: ["conversation"] },
  {
    size: "desktop",
    states: [
      "conversation",
      "hello",
      "nothing",
      "request",
      "sending",
      "offline",
      "strange",
      "settings",
      "wrong",
    ],
  },
  { size: "tablet", states: ["plain"] },
  {
    size: "phone",
    states: ["list", "plain", "hello", "request", "conversation", "nothing", "settings"],
  },
]

let gallery: Gallery
let browser: Browser
let judge: Page

before(async () => {
  ;[gallery, browser] = await Promise.all([openGallery(), openBrowser()])
  judge = await browser.newPage()
  mkdirSync(folder, { recursive: true })
})
after(async () => {
  await browser?.close()
  await gallery?.[Symbol.asyncDispose]()
})

for (const { size, states } of wanted) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`${size}, ${colorScheme}`, async () => {
      const context = await newContext(browser, {
        ...sizes[size],
        colorScheme,
        reducedMotion: "reduce",
      })
      // Counting seconds would be another picture each time.
      await context.clock.setFixedTime(new Date("2026-11-22T10:47:00"))
      const page = await context.newPage()
      const changed: string[] = []
      for (const state of states) {
        await page.goto(gallery.state(state))
        await page.locator("main").waitFor({ state: "attached" })
        await page.waitForFunction(() => [...document.images].every(({ complete }) => complete))
        const file = `${folder}${size}-${state}-${colorScheme}.png`
        if (write || !existsSync(file)) {
          await page.waitForLoadState("networkidle")
          writeFileSync(file, await page.screenshot({ animations: "disabled" }))
        }
        const kept = readFileSync(file)
        let differs = 1
        // What is still on its way is waited for; after one that has changed, not that long.
        await until(async () => {
          differs = await difference(kept, await page.screenshot({ animations: "disabled" }))
          return differs <= 0.005
        }, changed.length === 0 ? 30_000 : 2000).catch(() => {
          changed.push(`${file}: ${(100 * differs).toFixed(2)} %`)
        })
      }
      assert.deepEqual(changed, [])
      await context.close()
    })
  }
}

/** The share of pixels that differ visibly. */
function difference(kept: Uint8Array, taken: Uint8Array): Promise<number> {
  const base64 = [kept, taken].map((bytes) => Buffer.from(bytes).toString("base64"))
  return judge.evaluate(async (pictures) => {
    const [a, b] = await Promise.all(pictures.map(async (picture) => {
      const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }))
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!
      context.drawImage(bitmap, 0, 0)
      return context.getImageData(0, 0, bitmap.width, bitmap.height)
    }))
    if (a!.width !== b!.width || a!.height !== b!.height) return 1
    let differs = 0
    for (let i = 0; i < a!.data.length; i += 4) {
      const far = [0, 1, 2].some((c) => Math.abs(a!.data[i + c]! - b!.data[i + c]!) > 16)
      if (far) differs++
    }
    return differs / (a!.data.length / 4)
  }, base64)
}
