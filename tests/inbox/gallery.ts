// The gallery of states, served by Vite as developers see it: each state of the page from fixtures.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { createServer } from "vite"

export interface Gallery extends AsyncDisposable {
  /** The address of a state. */
  state(name: string): string
}

export async function openGallery(): Promise<Gallery> {
  const root = fileURLToPath(new URL("../../inbox/", import.meta.url))
  // Of its own: two galleries at once would take the bundled packages from under each other.
  const cacheDir = mkdtempSync(join(tmpdir(), "wafer-gallery-"))
  const server = await createServer({
    root,
    cacheDir,
    configFile: `${root}vite.config.ts`,
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
  })
  await server.listen()
  const [url] = server.resolvedUrls!.local
  return {
    state: (name) => `${url}states.html?state=${name}`,
    async [Symbol.asyncDispose]() {
      await server.close()
      rmSync(cacheDir, { recursive: true, force: true })
    },
  }
}
