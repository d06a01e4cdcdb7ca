import type { Report } from "../results.ts"
import { type Html, html } from "./html.ts"
import { contestsOf, rivalsOf, timesOf } from "./times.ts"
import { times } from "./units.ts"

/** A part of many contests in short: the fastest rival of each, on each runtime. */
export function overview(reports: ReadonlyMap<string, Report>): Html {
  const timed = timesOf(reports)
  const rows = contestsOf(timed).map((name) => {
    const fastest = [...timed].map(([on, { results }]) => {
      const contest = results.find((contest) => contest.name === name)
      return { on, best: contest && rivalsOf(contest).sort((a, b) => a.ratio - b.ratio)[0] }
    })
    const cells = fastest.map(({ on, best }) =>
      best === undefined ? html`<td></td>` : html`
        <td data-on="${on}" class="${best.ratio < 1 ? "ahead" : ""}">
          ${times(best.ratio)} <small>${best.rival}</small>
        </td>
      `
    )
    return { name, cells, compared: fastest.some(({ best }) => best !== undefined) }
  })
  return html`
    <section class="card scroll">
      <table class="grid">
        <caption>How many times longer than ours the fastest rival takes</caption>
        <thead><tr><th></th>${[...timed.keys()].map((on) => html`<td>${on}</td>`)}</tr></thead>
        ${rows.filter(({ compared }) => compared)
          .map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells}</tr>`)}
      </table>
    </section>
  `
}

/** Every contest in which a rival is ahead; nothing where there is none. */
export function ahead(reports: ReadonlyMap<string, Report>): Html[] {
  const rows = [...timesOf(reports)].flatMap(([on, { results }]) =>
    results.flatMap((contest) =>
      rivalsOf(contest).filter(({ ratio }) => ratio < 1).map(({ rival, ratio }) =>
        html`
          <tr>
            <th scope="row">${contest.name}</th>
            <td>${on}</td>
            <td>${rival}</td>
            <td>${times(1 / ratio)} faster</td>
          </tr>
        `
      )
    )
  )
  if (rows.length === 0) return []
  return [html`
    <details>
      <summary>Where a rival is ahead: ${rows.length}</summary>
      <section class="card scroll">
        <table class="grid">${rows}</table>
      </section>
    </details>
  `]
}
