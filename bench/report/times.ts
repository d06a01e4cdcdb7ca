import type { ContestResult, Result } from "../contest.ts"
import type { Report } from "../results.ts"

export type Times = Extract<Report, { unit: "microseconds for one call" }>

/** Those of the reports that are about times. */
export function timesOf(reports: ReadonlyMap<string, Report>): Map<string, Times> {
  return new Map(
    [...reports].flatMap(([on, report]) =>
      report.unit === "microseconds for one call" ? [[on, report] as const] : []
    ),
  )
}

/** The names of all contests, each once. */
export const contestsOf = (timed: ReadonlyMap<string, Times>): string[] => [
  ...new Set([...timed.values()].flatMap(({ results }) => results.map(({ name }) => name))),
]

/** The rivals of a contest that are not ours, each with how many times longer than ours it takes. */
export function rivalsOf(
  { results: [ours, ...theirs] }: ContestResult,
): (Result & { readonly ratio: number })[] {
  return theirs.filter(({ rival }) => !rival.startsWith(ours!.rival) && rival !== "no SDK")
    .map((result) => ({ ...result, ratio: result.medianUs / ours!.medianUs }))
}
