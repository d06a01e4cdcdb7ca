// Shows a page to a browser and waits for what the page reports: any browser that can load an address
// will do, none needs a driver.
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { build } from "esbuild"
import { launchOptions } from "../browser/chromium.ts"
import type { Project } from "./project.ts"

export interface Browser {
  readonly program: string
  /** The arguments that show `url` without a window, with `profile` as the folder for all it keeps. */
  args(url: string, profile: string): string[]
  /** The arguments that load an unpacked extension, where the command line can. */
  withExtension?(folder: string): string[]
}

export const chromium: Browser = {
  program: launchOptions.executablePath,
  args: (url, profile) => [
    ...launchOptions.args,
    "--headless=new",
    "--no-default-browser-check",
    `--user-data-dir=${profile}`,
    url,
  ],
  withExtension: (folder) => [
    "--disable-features=DisableLoadExtensionCommandLineSwitch",
    `--load-extension=${folder}`,
  ],
}

export const firefox: Browser = {
  program: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
  args: (url, profile) => ["--headless", "--no-remote", "--profile", profile, url],
}

/** Why a cell that needs `browser` cannot run here, if so. */
export const missing = ({ program }: Browser) => (): string | undefined =>
  existsSync(program) ? undefined : `there is no ${program}`

/**
 * What a page does: runs the program, and reports. `visit` puts the addresses into the places of $NODE
 * and $ORIGIN, which no bundler touches.
 */
export const runAndReport = `import { chat } from "./program.mjs"
const report = (result) => fetch("$ORIGIN/report", { method: "POST", body: JSON.stringify(result) })
chat("$NODE").then(
  (received) => report({ received }),
  (error) => report({ error: String(error?.stack ?? error) }),
)
`

const html = `<!doctype html><meta charset="utf-8"><title>A page</title>
<script type="module" src="/page.js"></script>`

/** What the documentation promises to be enough of a content security policy. */
const policyFor = (node: string) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ${node}`

/** Bundles one file of a project for a page, with esbuild's defaults. */
export async function bundle(project: Project, contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: project.folder },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    logLevel: "error",
  })
  return outputFiles[0]!.text
}

export interface Visit {
  /** Scripts by their paths, beside a page that loads /page.js. */
  readonly scripts?: Record<string, string>
  /** Writes an extension for the browser, and tells its folder. */
  extension?(fill: (script: string) => string): string
  /** The page to show in the place of our own, which is to report to `origin`. */
  page?(origin: string): string
}

/** Shows a page to the browser, and resolves with what it, or a worker of its, reports. */
export async function visit(
  browser: Browser,
  node: string,
  { scripts = {}, extension, page = (origin) => origin }: Visit,
): Promise<unknown[]> {
  const { promise, resolve } = Promise.withResolvers<{ received?: unknown[]; error?: string }>()
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://page").pathname
    if (path === "/report") {
      let body = ""
      request.setEncoding("utf8").on("data", (text: string) => body += text)
      request.on("end", () => resolve(JSON.parse(body)))
    }
    const script = scripts[path]
    response.writeHead(200, {
      "content-type": script === undefined ? "text/html" : "text/javascript",
      "content-security-policy": policyFor(node),
      "access-control-allow-origin": "*",
    })
    response.end(script === undefined ? html : fill(script))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fill = (script: string) => script.replaceAll("$NODE", node).replaceAll("$ORIGIN", origin)
  const profile = mkdtempSync(join(tmpdir(), "wafer-profile-"))
  const child = spawn(
    browser.program,
    [
      ...extension ? browser.withExtension!(extension(fill)) : [],
      ...browser.args(page(origin), profile),
    ],
    { stdio: "ignore", detached: true },
  )
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const late = setTimeout(() => resolve({ error: `${browser.program} reported nothing` }), 120_000)
  try {
    const { received, error } = await promise
    if (received === undefined) throw new Error(error)
    return received
  } finally {
    clearTimeout(late)
    // The whole group: a browser is many processes.
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL")
    await gone
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
