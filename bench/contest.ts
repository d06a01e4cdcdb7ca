import { quantile } from "./quantile.ts"

/** One thing that several libraries can do, each of them a rival. */
export interface Contest {
  readonly name: string
  /** How many bytes one call works on, if a rate says more than a time. */
  readonly bytes?: number
  /** Whether the clock also counts what another process does, the node for one. */
  readonly waits?: boolean
  /** The first is ours. */
  readonly rivals: readonly Rival[]
}

export interface Rival {
  readonly name: string
  /** Does it once, or `calls` times at the same time. */
  readonly run: () => unknown
  readonly calls?: number
}

/** Microseconds for one call. */
export interface Result {
  readonly rival: string
  readonly medianUs: number
  readonly minimumUs: number
  /** A quarter of the rounds took less than the first, a quarter more than the second. */
  readonly quartilesUs?: readonly [number, number]
}

export interface ContestResult {
  readonly name: string
  readonly bytes?: number
  readonly waits?: boolean
  readonly results: readonly Result[]
}

/**
 * Times all rivals of a contest in turn, round by round, so that whatever else the machine does in
 * the meantime meets all of them: ratios within a contest hold even where the times do not.
 */
export async function measure(
  contest: Contest,
  { rounds = 31, roundMs = 4 }: { rounds?: number; roundMs?: number } = {},
): Promise<ContestResult> {
  const timed = []
  for (const rival of contest.rivals) timed.push(await prepare(rival, roundMs))
  const times: number[][] = timed.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, time] of timed.entries()) times[i]!.push(await time())
  }
  const { rivals, ...about } = contest
  return { ...about, results: rivals.map(({ name }, i) => resultOf(name, times[i]!)) }
}

/** What the rounds of a rival come to, each given in microseconds for one call. */
export function resultOf(rival: string, roundsUs: readonly number[]): Result {
  const sorted = roundsUs.toSorted((a, b) => a - b)
  return {
    rival,
    medianUs: quantile(sorted, 0.5),
    minimumUs: sorted[0]!,
    quartilesUs: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
  }
}

/** A function that runs the rival for about `roundMs`, warm, and returns the microseconds of one call. */
async function prepare(rival: Rival, roundMs: number): Promise<() => number | Promise<number>> {
  const { run, calls = 1 } = rival
  const isAsync = run() instanceof Promise
  const sync = (runs: number): number => {
    const start = performance.now()
    for (let i = 0; i < runs; i++) run()
    return performance.now() - start
  }
  const async = async (runs: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < runs; i++) await run()
    return performance.now() - start
  }
  const loop = isAsync ? async : sync
  let runs = 1
  let ms = await loop(runs)
  let fastest = Infinity
  // Warm for some rounds' time, so that an engine's last compiler has run.
  for (let warm = ms; warm < 15 * roundMs; warm += ms) {
    if (ms < roundMs / 2) runs *= 2
    ms = await loop(runs)
    // Not the last: one that the machine interrupted would leave a round too short for the clock.
    if (ms >= roundMs / 4) fastest = Math.min(fastest, ms / runs)
  }
  runs = Math.max(1, Math.round(roundMs / fastest))
  return () => {
    const elapsed = loop(runs)
    const perCall = (ms: number) => ms * 1000 / (runs * calls)
    return typeof elapsed === "number" ? perCall(elapsed) : elapsed.then(perCall)
  }
}
