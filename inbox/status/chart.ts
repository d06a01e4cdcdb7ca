/** One line of a chart. The second one is dashed: no line is told by its colour alone. */
export interface Line {
  readonly label: string
  readonly unit: string
  readonly values: readonly (number | null)[]
}

const SVG = "http://www.w3.org/2000/svg"
const left = 34
const bottom = 22
const height = 150

/** A chart of the last quarter of an hour, drawn for a width in pixels; zero-based, gaps as gaps. */
export function chart(lines: readonly Line[], width: number, steps: number): SVGElement {
  const top = niceTop(Math.max(1, ...lines.flatMap(({ values }) => values.map((v) => v ?? 0))))
  const x = (step: number): number => left + (width - left - 6) * step / (steps - 1)
  const y = (value: number): number => 8 + (height - bottom - 8) * (1 - value / top)
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" })
  svg.setAttribute("aria-label", lines.map(describe).join("; "))
  for (const value of [0, top / 2, top]) {
    svg.append(draw("line", { class: "grid", x1: left, x2: width - 6, y1: y(value), y2: y(value) }))
    svg.append(text(String(value), left - 6, y(value) + 4, "end"))
  }
  for (
    const [minutes, anchor] of [[15, "start"], [10, "middle"], [5, "middle"], [0, "end"]] as const
  ) {
    const label = minutes === 15 ? "15 min ago" : minutes === 0 ? "now" : String(minutes)
    svg.append(text(label, x((steps - 1) * (1 - minutes / 15)), height - 4, anchor))
  }
  lines.forEach(({ values }, i) => {
    const offset = steps - values.length
    const runs = values.map((value, step) => {
      if (value === null) return ""
      const begins = step === 0 || values[step - 1] === null
      return `${begins ? "M" : "L"}${x(step + offset).toFixed(1)} ${y(value).toFixed(1)}`
    })
    svg.append(draw("path", { class: i === 0 ? "first" : "second", d: runs.join("") }))
    const last = values.at(-1)
    if (typeof last === "number") {
      svg.append(
        draw("circle", {
          class: i === 0 ? "first" : "second",
          cx: x(steps - 1),
          cy: y(last),
          r: 3,
        }),
      )
    }
  })
  return svg
}

/** Shows the values at a step, under a pointer or the arrow keys. */
export function stepAt(width: number, steps: number, pointerX: number): number {
  const share = (pointerX - left) / (width - left - 6)
  return Math.max(0, Math.min(steps - 1, Math.round(share * (steps - 1))))
}

function describe({ label, unit, values }: Line): string {
  const last = values.at(-1)
  return typeof last === "number" ? `${label} ${last.toFixed(1)} ${unit} now` : `${label} unknown`
}

/** The next of 1, 2, 4 times a power of ten: half of it is a round number too. */
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 4, 8, 10].find((n) => n * power >= most)! * power
}

function draw(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

function text(content: string, x: number, y: number, anchor: string): SVGElement {
  const element = draw("text", { x, y, "text-anchor": anchor })
  element.textContent = content
  return element
}
