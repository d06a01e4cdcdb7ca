// People in front of the inbox: each has a browser context of their own, so nothing is shared but the node.
import assert from "node:assert/strict"
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core"
import { launchOptions } from "../browser/chromium.ts"

export const desktop: BrowserContextOptions = {
  viewport: { width: 1440, height: 900 },
  locale: "en-GB",
}
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  locale: "en-GB",
}

/** Debian's Chromium. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions)
}

/** A browser of its own, which waits long for what a busy machine takes long for. */
export async function newContext(
  browser: Browser,
  options: BrowserContextOptions = desktop,
): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(60_000)
  return context
}

/** Somebody with an account. */
export interface Person {
  readonly page: Page
  readonly address: string
  /** What went wrong in the page, which nobody expected. */
  readonly failures: readonly string[]
}

/** A page of the inbox; what breaks in it is collected. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = desktop,
): Promise<{ page: Page; failures: string[] }> {
  const context = await newContext(browser, options)
  const page = await context.newPage()
  const failures: string[] = []
  page.on("pageerror", (error) => failures.push(String(error.stack)))
  page.on("console", (message) => {
    // Chromium reports each lost connection itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      failures.push(message.text())
    }
  })
  await page.goto(url)
  return { page, failures }
}

/** Somebody who has just made an account. */
export async function newcomer(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = desktop,
): Promise<Person> {
  const { page, failures } = await visit(browser, url, options)
  await page.getByRole("button", { name: "Create an account here" }).click()
  await page.getByText("Your seal is ready.").waitFor().catch(async (cause) => {
    const shown = (await page.locator("body").innerText()).replace(/\s+/g, " ")
    throw new Error(`no account: ${shown} ${failures.join("\n")}`, { cause })
  })
  return { page, failures, address: await addressOn(page) }
}

/** The address that the page says is its own. */
export async function addressOn(page: Page): Promise<string> {
  await page.goto(new URL("/me", page.url()).href)
  const text = await page.locator(".address-groups").textContent()
  const address = text!.replace(/\s/g, "")
  assert.match(address, /^0x[0-9a-fA-F]{40}$/)
  return address
}

/** Opens a conversation with somebody as a person would: by address, after the look-up. */
export async function begin(from: Person, to: string, about?: string): Promise<void> {
  const { page } = from
  await page.getByRole("link", { name: "New conversation" }).click()
  await page.getByLabel("Who do you want to write to?").fill(to)
  await page.getByText("Has joined. You can write now.").waitFor()
  if (about) await page.getByLabel(/^About/).fill(about)
  await page.getByRole("button", { name: /^Write to/ }).click()
  await page.locator("#composer").waitFor()
}

/** Types into the composer and sends. */
export async function say({ page }: Person, text: string): Promise<void> {
  await page.locator("#composer").fill(text)
  await page.locator("#composer").press("Enter")
}

/** The message that says `text`. */
export function message({ page }: Person, text: string | RegExp): Locator {
  return page.locator("article").filter({ hasText: text })
}

/** Accepts the only request there is. */
export async function allow(person: Person): Promise<void> {
  const { page } = person
  await page.getByRole("tab", { name: /^Requests/ }).click()
  await page.locator(".rows a").first().click()
  await page.getByRole("button", { name: "Allow", exact: true }).click()
  await page.locator("#composer").waitFor()
}
