// Builds the API reference of the published packages into build/api, from the comments in the source.
//   deno task api           build/api/index.html
//   deno task api --check   holds the comments against deno's rules, and builds nothing
import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { publishedPackages, root } from "./packages.ts"

const check = process.argv.includes("--check")
// Of what is generated and of the node, which few import, the reference shows what there is.
const held = ["@wafer/crypto", "@wafer/sdk"]
const shown = publishedPackages().filter(({ manifest }) => !check || held.includes(manifest.name))
const entries = shown.flatMap((published) =>
  Object.values(published.manifest.exports).map((file) => join(published.folder, file))
)
const args = check
  ? ["doc", "--lint", ...entries]
  : ["doc", "--html", "--name=Wafer", `--output=${join(root, "build", "api")}`, ...entries]
mkdirSync(join(root, "build"), { recursive: true })
const { status } = spawnSync(join(root, "node_modules", ".bin", "deno"), args, {
  cwd: root,
  stdio: "inherit",
})
process.exit(status ?? 1)
