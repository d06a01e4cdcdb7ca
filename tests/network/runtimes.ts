// The stories of one process run on Node as they are; this runs them on the other two runtimes.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { globSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import process from "node:process"
import { root } from "../processes.ts"

// These drive processes themselves, or run in virtual time, which is the same everywhere.
const several = ["mesh", "frozen", "clients", "keepers", "on-", "waku", "soak", "faults"]
const stories = globSync("*.test.ts", { cwd: import.meta.dirname! })
  .filter((file) => !several.some((name) => file.startsWith(name)))
  .map((file) => `./tests/network/${file}`)

/** Registers a test that runs the stories on a runtime, with the arguments that test files follow. */
export function storiesOn(runtime: "deno" | "bun", args: readonly string[]): void {
  test(`${stories.length} files on ${runtime}`, async () => {
    const child = spawn(join(root, "node_modules", ".bin", runtime), [...args, ...stories], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output += text)
    }
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
    assert.equal(code, 0, output)
    assert.match(output, /\d+ pass/)
  })
}
