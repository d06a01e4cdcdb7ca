// The program in browsers, under the content security policy that the documentation promises to be enough.
import { join } from "node:path"
import { type Browser, bundle, chromium, firefox, missing, runAndReport, visit } from "./browser.ts"
import type { Cell } from "./cell.ts"

const inPage = (name: string, browser: Browser): Cell => ({
  name,
  missing: missing(browser),
  async run({ url, project }) {
    const script = await bundle(await project(), runAndReport)
    return await visit(browser, url, { scripts: { "/page.js": script } })
  },
})

const inWorker: Cell = {
  name: "a Worker",
  missing: missing(chromium),
  async run({ url, project }) {
    const script = await bundle(await project(), runAndReport)
    const page = `new Worker("/worker.js", { type: "module" })`
    return await visit(chromium, url, { scripts: { "/page.js": page, "/worker.js": script } })
  },
}

const inServiceWorker: Cell = {
  name: "a service worker",
  missing: missing(chromium),
  async run({ url, project }) {
    const script = await bundle(await project(), runAndReport)
    const page = `navigator.serviceWorker.register("/worker.js", { type: "module" })`
    return await visit(chromium, url, { scripts: { "/page.js": page, "/worker.js": script } })
  },
}

/** Manifest V3 with the policy that extensions are allowed at most. */
const extensionManifest = {
  manifest_version: 3,
  name: "A fresh extension",
  version: "1.0",
  background: { service_worker: "background.js", type: "module" },
  host_permissions: ["http://127.0.0.1/*"],
  content_security_policy: {
    extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'",
  },
}

const inExtension: Cell = {
  name: "a browser extension's background worker",
  missing: missing(chromium),
  async run({ url, project }) {
    const fresh = await project()
    const script = await bundle(fresh, runAndReport)
    fresh.write("extension/manifest.json", JSON.stringify(extensionManifest))
    return await visit(chromium, url, {
      extension(fill) {
        fresh.write("extension/background.js", fill(script))
        return join(fresh.folder, "extension")
      },
    })
  },
}

export const pages: readonly Cell[] = [
  inPage("Chromium", chromium),
  inPage("Firefox", firefox),
  inWorker,
  inServiceWorker,
  inExtension,
]
