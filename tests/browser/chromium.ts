// Bundles test files for a page and runs them in Debian's Chromium, under the content security policy
// that the documentation promises to be enough.
import { build, type Plugin } from "esbuild"
import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import process from "node:process"
import { chromium } from "playwright-core"
import { fixture } from "../fixtures.ts"
import type { Result } from "./node-test.ts"

const root = join(import.meta.dirname!, "..", "..")

/** The options with which Chromium starts here, as root and without a network. */
export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  timeout: 120_000,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
}

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'"

/** Runs the test files in one page and returns the counts; fails when it takes longer than `limitMs`. */
export async function runInChromium(files: string[], limitMs: number): Promise<Result> {
  const script = await bundle(files)
  const server = createServer((request, response) => {
    const isScript = request.url === "/tests.js"
    response.writeHead(200, {
      "content-type": isScript ? "text/javascript" : "text/html",
      "content-security-policy": policy,
    })
    response.end(
      isScript
        ? script
        : `<!doctype html><meta charset="utf-8"><script type="module" src="/tests.js"></script>`,
    )
  }).listen(0, "127.0.0.1")
  const browser = await chromium.launch(launchOptions)
  let limit: ReturnType<typeof setTimeout> | undefined
  try {
    const page = await browser.newPage()
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new Error(`still running after ${limitMs} ms`)), limitMs)
    })
    const broken = new Promise<never>((_, reject) => page.once("pageerror", reject))
    // "load" comes when all tests are collected, which may take as long as it likes.
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      waitUntil: "commit",
      timeout: limitMs,
    })
    const result = page.evaluate(async () => {
      const page = globalThis as unknown as { ready?: Promise<Result> }
      while (page.ready === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
      return await page.ready
    })
    const counts = await Promise.race([result, broken, late])
    if (counts.passed === 0) counts.failed++
    return counts
  } finally {
    clearTimeout(limit)
    await browser.close()
    server.close()
  }
}

async function bundle(files: string[]): Promise<Uint8Array> {
  const entry = files.map((file) => `import ${JSON.stringify(file)}`).join("\n") +
    `\nimport { run } from "node:test"\nglobalThis.ready = run()`
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    bundle: true,
    format: "esm",
    target: "es2024",
    write: false,
    // A package that is free of side effects still has tests to run.
    ignoreAnnotations: true,
    inject: [join(root, "tests/browser/process.ts")],
    plugins: [forPages],
    logLevel: "error",
  })
  return outputFiles[0]!.contents
}

/** Puts what a page has in the place of what a server has. */
const forPages: Plugin = {
  name: "for-pages",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:test$/ }, () => ({ path: join(root, "tests/browser/node-test.ts") }))
    onResolve(
      { filter: /^node:process$/ },
      () => ({ path: join(root, "tests/browser/process.ts") }),
    )
    onResolve(
      { filter: /^node:assert\/strict$/ },
      () => ({ path: join(root, "tests/browser/assert.ts") }),
    )
    onLoad(
      { filter: /tests\/fixtures\.ts$/ },
      () => ({ contents: inlinedFixtures(), loader: "ts" }),
    )
  },
}

function inlinedFixtures(): string {
  const folder = process.env.WAFER_VECTORS ?? join(root, "tests/vectors")
  const names = (path: string) =>
    readdirSync(path).filter((f) => f.endsWith(".json")).map((f) => f.slice(0, -5))
  const wycheproof = process.env.WAFER_WYCHEPROOF ?? join(root, "..", "shared", "wycheproof")
  const texts: Record<string, Record<string, string>> = { vectors: {}, wycheproof: {} }
  for (const name of names(folder)) {
    texts.vectors![name] = readFileSync(join(folder, `${name}.json`), "utf8")
  }
  if (fixture("wycheproof", "aes_gcm_test") !== undefined) {
    for (const name of names(wycheproof)) texts.wycheproof![name] = fixture("wycheproof", name)!
  }
  return `const texts = ${JSON.stringify(texts)}
    export const fixture = (folder, name) => texts[folder][name]`
}
