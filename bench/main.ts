// The whole suite, beside every rival, on every runtime that is installed.
//   deno task bench                    writes bench/results/*.json and bench/results/report.html
//   deno task bench --quick            looks for two minutes; writes into a temporary folder
//   deno task bench --only send,cold   some parts
//   deno task bench --check            fails when a ratio fell by more than a fifth below the committed one
import { mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { regressions } from "./check.ts"
import { runs } from "./parts.ts"
import { createProgress } from "./progress.ts"
import { report } from "./report.ts"
import { committed, readResults } from "./results.ts"
import { runToEnd } from "./run.ts"

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    only: { type: "string" },
    report: { type: "boolean", default: false },
  },
})

// What is only looked at, or held against the record, must not become the record.
const aside = flags.quick || flags.check
const folder = aside ? await mkdtemp(join(tmpdir(), "wafer-bench-")) : committed
const parts = flags.only?.split(",")
const wanted = flags.report
  ? []
  : runs(flags).filter(({ part }) => parts === undefined || parts.includes(part))

const progress = createProgress(wanted.map(({ part, on }) => `${part} on ${on}`))
const failures: string[] = []
for (const [i, { command }] of wanted.entries()) {
  progress.begin(i)
  const { code, output } = await runToEnd(command, {
    BENCH_RESULTS: folder,
    ...(flags.quick && { BENCH_QUICK: "1", BENCH_SECONDS: "0.25" }),
  })
  progress.end(i, code === 0 ? output : undefined)
  if (code !== 0) failures.push(output)
}
progress.close()

const results = await readResults(folder)
const page = join(folder, "report.html")
await writeFile(page, report(results))
console.log(`report: ${page}`)

if (flags.check) {
  const slower = regressions(await readResults(committed), results)
  console.log(slower.length === 0 ? "no ratio fell by more than a fifth" : `${slower.length} fell`)
  failures.push(...slower)
}
for (const failure of failures) console.error(failure)
process.exit(failures.length === 0 ? 0 : 1)
