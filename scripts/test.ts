// Runs every test on every runtime it is meant for and closes with one line of totals.
//
//   deno task test                       all of it
//   deno task test --on deno,bun sdk     two runtimes, the files whose path contains "sdk"
//   deno task test --verbose             everything that the runners say
//
// Units stand beside the source. Those of crypto-wasm, proto and sdk run on Deno, Bun, Node and
// Chromium, those of node on the three servers. What stands in tests/ are stories: they drive other
// processes of all runtimes themselves and run once, on Node.
import { spawn } from "node:child_process"
import { globSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { runInChromium } from "../tests/browser/chromium.ts"
import { root } from "./packages.ts"

interface Count {
  passed: number
  failed: number
  skipped: number
}

interface Outcome extends Count {
  /** Files that failed among others and passed alone. */
  unsteady?: readonly string[]
}

interface Suite {
  readonly on: string
  readonly files: string[]
  run(files: string[]): Promise<Outcome>
}

const verbose = process.argv.includes("--verbose")
const bin = (name: string) => join(root, "node_modules", ".bin", name)
const minutes = (n: number) => n * 60_000

const find = (...folders: string[]) =>
  folders.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }))
    .filter((file) => !file.includes("node_modules")).sort().map((file) => `./${file}`)

const everywhere = find("crypto-wasm", "proto", "sdk")
const servers = [...everywhere, ...find("node", "scripts")]
// Those that take a minute begin first, or the others would be done long before them.
const slow = [
  "inbox/accessibility",
  "inbox/screenshots",
  "network/on-bun",
  "network/on-deno",
  "runtimes/matrix",
]
const isSlow = (file: string) => slow.some((name) => file.includes(`/${name}.test.ts`))
const stories = find("tests").sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)))

const suites: Suite[] = [
  {
    on: "deno",
    files: servers,
    run: (files) =>
      command(bin("deno"), ["test", "-A", "--no-check", "--parallel", ...files], minutes(10), {
        passed: /^(?:ok|FAILED) \| (\d+) passed/m,
        failed: /^(?:ok|FAILED) \|.* (\d+) failed/m,
        skipped: /^(?:ok|FAILED) \|.* (\d+) ignored/m,
      }),
  },
  {
    on: "bun",
    files: servers,
    run: (files) =>
      command(bin("bun"), ["test", "--timeout", "120000", ...files], minutes(10), {
        passed: /^ *(\d+) pass$/m,
        failed: /^ *(\d+) fail$/m,
        skipped: /^ *(\d+) skip$/m,
      }),
  },
  { on: "node", files: servers, run: async (files) => sum(await onNode(files, 2)) },
  {
    on: "chromium",
    files: everywhere,
    async run(files) {
      const { failures, ...count } = await runInChromium(files, minutes(10))
      for (const failure of failures) console.error(`not ok (chromium) ${failure}`)
      return count
    },
  },
  { on: "stories", files: stories, run: onNodeTwice },
]

/** On Node a file is a process of its own, so that none can hold up or hide the others. */
async function onNode(files: string[], atOnce: number): Promise<Map<string, Count>> {
  const counts = new Map<string, Count>()
  const waiting = [...files]
  const deadline = performance.now() + minutes(45)
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const started = performance.now()
      const limitMs = Math.max(1000, Math.min(minutes(15), deadline - started))
      // Without --test-force-exit, which was seen to leave out tests that had passed: a story that
      // leaves something open runs into the limit instead.
      const args = ["--test", "--test-reporter=spec", file]
      const count = await command(bin("node"), args, limitMs, {
        passed: /^ℹ pass (\d+)$/m,
        failed: /^ℹ fail (\d+)$/m,
        skipped: /^ℹ skipped (\d+)$/m,
      })
      const seconds = (performance.now() - started) / 1000
      if (count.failed > 0) console.log(`FAILED ${file} (${seconds.toFixed(1)} s)`)
      else if (seconds > 10) console.log(`ok     ${file} (${seconds.toFixed(1)} s)`)
      counts.set(file, count)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return counts
}

/**
 * Stories wait for processes, clocks and pages more than they compute, so that three share two cores.
 * One that fails in this company has a second try alone: only what fails there too fails the run, and
 * the others are named as unsteady. More than a few failures are no accident, and are left as they are;
 * so is that of a story that was alone already.
 */
async function onNodeTwice(files: string[]): Promise<Outcome> {
  const counts = await onNode(files, 3)
  const failed = files.filter((file) => counts.get(file)!.failed > 0)
  if (failed.length === 0 || failed.length > 3 || files.length === 1) return sum(counts)
  console.log(`\n== once more, alone: ${failed.join(" ")}`)
  const again = await onNode(failed, 1)
  const unsteady = failed.filter((file) => again.get(file)!.failed === 0)
  return { ...sum(new Map([...counts, ...again])), unsteady }
}

function sum(counts: Map<string, Count>): Count {
  const total: Count = { passed: 0, failed: 0, skipped: 0 }
  for (const count of counts.values()) add(total, count)
  return total
}

function add(total: Count, count: Count): void {
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
}

/**
 * Runs a test runner and reads its totals; what it says is shown when a test failed. A runner that
 * dies, finds no test, or takes longer than `limitMs` counts as a failure. It leads a process group,
 * which is ended with it: a process that a test left behind would otherwise keep its pipes open.
 */
function command(
  program: string,
  args: string[],
  limitMs: number,
  totals: Record<keyof Count, RegExp>,
): Promise<Count> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text
        if (verbose) process.stdout.write(text)
      })
    }
    const endGroup = () => {
      try {
        process.kill(-child.pid!, "SIGKILL")
      } catch { /* nothing of it is left */ }
    }
    const limit = setTimeout(() => {
      output += `\nstill running after ${limitMs / 1000} s: ended\n`
      endGroup()
    }, limitMs)
    child.on("error", reject)
    child.on("exit", endGroup)
    child.on("close", (code) => {
      clearTimeout(limit)
      const read = (total: RegExp) => Number(total.exec(output)?.[1] ?? 0)
      const count = {
        passed: read(totals.passed),
        failed: read(totals.failed),
        skipped: read(totals.skipped),
      }
      if (code !== 0 && count.failed === 0) count.failed = 1
      if (code === 0 && count.passed + count.skipped === 0) count.failed = 1
      if (count.failed > 0 && !verbose) process.stdout.write(output)
      resolve(count)
    })
  })
}

/** Runs the suites that the arguments ask for. */
export async function test(args: string[]): Promise<Count> {
  const { values, positionals: filters } = parseArgs({
    args,
    options: { on: { type: "string" }, verbose: { type: "boolean" } },
    allowPositionals: true,
  })
  const wanted = values.on?.split(",")
  const total: Count = { passed: 0, failed: 0, skipped: 0 }
  const lines: string[] = []
  for (const suite of suites) {
    if (wanted && !wanted.includes(suite.on)) continue
    const files = suite.files.filter((file) =>
      filters.length === 0 || filters.some((filter) => file.includes(filter))
    )
    if (files.length === 0) continue
    console.log(`\n== ${suite.on}: ${files.length} files`)
    const started = performance.now()
    const count = await suite.run(files).catch((error): Outcome => {
      console.error(error)
      return { passed: 0, failed: 1, skipped: 0 }
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    lines.push(
      `${
        suite.on.padEnd(9)
      } ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped in ${seconds} s`,
      ...(count.unsteady ?? []).map((file) =>
        `UNSTEADY  ${file}: failed among others, passed alone`
      ),
    )
    add(total, count)
  }
  console.log(`\n${lines.join("\n")}`)
  return total
}

if (import.meta.main) {
  const { passed, failed, skipped } = await test(process.argv.slice(2))
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
}
