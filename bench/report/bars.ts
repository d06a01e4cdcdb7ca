import { type Html, html } from "./html.ts"
import { isRival } from "./times.ts"
import { times } from "./units.ts"

export interface Bar {
  readonly name: string
  readonly value: number
  /** The value in words. */
  readonly label: string
  /** Where the middle half of what was measured lies. */
  readonly spread?: readonly [number, number]
}

/** Bars of what was measured, less is better; the first is ours, and the others tell their ratio to it. */
export function bars(caption: string, [ours, ...theirs]: readonly Bar[]): Html {
  const all = [ours!, ...theirs]
  const most = Math.max(...all.map(({ value, spread }) => Math.max(value, spread?.[1] ?? 0)))
  const percent = (value: number) => `${(100 * value / most).toFixed(2)}%`
  const rows = all.map(({ name, value, label, spread }) => {
    const isOurs = name.startsWith(ours!.name)
    const ratio = value / ours!.value
    const whisker = spread === undefined
      ? []
      : [html`<i style="left:${percent(spread[0])};width:${percent(spread[1] - spread[0])}"></i>`]
    const beside = isOurs ? "" : times(ratio)
    const isAhead = isRival(name, ours!.name) && ratio < 1
    return html`
      <tr class="${isOurs ? "ours" : isAhead ? "ahead" : ""}">
        <th scope="row">${name}</th>
        <td class="bar">
          <div><b style="width:${percent(value)}"></b>${whisker}</div>
        </td>
        <td>${label}</td>
        <td>${beside}</td>
      </tr>
    `
  })
  return html`<table class="bars"><caption>${caption}</caption>${rows}</table>`
}
