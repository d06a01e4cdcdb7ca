// Builds the operator's page and writes it into node/status/files.ts, which is committed. `--check`
// writes nothing and fails when what is committed is not what would be built.
import { buildSync } from "esbuild"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pack } from "../pack.ts"

const here = import.meta.dirname!
const budget = 15_000

function script(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(here, "main.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
  })
  return outputFiles[0]!.text
}

function style(): string {
  const tokens = readFileSync(join(here, "..", "style", "tokens.css"), "utf8")
  const page = readFileSync(join(here, "page.css"), "utf8")
  const { outputFiles } = buildSync({
    stdin: { contents: tokens + page, loader: "css" },
    minify: true,
    write: false,
    target: "es2022",
  })
  return outputFiles[0]!.text
}

const html = readFileSync(join(here, "index.html"), "utf8")
const bytes = pack([
  { path: "/status", type: "text/html; charset=utf-8", content: html },
  { path: "/status/page.css", type: "text/css; charset=utf-8", content: style() },
  { path: "/status/page.js", type: "text/javascript; charset=utf-8", content: script() },
], {
  target: join(here, "..", "..", "node", "status", "files.ts"),
  from: "../packed.ts",
  name: "statusFiles",
  says: "the page at /status",
  by: "inbox/status/build.ts",
})
if (bytes > budget) throw new Error(`the page has ${bytes} bytes, its budget is ${budget}`)
