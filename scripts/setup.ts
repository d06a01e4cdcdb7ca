// Makes sure that dependencies are installed before a task runs. Starting a node needs packages only,
// and Deno fetches those in seconds. Everything else needs npm's install, which also sets up the other
// runtimes; where npm has been, Deno must not install over it, as it would undo their install scripts.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { root } from "./packages.ts"

const installedByNpm = existsSync(join(root, "node_modules", ".package-lock.json"))

if (!installedByNpm) {
  const [program, args] = process.argv.includes("--all")
    ? ["npm", ["ci", "--no-audit", "--no-fund"]] as const
    : [process.execPath, ["install", "--quiet"]] as const
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}
