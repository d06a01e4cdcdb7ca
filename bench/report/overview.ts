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
