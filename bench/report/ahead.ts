// Where a rival is ahead of us.
import type { Report } from "../results.ts"
import { type Html, html } from "./html.ts"
import type { Part } from "./parts.ts"
import { rivalsOf } from "./times.ts"
import { times } from "./units.ts"

interface Comparison {
  readonly contest: string
  /** The runtime, or how a size was compressed. */
  readonly on: string
  readonly rival: string
  /** How many times more than we it takes. */
  readonly ratio: number
}

/** Every rival of every contest: by its time, or by its size as a page downloads it. */
function comparisonsOf(reports: ReadonlyMap<string, Report>): Comparison[] {
  return [...reports].flatMap(([on, report]) => {
    if (report.unit === "microseconds for one call") {
      return report.results.flatMap((contest) =>
        rivalsOf(contest).map(({ rival, ratio }) => ({ contest: contest.name, on, rival, ratio }))
      )
    }
    if (report.unit === "bytes") {
      return report.results.flatMap(({ name: contest, results: [ours, ...theirs] }) =>
        theirs.map(({ rival, gzip }) => ({ contest, on: "gzip", rival, ratio: gzip / ours!.gzip }))
      )
    }
    return []
  })
}

const isAhead = ({ ratio }: Comparison): boolean => ratio < 1

const contestsIn = (comparisons: readonly Comparison[]): number =>
  new Set(comparisons.map(({ contest, on }) => `${on}: ${contest}`)).size

/** In how many contests of each part a rival is ahead, with links to the parts. */
export function aheadInShort(
  shown: readonly { readonly part: Part; readonly reports: ReadonlyMap<string, Report> }[],
): Html {
  const links = shown.flatMap(({ part, reports }) => {
    const all = comparisonsOf(reports)
    const lost = contestsIn(all.filter(isAhead))
    if (lost === 0) return []
    return [html`<a href="#${part.name}">${part.title}: ${lost} of ${contestsIn(all)}</a>`]
  })
  return html`
    <nav class="ahead">Contests in which a rival is ahead: ${links.length > 0
      ? links
      : "none"}</nav>
  `
}

/** Every rival that is ahead; nothing where there is none. */
export function ahead(reports: ReadonlyMap<string, Report>): Html[] {
  const rows = comparisonsOf(reports).filter(isAhead).map(({ contest, on, rival, ratio }) =>
    html`
      <tr>
        <th scope="row">${contest}</th>
        <td>${on}</td>
        <td>${rival}</td>
        <td class="ahead">${times(ratio)}</td>
      </tr>
    `
  )
  if (rows.length === 0) return []
  return [html`
    <details>
      <summary>Where a rival is ahead: ${rows.length}</summary>
      <section class="card scroll">
        <table class="grid">
          <caption>How many times longer or larger than ours</caption>${rows}
        </table>
      </section>
    </details>
  `]
}
