// A panel with a chart. It is made once and filled anew: who reads it keeps the place and the focus.
import { count } from "../text/size.ts"
import { chart, type Line, stepAt, STEPS } from "./chart.ts"
import { h, panel, span } from "./element.ts"

/** A number without a line of its own. */
export interface Beside {
  readonly label: string
  readonly value: string
  readonly unit: string
}

export interface Charted {
  readonly element: HTMLElement
  /** Draws what the lines are now, for the page's width. */
  fill(lines: readonly Line[], beside: Beside): void
}

export function charted(title: string, note: string): Charted {
  const numbers = h("div", "numbers")
  const figure = h("figure", "")
  const element = panel(title, note, numbers, figure)
  const says = element.querySelector(".note")!
  let filled: { readonly lines: readonly Line[]; readonly beside: Beside } | undefined
  /** The step that a pointer or the arrow keys have chosen; none: now. */
  let chosen: number | undefined

  function draw(): void {
    if (!filled) return
    const { lines, beside } = filled
    const width = figure.clientWidth
    const step = chosen
    says.textContent = step === undefined ? note : `${span((STEPS - 1 - step) * 10)} ago`
    numbers.replaceChildren(
      ...lines.map(({ label, unit, values }, i) => {
        const value = step === undefined ? values.at(-1) : values[step - (STEPS - values.length)]
        return number({ label, value: shown(value), unit }, i === 0 ? "key first" : "key second")
      }),
      number(beside, ""),
    )
    figure.replaceChildren(chart(lines, width, step))
  }
  function choose(next: number | undefined): void {
    chosen = next === undefined ? undefined : Math.max(0, Math.min(STEPS - 1, next))
    draw()
  }

  figure.tabIndex = 0
  figure.onpointermove = ({ clientX }) =>
    choose(stepAt(figure.clientWidth, clientX - figure.getBoundingClientRect().left))
  figure.onpointerleave = () => choose(undefined)
  figure.onblur = () => choose(undefined)
  figure.onkeydown = ({ key }) => {
    if (key === "ArrowLeft") choose((chosen ?? STEPS) - 1)
    else if (key === "ArrowRight") choose((chosen ?? STEPS - 1) + 1)
    else if (key === "Escape") choose(undefined)
  }
  return {
    element,
    fill(lines, beside) {
      filled = { lines, beside }
      draw()
    },
  }
}

function shown(value: number | null | undefined): string {
  if (typeof value !== "number") return "–"
  return value < 10 ? value.toFixed(1) : count(Math.round(value))
}

function number({ label, value, unit }: Beside, key: string): HTMLElement {
  const small = unit === "ms" ? [h("small", "", unit)] : []
  return h("div", "number", h("b", "", value, ...small), h("span", key, label))
}
