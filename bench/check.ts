import type { Report } from "./results.ts"

/** How far a ratio may fall. */
const ALLOWED = 0.8

/** A contest in which we fell behind. */
export interface Fall {
  /** The file of results that it stands in, like `send-node`. */
  readonly file: string
  readonly contest: string
  /** The rival beside whom we fell the least, and how many times more than we it took and takes. */
  readonly rival: string
  readonly was: number
  readonly is: number
}

/**
 * The contests in which we fell by more than a fifth, by what `before` says and by several `runs` of the
 * same.
 *
 * Made to be quiet on a busy machine. The fastest round counts, of all runs: what else a machine does
 * makes a round slower, never faster, so that the fastest comes out alike each time. Only a fall beside
 * every rival of a contest is ours: a rival whose own time fell changes its own ratio alone. And what
 * waits for another process is left to the same contest in processor time.
 */
export function falls(
  before: ReadonlyMap<string, Report>,
  runs: readonly ReadonlyMap<string, Report>[],
): Fall[] {
  const was = ratiosOf([before])
  return [...ratiosOf(runs)].flatMap(([key, { file, contest, beside }]) => {
    const known = [...beside].flatMap(([rival, is]) => {
      const then = was.get(key)?.beside.get(rival)
      return then === undefined ? [] : [{ file, contest, rival, was: then, is }]
    })
    const [best] = known.sort((a, b) => b.is / b.was - a.is / a.was)
    return best === undefined || best.is >= ALLOWED * best.was ? [] : [best]
  })
}

/** A fall in one line. */
export const told = ({ file, contest, rival, was, is }: Fall): string =>
  `${file}: ${contest}: ${is.toFixed(2)}x beside ${rival}, was ${was.toFixed(2)}x`

interface Ratios {
  readonly file: string
  readonly contest: string
  /** How many times more than we each rival took. */
  readonly beside: ReadonlyMap<string, number>
}

function ratiosOf(runs: readonly ReadonlyMap<string, Report>[]): Map<string, Ratios> {
  const amounts = runs.flatMap((run) =>
    [...run].flatMap(([file, report]) => amountsIn(file, report))
  )
  const contests = Map.groupBy(amounts, ({ file, contest }) => `${file}: ${contest}`)
  return new Map([...contests].map(([key, amounts]) => {
    const { file, contest, rival: ours } = amounts[0]!
    const least = (rival: string) =>
      Math.min(...amounts.flatMap((found) => found.rival === rival ? [found.amount] : []))
    const rivals = new Set(amounts.map(({ rival }) => rival).filter((r) => !r.startsWith(ours)))
    const beside = new Map([...rivals].map((rival) => [rival, least(rival) / least(ours)]))
    return [key, { file, contest, beside }]
  }))
}

interface Amount {
  readonly file: string
  readonly contest: string
  readonly rival: string
  /** What it took at the least, in microseconds; or its size as a page downloads it, in bytes. */
  readonly amount: number
}

function amountsIn(file: string, report: Report): Amount[] {
  if (report.unit === "microseconds for one call") {
    return report.results.filter(({ waits }) => !waits).flatMap(({ name: contest, results }) =>
      results.map(({ rival, minimumUs }) => ({ file, contest, rival, amount: minimumUs }))
    )
  }
  if (report.unit === "bytes") {
    return report.results.flatMap(({ name: contest, results }) =>
      results.map(({ rival, gzip }) => ({ file, contest, rival, amount: gzip }))
    )
  }
  return []
}
