import { build, type Plugin } from "esbuild"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { launchOptions } from "../../tests/browser/chromium.ts"
import type { ContestResult } from "../contest.ts"

/** Measures the contests in a page, one after another. The first value is the browser's version. */
export async function* measureInChromium(): AsyncGenerator<ContestResult, string> {
  const script = await bundle()
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js"
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html")
    // A page that shares with no other has a clock of 5 microseconds instead of 100.
    response.setHeader("cross-origin-opener-policy", "same-origin")
    response.setHeader("cross-origin-embedder-policy", "require-corp")
    response.end(
      isScript ? script : `<!doctype html><script type="module" src="/page.js"></script>`,
    )
  }).listen(0, "127.0.0.1")
  const browser = await chromium.launch(launchOptions)
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => "contest" in globalThis)
    for (let index = 0;; index++) {
      const result = await page.evaluate(
        (index) =>
          (globalThis as unknown as { contest(i: number): Promise<ContestResult | undefined> })
            .contest(index),
        index,
      )
      if (result === undefined) return browser.version()
      yield result
    }
  } finally {
    await browser.close()
    server.close()
  }
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname!, "page.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["node:*"],
    plugins: [withTiny],
    write: false,
    logLevel: "error",
  })
  return outputFiles[0]!.contents
}

/** tiny-secp256k1 imports its WebAssembly as a module, which only some bundlers can. */
const withTiny: Plugin = {
  name: "tiny-secp256k1",
  setup({ onLoad }) {
    onLoad({ filter: /tiny-secp256k1.lib.wasm_loader\.browser\.js$/ }, ({ path }) => {
      const wasm = readFileSync(join(path, "..", "secp256k1.wasm")).toString("base64")
      return {
        contents: `
          import * as rand from "./rand.browser.js"
          import * as validate_error from "./validate_error.js"
          const bytes = Uint8Array.from(atob("${wasm}"), (c) => c.charCodeAt(0))
          const imports = { "./rand.js": rand, "./validate_error.js": validate_error }
          const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
          export default exports`,
        loader: "js",
      }
    })
  },
}
