import { svg } from "./element.ts"

/** One line of a chart. The second one is dashed: no line is told by its colour alone. */
export interface Line {
  readonly label: string
  readonly unit: string
  /** Null: a gap. */
  readonly values: readonly (number | null)[]
}

/** Points of a line: a quarter of an hour. */
export const STEPS = 90
const LEFT = 34
const RIGHT = 6
const TOP = 8
const BOTTOM = 22
const HEIGHT = 150

/** A chart of the last quarter of an hour, drawn for a width in pixels; zero-based, gaps as gaps. */
export function chart(
  lines: readonly Line[],
  width: number,
  chosen: number | undefined,
): SVGElement {
  const top = niceTop(Math.max(1, ...lines.flatMap(({ values }) => values.map((v) => v ?? 0))))
  const x = (step: number): number => LEFT + (width - LEFT - RIGHT) * step / (STEPS - 1)
  const y = (value: number): number => TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / top)
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: "img",
    "aria-label": lines.map(describe).join("; "),
  })
  for (const value of [0, top / 2, top]) {
    const [x1, x2, y1, y2] = [LEFT, width - RIGHT, y(value), y(value)]
    picture.append(svg("line", { class: "grid", x1, x2, y1, y2 }))
    picture.append(text(String(value), LEFT - 6, y(value) + 4, "end"))
  }
  for (const minutes of [15, 10, 5, 0]) {
    const label = minutes === 15 ? "15 min ago" : minutes === 0 ? "now" : String(minutes)
    const anchor = minutes === 15 ? "start" : minutes === 0 ? "end" : "middle"
    picture.append(text(label, x((STEPS - 1) * (1 - minutes / 15)), HEIGHT - 4, anchor))
  }
  if (chosen !== undefined) {
    const [x1, x2, y1, y2] = [x(chosen), x(chosen), y(top), y(0)]
    picture.append(svg("line", { class: "chosen", x1, x2, y1, y2 }))
  }
  lines.forEach(({ values }, i) => {
    const name = i === 0 ? "first" : "second"
    for (const run of runs(values)) {
      const path = run.map(([step, value]) => `${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
        .join("L")
      const [begin, end] = [x(run[0]![0]), x(run.at(-1)![0])]
      if (i === 0) {
        picture.append(
          svg("path", { class: "area", d: `M${begin} ${y(0)}L${path}L${end} ${y(0)}Z` }),
        )
      }
      picture.append(svg("path", { class: name, d: `M${path}` }))
    }
    const at = chosen === undefined ? values.length - 1 : chosen - (STEPS - values.length)
    const value = values[at]
    if (typeof value !== "number") return
    const cx = x(at + STEPS - values.length)
    picture.append(svg("circle", { class: name, cx, cy: y(value), r: 3 }))
  })
  return picture
}

/** The step under a pointer, `pointerX` pixels from the left of the chart. */
export function stepAt(width: number, pointerX: number): number {
  const share = (pointerX - LEFT) / (width - LEFT - RIGHT)
  return Math.max(0, Math.min(STEPS - 1, Math.round(share * (STEPS - 1))))
}

type Point = readonly [step: number, value: number]

/** What lies between gaps; the newest value is at the right. */
function runs(values: Line["values"]): Point[][] {
  const found: Point[][] = []
  values.forEach((value, i) => {
    if (typeof value !== "number") return
    if (typeof values[i - 1] !== "number") found.push([])
    found.at(-1)!.push([i + STEPS - values.length, value])
  })
  return found
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

function text(content: string, x: number, y: number, anchor: string): SVGElement {
  const element = svg("text", { x, y, "text-anchor": anchor })
  element.textContent = content
  return element
}
