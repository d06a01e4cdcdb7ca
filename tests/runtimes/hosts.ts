// The program where somebody else's server decides how code runs: Next.js and Cloudflare's workerd.
import { spawn } from "node:child_process"
import { join } from "node:path"
import process from "node:process"
import { root, until } from "../processes.ts"
import { bundle, chromium, missing, visit } from "./browser.ts"
import type { Cell } from "./cell.ts"
import type { Project } from "./project.ts"

const node = join(root, "node_modules", ".bin", "node")

/** A page that runs the program in the browser, and a route that runs it on the server. */
const nextFiles = {
  "app/layout.jsx": `export default ({ children }) => <html><body>{children}</body></html>`,
  "app/page.jsx": `"use client"
import { useEffect } from "react"
import { chat } from "../program.mjs"
export default function Page() {
  useEffect(() => {
    const to = new URLSearchParams(location.search)
    const report = (result) => fetch(to.get("report"), { method: "POST", body: JSON.stringify(result) })
    chat(to.get("node")).then(
      (received) => report({ received }),
      (error) => report({ error: String(error?.stack ?? error) }),
    )
  }, [])
  return null
}`,
  "app/chat/route.js": `import { chat } from "../../program.mjs"
export const dynamic = "force-dynamic"
export async function GET(request) {
  return Response.json(await chat(new URL(request.url).searchParams.get("node")))
}`,
}

const next: Cell = {
  name: "Next.js, on the server and in the page",
  heavy: true,
  missing: missing(chromium),
  async run({ url, project }) {
    const fresh = await project({ next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" })
    for (const [path, text] of Object.entries(nextFiles)) fresh.write(path, text)
    const quiet = { NEXT_TELEMETRY_DISABLED: "1" }
    await fresh.run(node, ["node_modules/next/dist/bin/next", "build"], quiet)
    const server = await startNext(fresh)
    try {
      const response = await fetch(`${server.origin}/chat?${new URLSearchParams({ node: url })}`)
      const onServer = await response.text()
      const inPage = await visit(chromium, url, {
        page: (origin) =>
          `${server.origin}/?${new URLSearchParams({ node: url, report: `${origin}/report` })}`,
      })
      if (onServer !== JSON.stringify(inPage)) throw new Error(`the server received ${onServer}`)
      return inPage
    } finally {
      await server.stop()
    }
  },
}

async function startNext({ folder }: Project) {
  const child = spawn(node, ["node_modules/next/dist/bin/next", "start", "--port", "0"], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text)
  const address = () => /http:\/\/localhost:\d+/.exec(output)?.[0]
  await until(() => address() !== undefined, 60_000)
  return {
    origin: address()!,
    async stop() {
      child.kill("SIGKILL")
      await exited
    },
  }
}

/**
 * workerd compiles WebAssembly from bytes only while a worker starts, so the worker uses each of the two
 * modules once at its top level.
 */
const worker = `import { secp256k1, sha256 } from "@wafer/crypto"
import { chat } from "./program.mjs"
sha256(new Uint8Array())
secp256k1.isValidSecretKey(new Uint8Array(32))
export default {
  async fetch(request) {
    return Response.json(await chat(new URL(request.url).searchParams.get("node")))
  },
}`

const runInMiniflare = `import { readFileSync } from "node:fs"
import { Miniflare } from "miniflare"
const script = readFileSync("worker.js", "utf8")
const miniflare = new Miniflare({ modules: true, script, compatibilityDate: "2026-07-01" })
const query = new URLSearchParams({ node: process.argv[2] })
console.log(await (await miniflare.dispatchFetch("http://worker/?" + query)).text())
await miniflare.dispose()`

const workerd: Cell = {
  name: "workerd",
  async run({ url, project }) {
    const fresh = await project({ miniflare: "4.20260730.0" })
    fresh.write("worker.js", await bundle(fresh, worker))
    fresh.write("miniflare.mjs", runInMiniflare)
    return JSON.parse(await fresh.run(node, ["miniflare.mjs", url]))
  },
}

export const hosts: readonly Cell[] = [next, workerd]
