// The whole suite, beside every rival, on every runtime that is installed.
//   deno task bench                    writes bench/results/*.json and bench/results/report.html
//   deno task bench --quick            looks for two minutes; writes into a temporary folder
//   deno task bench --only send,cold   some parts
//   deno task bench --to FOLDER        writes there
//   deno task bench --check            fails when we fell by more than a fifth below what is committed
//   deno task bench --check --against FOLDER     below what an earlier run wrote there
//   deno task bench --report           writes the page anew, from the results that are there
import { mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { falls, told } from "./check.ts"
import { type Run, runs } from "./parts.ts"
import { createProgress } from "./progress.ts"
import { report } from "./report.ts"
import { committed, committedQuick, readResults, type Report } from "./results.ts"
import { runToEnd } from "./run.ts"

/** How often a part in which something fell is measured again, before that counts. */
const AGAIN = 2

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    against: { type: "string" },
    only: { type: "string" },
    report: { type: "boolean", default: false },
    to: { type: "string" },
  },
})

const failures: string[] = []
const newFolder = () => mkdtemp(join(tmpdir(), "wafer-bench-"))

/** Runs these parts, and resolves with what they wrote into the folder. */
async function measure(wanted: readonly Run[], folder: string): Promise<Map<string, Report>> {
  const progress = createProgress(wanted.map(({ part, on }) => `${part} on ${on}`))
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
  return await readResults(folder)
}

/** The falls below `before`, after the parts that they stand in were measured again. */
async function confirmedFalls(
  before: ReadonlyMap<string, Report>,
  first: ReadonlyMap<string, Report>,
  wanted: readonly Run[],
) {
  const found = [first]
  let fallen = falls(before, found)
  for (let again = 0; again < AGAIN && fallen.length > 0; again++) {
    console.log(`measured again, since these fell:\n${fallen.map(told).join("\n")}\n`)
    const suspects = wanted.filter(({ writes }) => fallen.some(({ file }) => writes.includes(file)))
    found.push(await measure(suspects, await newFolder()))
    fallen = falls(before, found)
  }
  return fallen
}

// What is only looked at, or held against the record, must not become the record.
const folder = flags.to ?? (flags.quick || flags.check ? await newFolder() : committed)
const parts = flags.only?.split(",")
const wanted = flags.report
  ? []
  : runs(flags).filter(({ part }) => parts === undefined || parts.includes(part))
const results = await measure(wanted, folder)
const page = join(folder, "report.html")
await writeFile(page, report(results))
console.log(`report: ${page}`)

if (flags.check) {
  const before = await readResults(flags.against ?? (flags.quick ? committedQuick : committed))
  const fallen = await confirmedFalls(before, results, wanted)
  console.log(
    fallen.length === 0 ? "nothing fell by more than a fifth" : `${fallen.length} contests fell`,
  )
  failures.push(...fallen.map(told))
}
for (const failure of failures) console.error(failure)
process.exit(failures.length === 0 ? 0 : 1)
