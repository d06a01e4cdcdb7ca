// The results as one page that needs nothing else: no script, no font, no network.
import { ahead, aheadInShort } from "./report/ahead.ts"
import { cards } from "./report/cards.ts"
import { type Html, html } from "./report/html.ts"
import { overview } from "./report/overview.ts"
import { type Part, parts } from "./report/parts.ts"
import { style } from "./report/style.ts"
import { timesOf } from "./report/times.ts"
import type { Report } from "./results.ts"

/** A part of more contests than these is shown in short first. */
const MANY = 8

const runtimeNames: Readonly<Record<string, string>> = {
  bun: "Bun",
  chromium: "Chromium",
  deno: "Deno",
  node: "Node",
}

/** The page, as text. */
export function report(results: ReadonlyMap<string, Report>): string {
  const shown = parts.map((part) => ({ part, reports: reportsOf(results, part) }))
    .filter(({ reports }) => reports.size > 0)
  const page = html`
    <!doctype html>
    <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Wafer, measured</title>
        <style>${{ html: style }}</style>
        <h1>Wafer, measured</h1>
        <p>
          Beside what one would use instead, also where we lose. Times are medians; the thin line is where
          the middle half of the rounds lies. Rivals take turns within one run, so ratios (how many times
          longer than ours) hold where times do not.
        </p>
        <p class="quiet">${circumstances(results)}</p>
        <nav>${shown.map(({ part }) => html`<a href="#${part.name}">${part.title}</a>`)}</nav>
        ${inShort(shown.filter(({ part }) => part.whole).map(({ reports }) => reports))}
        ${aheadInShort(shown)}
        ${shown.map(({ part, reports }) => section(part, reports))}
        </html>
  `
  return `${page.html.trim()}\n`
}

/** The reports of one part, by the runtime that they are about. */
function reportsOf(results: ReadonlyMap<string, Report>, { name }: Part): Map<string, Report> {
  return new Map([...results].flatMap(([file, report]) => {
    const [part, on = ""] = file.split("-")
    return part === name ? [[runtimeNames[on] ?? on, report] as const] : []
  }))
}

/** The machine and every version, in a sentence. */
function circumstances(results: ReadonlyMap<string, Report>): string {
  const reports = [...results.values()]
  const distinct = (words: readonly (string | undefined)[]) =>
    [...new Set(words)].filter((word) => word !== undefined).join(", ")
  const machines = reports.map(({ machine }) => machine)
  const versions = reports.flatMap((report) =>
    "versions" in report ? Object.entries(report.versions ?? {}) : []
  )
  return [
    distinct(machines.flatMap(({ processor, platform, date }) => [processor, platform, date])),
    distinct(machines.map(({ runtime }) => runtime)),
    distinct(versions.map(([name, version]) => `${name} ${version}`)),
  ].join(". ") + "."
}

/** What programs as a whole gain, all of it in one table. */
function inShort(parts: readonly ReadonlyMap<string, Report>[]): Html[] {
  const together = Map.groupBy(parts.flatMap((reports) => [...timesOf(reports)]), ([on]) => on)
  if (together.size === 0) return []
  const all = new Map([...together].map(([on, reports]) => {
    const results = reports.flatMap(([, report]) => report.results)
    return [on, { ...reports[0]![1], results }] as const
  }))
  return [html`<h2>In short</h2>${overview(all)}`]
}

function section(part: Part, reports: ReadonlyMap<string, Report>): Html {
  const all = cards(reports)
  const shown = html`<div class="cards">${all}</div>`
  return html`
    <h2 id="${part.name}">${part.title}</h2>
    <p>${part.about}</p>
    ${all.length <= MANY ? shown : html`
      ${overview(reports)}
      <details><summary>All ${all.length} contests</summary>${shown}</details>
    `}
    ${ahead(reports)}
  `
}
