// Builds the inbox and writes it into node/inbox-files.ts, which is committed. `--check` writes nothing
// and fails when what is committed is not what would be built.
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { extname, join } from "node:path"
import { pack } from "./pack.ts"

const here = import.meta.dirname!
const dist = join(here, "dist")

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
}

rmSync(dist, { recursive: true, force: true })
const vite = join(here, "..", "node_modules", "vite", "bin", "vite.js")
execFileSync("node", [vite, "build", "--logLevel", "warn"], { cwd: here, stdio: "inherit" })

// In the order of their paths.
const paths = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/")).filter((path) => extname(path)).sort()
const files = paths.map((path) => ({
  path: `/${path}`,
  type: types[extname(path)] ?? "application/octet-stream",
  content: readFileSync(join(dist, path)),
}))
pack(files, {
  target: join(here, "..", "node", "inbox-files.ts"),
  from: "./packed.ts",
  name: "inboxFiles",
  says: "the page at /",
  by: "inbox/build.ts",
})
