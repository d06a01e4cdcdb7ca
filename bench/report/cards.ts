// One card for each thing that was measured.
import type { ContestResult } from "../contest.ts"
import type { Report, Size } from "../results.ts"
import { bars } from "./bars.ts"
import { type Html, html } from "./html.ts"
import { contestsOf, type Times, timesOf } from "./times.ts"
import { measured, rate, size, time } from "./units.ts"

/** The cards of one part, whose reports come by runtime. */
export function cards(reports: ReadonlyMap<string, Report>): Html[] {
  const timed = timesOf(reports)
  if (timed.size > 0) return contestsOf(timed).map((name) => contestCard(name, timed))
  return [...reports.values()].flatMap((report) => {
    if (report.unit === "bytes") return report.results.map(sizeCard)
    return []
  }).concat(numbersCard(reports))
}

function contestCard(name: string, timed: ReadonlyMap<string, Times>): Html {
  const charts = [...timed].flatMap(([on, { results }]) =>
    results.filter((contest) => contest.name === name).map((contest) => chart(on, contest))
  )
  return html`<section class="card"><h3>${name}</h3>${charts}</section>`
}

function chart(on: string, { bytes, results }: ContestResult): Html {
  const worthARate = bytes !== undefined && bytes >= 4096
  return bars(
    on,
    results.map(({ rival, medianUs, quartilesUs }) => ({
      name: rival,
      value: medianUs,
      label: worthARate ? rate(bytes, medianUs) : time(medianUs),
      ...(quartilesUs && { spread: quartilesUs }),
    })),
  )
}

function sizeCard(
  { name, results }: { readonly name: string; readonly results: readonly Size[] },
): Html {
  const charts = (["gzip", "brotli", "bytes"] as const).map((kind) =>
    bars(
      kind === "bytes" ? "minified" : kind,
      results.map((result) => ({
        name: result.rival,
        value: result[kind],
        label: size(result[kind]),
      })),
    )
  )
  return html`<section class="card"><h3>${name}</h3>${charts}</section>`
}

/** Numbers that have no rival, runtimes side by side. */
function numbersCard(reports: ReadonlyMap<string, Report>): Html[] {
  const columns = [...reports].flatMap(([on, { unit, results }]) =>
    unit === undefined ? [{ on, results }] : []
  )
  if (columns.length === 0) return []
  const names = new Set(columns.flatMap(({ results }) => Object.keys(results)))
  const rows = [...names].map((name) =>
    html`
      <tr>
        <th scope="row">${name}</th>
        ${columns.map(({ on, results }) =>
          html`<td data-on="${on}">${words(results[name] ?? {})}</td>`
        )}
      </tr>
    `
  )
  const head = columns.map(({ on }) => html`<td>${on}</td>`)
  return [html`
    <section class="card wide scroll">
      <table class="grid"><thead><tr><th></th>${head}</tr></thead>${rows}</table>
    </section>
  `]
}

/** The numbers of one cell, the first of them most visible. */
function words(numbers: Readonly<Record<string, number>>): Html[] {
  return Object.entries(numbers).map(([name, value], i) =>
    html`<div class="${i === 0 ? "" : "quiet"}">${measured(name, value)}</div>`
  )
}
