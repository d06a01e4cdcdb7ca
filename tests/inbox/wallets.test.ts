// A wallet of the browser (EIP-6963): asked twice for a new account, once for an old one, and free to refuse.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"
import { type NodeProcess, startNode } from "../processes.ts"
import { addressOn, newContext, openBrowser } from "./person.ts"

let node: NodeProcess
let browser: Browser
const wallet = privateKeyToAccount(generatePrivateKey())

before(async () => {
  ;[node, browser] = await Promise.all([startNode("deno"), openBrowser()])
})
after(async () => {
  await browser?.close()
  await node?.kill()
})

/** A page in whose browser a wallet is installed. It refuses the first `refusals` questions. */
async function pageWithWallet(refusals = 0): Promise<{ page: Page; asked: string[] }> {
  const asked: string[] = []
  const context = await newContext(browser)
  await context.exposeFunction("signWith", (text: string) => {
    asked.push(text)
    if (asked.length <= refusals) return ""
    return wallet.signMessage({ message: { raw: text as `0x${string}` } })
  })
  await context.addInitScript((address) => {
    const provider = {
      async request({ method, params }: { method: string; params?: string[] }) {
        if (method === "eth_requestAccounts") return [address]
        const signed = await (globalThis as unknown as { signWith(text: string): Promise<string> })
          .signWith(params![0]!)
        if (!signed) throw Object.assign(new Error("no"), { code: 4001 })
        return signed
      },
    }
    const info = {
      uuid: "lantern",
      name: "Lantern",
      icon: "https://evil.example/icon.png",
      rdns: "x",
    }
    const announce = () =>
      dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } }))
    addEventListener("eip6963:requestProvider", announce)
  }, wallet.address)
  const page = await context.newPage()
  await page.goto(node.url)
  return { page, asked }
}

test("a wallet that refuses can be asked again", async () => {
  const { page, asked } = await pageWithWallet(1)
  await page.getByRole("button", { name: "Lantern" }).click()
  await page.getByText("Your wallet said no.").waitFor()
  assert.equal(await page.locator(".wallet img").count(), 0)
  await page.getByRole("button", { name: "Ask again" }).click()
  await page.getByText("Your seal is ready.").waitFor()
  const texts = asked.map((hex) => Buffer.from(hex.slice(2), "hex").toString().split("\n")[0])
  assert.deepEqual(texts, [
    "XMTP : Create Identity",
    "XMTP : Create Identity",
    "XMTP : Enable Identity",
  ])
  assert.equal(await addressOn(page), wallet.address)
})

test("in another browser the same wallet signs once and is the same account", async () => {
  const { page, asked } = await pageWithWallet()
  await page.getByRole("button", { name: "Lantern" }).click()
  await page.getByText("Your seal is ready.").waitFor()
  assert.equal(asked.length, 1)
  assert.equal(await addressOn(page), wallet.address)
})

test("a reload asks the wallet nothing", async () => {
  const { page, asked } = await pageWithWallet()
  await page.getByRole("button", { name: "Lantern" }).click()
  await page.getByText("Your seal is ready.").waitFor()
  await page.reload()
  await page.getByText("Your seal is ready.").waitFor()
  assert.equal(asked.length, 1)
})
