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

/** Whether a name is that of a rival, not of a variant of ours or of a program that does nothing. */
export const isRival = (name: string, ours: string): boolean =>
  !name.startsWith(ours) && name !== "no SDK"

/** The rivals of a contest, each with how many times longer than ours it takes. */
export function rivalsOf(
  { results: [ours, ...theirs] }: ContestResult,
): (Result & { readonly ratio: number })[] {
  return theirs.filter(({ rival }) => isRival(rival, ours!.rival))
    .map((result) => ({ ...result, ratio: result.medianUs / ours!.medianUs }))
}
