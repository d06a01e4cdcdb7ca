// Everything that CI checks, in the order of how fast it fails: `deno task ok`.
import { spawnSync } from "node:child_process"
import process from "node:process"
import { complaints } from "./arrows.ts"
import { root } from "./packages.ts"
import { test } from "./test.ts"

const deno = process.execPath

/** What is formatted, linted and type-checked: all but what is generated. */
const sources = [
  "crypto-wasm",
  "proto",
  "sdk",
  "node",
  "inbox",
  "bench",
  "examples",
  "tests",
  "scripts",
]

const checks: [name: string, args: string[]][] = [
  ["format", ["fmt", "--check", "--quiet"]],
  ["lint", ["lint", "--quiet"]],
  ["types", ["check", "--quiet", ...sources]],
  ["comments of the reference", ["run", "-A", "scripts/api.ts", "--check"]],
  ["reference", ["run", "-A", "scripts/api.ts"]],
  ["proto is fresh", ["run", "-A", "scripts/gen.ts", "--check"]],
  ["wasm is fresh", ["run", "-A", "crypto-wasm/build.ts", "--check"]],
  ["inbox is fresh", ["run", "-A", "inbox/build.ts", "--check"]],
  ["status page is fresh", ["run", "-A", "inbox/status/build.ts", "--check"]],
]

let passed = 0
let failed = 0

function report(name: string, ok: boolean, started: number): void {
  ok ? passed++ : failed++
  console.log(
    `${ok ? "ok    " : "FAILED"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  )
}

for (const [name, args] of checks) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(deno, args, {
    cwd: root,
    encoding: "utf8",
    timeout: 300_000,
  })
  if (status !== 0) console.error(stdout + stderr)
  report(name, status === 0, started)
}

const started = performance.now()
const found = complaints()
for (const complaint of found) console.error(complaint)
report("arrows", found.length === 0, started)

const tests = await test([])
console.log(
  `${passed + tests.passed} passed, ${failed + tests.failed} failed, ${tests.skipped} skipped`,
)
process.exit(failed + tests.failed === 0 ? 0 : 1)
