import type { Report } from "./results.ts"

/** How far a ratio may fall: times differ between machines, and less so the ratios between rivals. */
const ALLOWED = 0.8

/**
 * Where we fell behind: the contests whose ratio to a rival is less than four fifths of the committed one,
 * one a line. Sizes are compared as they are.
 */
export function regressions(
  committed: ReadonlyMap<string, Report>,
  fresh: ReadonlyMap<string, Report>,
): string[] {
  return [...fresh].flatMap(([name, report]) =>
    compare(name, advantages(committed.get(name)), advantages(report))
  )
}

/** How many times more each rival took than we did, by contest and rival. */
function advantages(report: Report | undefined): Map<string, number> {
  if (report?.unit === undefined) return new Map()
  const contests = report.unit === "bytes"
    ? report.results.map(({ name, results }) => ({
      name,
      taken: results.map(({ rival, gzip }) => ({ rival, amount: gzip })),
    }))
    : report.results.map(({ name, results }) => ({
      name,
      taken: results.map(({ rival, medianUs }) => ({ rival, amount: medianUs })),
    }))
  return new Map(
    contests.flatMap(({ name, taken: [ours, ...theirs] }) =>
      theirs.filter(({ rival }) => !rival.startsWith(ours!.rival))
        .map(({ rival, amount }) => [`${name}, beside ${rival}`, amount / ours!.amount] as const)
    ),
  )
}

function compare(
  file: string,
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): string[] {
  return [...now].flatMap(([contest, ratio]) => {
    const was = before.get(contest)
    if (was === undefined || ratio >= ALLOWED * was) return []
    return [`${file}: ${contest}: ${ratio.toFixed(2)}x, was ${was.toFixed(2)}x`]
  })
}
