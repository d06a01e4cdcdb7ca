import process from "node:process"
import { type Contest, type ContestResult, resultOf } from "./contest.ts"

/**
 * As `measure`, in the time that this process keeps processors busy, all its threads together: what
 * a reader's battery pays, with waiting left out.
 */
export async function inProcessorTime(
  { name, rivals }: Contest,
  { rounds }: { readonly rounds: number },
): Promise<ContestResult> {
  const times: number[][] = rivals.map(() => [])
  for (let round = -1; round < rounds; round++) {
    for (const [i, { run, calls = 1 }] of rivals.entries()) {
      const start = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(start)
      // The first round is to warm up.
      if (round >= 0) times[i]!.push((user + system) / calls)
    }
  }
  const results = rivals.map((rival, i) => resultOf(rival.name, times[i]!))
  return { name: `${name}, processor time`, results }
}
