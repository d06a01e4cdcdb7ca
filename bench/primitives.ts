// Every primitive beside the libraries that one would take instead, interleaved in one process.
//   deno run -A bench/primitives.ts [part of a name]     (or node, or bun)
//   deno run -A bench/primitives.ts --chromium
// Writes bench/results/primitives-<runtime>.json when it ran them all.
import process from "node:process"
import { type ContestResult, measure } from "./contest.ts"
import { machine, runtimeName } from "./machine.ts"
import { measureColdStart } from "./primitives/cold-start.ts"
import { isWanted, rounds } from "./quick.ts"
import { versionsOf, write } from "./results.ts"
import { table } from "./table.ts"

const wanted = process.argv[2] ?? ""
const results: ContestResult[] = []
const done = (result: ContestResult): void => {
  console.log(`${table([result])}\n`)
  results.push(result)
}

if (wanted === "--chromium") {
  const { measureInChromium } = await import("./primitives/chromium.ts")
  const measured = measureInChromium()
  let next = await measured.next()
  for (; !next.done; next = await measured.next()) done(next.value)
  await save("chromium", { ...machine(), runtime: `chromium ${next.value}` })
} else {
  const { contests } = await import("./primitives/contests.ts")
  for (const contest of contests.filter(({ name }) => name.includes(wanted))) {
    if (isWanted(contest)) done(await measure(contest, rounds))
  }
  if (wanted === "" || wanted === "cold start") (await measureColdStart()).forEach(done)
  if (wanted === "") await save(runtimeName(), machine())
}
process.exit(0)

async function save(name: string, machine: Record<string, string>): Promise<void> {
  const versions = await versionsOf([
    ...["@noble/ciphers", "@noble/curves", "@noble/hashes"],
    ...["hash-wasm", "secp256k1", "tiny-secp256k1"],
  ])
  const unit = "microseconds for one call"
  await write(`primitives-${name}`, { unit, machine, versions, results })
}
