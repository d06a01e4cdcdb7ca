// What the first message costs a process that has just begun: the import, then the first call.
import { execFile } from "node:child_process"
import process from "node:process"
import { promisify } from "node:util"
import { type ContestResult, resultOf } from "../contest.ts"

const RUNS = 15

/** Runs itself in fresh processes of this runtime. Each prints what its steps took, in milliseconds. */
export async function measureColdStart(): Promise<ContestResult[]> {
  const runs: number[][] = []
  const args = process.versions.deno ? ["run", "-A", "--no-check"] : []
  for (let run = 0; run < RUNS; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, [...args, import.meta.filename!])
    runs.push(JSON.parse(stdout))
  }
  const steps = ["importing (Node strips types first)", "first seal, 256 B", "hundredth seal"]
  return steps.map((step, i) => ({
    name: `cold start in a fresh process, ${step}`,
    results: [resultOf("wafer", runs.map((times) => times[i]! * 1000))],
  }))
}

if (import.meta.main) {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  const args = [random(32), random(32), random(12), random(256), random(128)] as const
  const times: number[] = []
  const time = async <T>(run: () => T | Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await run()
    times.push(performance.now() - start)
    return result
  }
  const { seal } = await time(() => import("@wafer/crypto"))
  await time(() => seal(...args))
  for (let call = 2; call < 100; call++) seal(...args)
  await time(() => seal(...args))
  console.log(JSON.stringify(times))
}
