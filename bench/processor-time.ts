import process from "node:process"
import type { Contest, ContestResult } from "./contest.ts"

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
  const results = rivals.map((rival, i) => {
    const sorted = times[i]!.sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!
    return {
      rival: rival.name,
      medianUs: at(0.5),
      minimumUs: sorted[0]!,
      quartilesUs: [at(0.25), at(0.75)] as const,
    }
  })
  return { name: `${name}, processor time`, results }
}
