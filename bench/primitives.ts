// Every primitive beside the libraries that one would take instead, interleaved in one process.
//   deno run -A bench/primitives.ts [part of a name]     (or node, or bun)
// Writes bench/results/primitives-<runtime>.json when it ran them all.
import { mkdir, writeFile } from "node:fs/promises"
import process from "node:process"
import { measure } from "./contest.ts"
import { machine, runtimeName } from "./machine.ts"
import { contests } from "./primitives/contests.ts"
import { table } from "./table.ts"

const wanted = process.argv[2] ?? ""
const results = []
for (const contest of contests.filter(({ name }) => name.includes(wanted))) {
  const result = await measure(contest)
  console.log(`${table([result])}\n`)
  results.push(result)
}
if (wanted === "") {
  const folder = `${import.meta.dirname}/results`
  await mkdir(folder, { recursive: true })
  const report = { unit: "microseconds for one call", machine: machine(), results }
  await writeFile(
    `${folder}/primitives-${runtimeName()}.json`,
    `${JSON.stringify(report, null, 2)}\n`,
  )
}
process.exit(0)
