// The operator's page: one sentence, and the panels that explain it. It draws what /status.json says.
import { seal } from "../seal.ts"
import { chart, type Line, stepAt } from "./chart.ts"

/** As the node's /status.json gives it. */
interface Report {
  readonly sentence: string
  readonly well: boolean
  readonly node: { readonly version: string; readonly runtime: string; readonly network: string }
  readonly runningSeconds: number
  readonly stored: number
  readonly subscribers: number
  readonly series: Readonly<
    Record<"published" | "delivered" | "ackMs" | "slowAckMs", (number | null)[]>
  >
  readonly deliveryMs?: number
  readonly peers?: readonly {
    readonly id: string
    readonly address?: string
    readonly agrees?: boolean
    readonly apart?: number
    readonly connectedSeconds: number
  }[]
  readonly shards: { readonly count: number; readonly kept: readonly number[] }
  readonly held?: readonly { readonly keepers: number }[]
  readonly root: string
  readonly logHead: number
  readonly retentionMs: number
  readonly turnedAway: Readonly<Record<string, number>>
  readonly overLimit: readonly {
    readonly client?: string
    readonly kind: string
    readonly refused: number
    readonly freeInSeconds: number
  }[]
  readonly disk?: { readonly used: number; readonly free: number }
  readonly lately: readonly { readonly atMs: number; readonly text: string }[]
}

const steps = 90
const staleMs = 6000
const reasons: Record<string, string> = {
  "rate-limit": "Over the rate limit",
  "unauthenticated": "Token missing or not valid",
  "too-large": "Too large",
  "restricted-topic": "Not the owner of the topic",
  "deny-listed": "On the deny list",
  "invalid": "Malformed",
  "behind": "Too slow to follow",
}

let latest: Report | undefined
let heardAt = 0
let source: EventSource | undefined

function connect(): void {
  source?.close()
  source = new EventSource(`/status/stream${location.search}`)
  source.onmessage = ({ data }) => {
    latest = JSON.parse(data)
    heardAt = performance.now()
    draw()
  }
}

/** An element with its children; text is text. */
function h(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(name)
  if (className) element.className = className
  element.append(...children)
  return element
}

function draw(): void {
  const silentMs = performance.now() - heardAt
  const stale = latest !== undefined && silentMs > staleMs
  document.body.classList.toggle("stale", stale)
  if (!latest) return
  const report = latest
  const sentence = stale
    ? `No answer from the node for ${Math.round(silentMs / 1000)} s.`
    : report.sentence
  const heading = document.getElementById("sentence")!
  if (heading.textContent !== sentence) heading.textContent = sentence
  const { version, runtime, network } = report.node
  document.getElementById("facts")!.replaceChildren(
    ...facts({
      Node: `network “${network}”`,
      Running: `${version} on ${runtime}, for ${span(report.runningSeconds)}`,
      Stored: `${count(report.stored)} envelopes`,
    }),
  )
  document.getElementById("panels")!.replaceChildren(
    traffic(report),
    acknowledgement(report),
    ...(report.peers
      ? [peers(report.peers), root(report)]
      : [root(report), lately(report, "broad")]),
    turnedAway(report),
    ...(report.disk ? [disk(report.disk)] : []),
    ...(report.peers ? [lately(report, "")] : []),
  )
}

function panel(title: string, note: string, ...content: (Node | string)[]): HTMLElement {
  return h("section", "panel", h("h2", "", title), h("p", "note", note), ...content)
}

function traffic({ series, subscribers }: Report): HTMLElement {
  return charted("Traffic", "envelopes a second", [
    { label: "published", unit: "a second", values: series.published },
    { label: "delivered", unit: "a second", values: series.delivered },
  ], ["subscribers", count(subscribers), ""])
}

function acknowledgement({ series, deliveryMs }: Report): HTMLElement {
  return charted("Acknowledgement", "milliseconds, stored and synced to disk", [
    { label: "half are faster", unit: "ms", values: series.ackMs },
    { label: "99 % are faster", unit: "ms", values: series.slowAckMs },
  ], ["to a subscriber", deliveryMs === undefined ? "–" : deliveryMs.toFixed(1), "ms"])
}

/** Which step of a chart a pointer or the arrow keys have chosen, by its title. */
const chosen = new Map<string, number>()

function charted(
  title: string,
  note: string,
  lines: Line[],
  [label, value, unit]: [string, string, string],
): HTMLElement {
  const wide = document.documentElement.clientWidth
  const width = Math.min(560, wide - 72)
  const step = chosen.get(title)
  const numbers = h(
    "div",
    "numbers",
    ...lines.map(({ label, unit, values }, i) => {
      const at = step === undefined ? values.at(-1) : values[step - (steps - values.length)]
      const shown = typeof at === "number" ? (at < 10 ? at.toFixed(1) : count(Math.round(at))) : "–"
      return number(shown, unit === "ms" ? unit : "", label, i === 0 ? "first" : "second")
    }),
    number(value, unit, label, ""),
  )
  const figure = h("figure", "", chart(lines, width, steps))
  figure.tabIndex = 0
  const choose = (next: number | undefined): void => {
    if (next === undefined) chosen.delete(title)
    else chosen.set(title, Math.max(0, Math.min(steps - 1, next)))
    draw()
  }
  figure.onpointermove = ({ clientX }) =>
    choose(stepAt(width, steps, clientX - figure.getBoundingClientRect().left))
  figure.onpointerleave = () => choose(undefined)
  figure.onkeydown = ({ key }) => {
    if (key === "ArrowLeft") choose((step ?? steps) - 1)
    if (key === "ArrowRight") choose((step ?? steps - 1) + 1)
    if (key === "Escape") choose(undefined)
  }
  const made = panel(title, step === undefined ? note : `${ago(step)} ago`, numbers, figure)
  made.classList.add("wide")
  return made
}

function ago(step: number): string {
  return span((steps - 1 - step) * 10)
}

function number(value: string, unit: string, label: string, line: string): HTMLElement {
  return h(
    "div",
    "number",
    h("b", "", value, h("small", "", unit)),
    h("span", line && `key ${line}`, label),
  )
}

function peers(all: NonNullable<Report["peers"]>): HTMLElement {
  const rows = all.map(({ id, address, agrees, apart, connectedSeconds }) =>
    h(
      "tr",
      "",
      h(
        "td",
        "",
        h("b", "", `…${id.slice(-8)}`),
        h("code", "", address?.replace(/\/p2p\/\w+$/, "") ?? ""),
      ),
      h(
        "td",
        agrees ? "agrees" : "repairing",
        agrees
          ? "✓ Agrees"
          : agrees === false
          ? `⟳ ${apart ? `${count(apart)} apart` : "Repairing"}`
          : "Not compared",
      ),
      h("td", "right", span(connectedSeconds)),
    )
  )
  const head = h("tr", "", h("th", "", "Node"), h("th", "", "State"), h("th", "right", "Connected"))
  const table = h("table", "", h("thead", "", head), h("tbody", "", ...rows))
  const made = panel("Peers", "a peer that agrees holds the same envelopes", table)
  made.classList.add("broad")
  return made
}

function root({ root, logHead, retentionMs, shards, held = [] }: Report): HTMLElement {
  const groups = root.match(/.{4}/g) ?? []
  const hex = h("code", "", groups.slice(0, 4).join(" "), h("br", ""), groups.slice(4).join(" "))
  return panel(
    "Root fingerprint",
    "of everything that is kept for ever",
    h("div", "root", drawSeal(root, 72), hex),
    h(
      "dl",
      "",
      ...facts({
        "Log head": count(logHead),
        "Kept": retentionMs === 0
          ? "everything for ever"
          : `/xmtp/ for ever, others ${span(retentionMs / 1000)}`,
        ...(shards.count > 1 && {
          "Shards": `${shards.kept.join(" ")} of ${shards.count}`,
          "Keepers": `at least ${Math.min(...held.map(({ keepers }) => keepers))} connected`,
        }),
      }),
    ),
    h("p", "note", "Equal seals, equal stores: compare with another operator’s page."),
  )
}

function drawSeal(hex: string, size: number): SVGElement {
  const SVG = "http://www.w3.org/2000/svg"
  const { pigment, edge, fill, lines } = seal(hex)
  const svg = document.createElementNS(SVG, "svg")
  const path = (attributes: Record<string, string>): void => {
    const element = document.createElementNS(SVG, "path")
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    svg.append(element)
  }
  for (const [key, value] of Object.entries({ viewBox: "0 0 64 64", width: size, height: size })) {
    svg.setAttribute(key, String(value))
  }
  svg.setAttribute("aria-hidden", "true")
  path({ d: edge, fill: pigment })
  path({ d: fill, fill: "#fbf9f4" })
  for (const line of lines) {
    path({ d: line.path, fill: "none", stroke: "#fbf9f4", "stroke-width": String(line.width) })
  }
  return svg
}

function turnedAway({ turnedAway, overLimit }: Report): HTMLElement {
  const most = Math.max(1, ...Object.values(turnedAway))
  const rows = Object.entries(turnedAway).map(([reason, n]) => {
    const meter = document.createElement("progress")
    meter.max = most
    meter.value = n
    return h(
      "div",
      "refusal",
      h("span", "", reasons[reason] ?? reason),
      h("b", "", count(n)),
      meter,
    )
  })
  const waiting = overLimit.flatMap(({ client, kind, refused, freeInSeconds }) => [
    h("dt", "", `${client ?? "One client"}, ${count(refused)}`),
    h("dd", "", `${kind === "publish" ? "publishes" : "reads"} again in ${span(freeInSeconds)}`),
  ])
  const list = waiting.length > 0 ? [h("dl", "", ...waiting)] : []
  return panel("Turned away", "last hour", ...rows, ...list)
}

function disk({ used, free }: NonNullable<Report["disk"]>): HTMLElement {
  const meter = document.createElement("progress")
  meter.max = used + free
  meter.value = used
  const rows = facts({ "This node": size(used), "Free": size(free) })
  return panel("Disk", `${size(used)} of ${size(used + free)}`, meter, h("dl", "", ...rows))
}

function lately({ lately }: Report, width: string): HTMLElement {
  const rows = lately.map(({ atMs, text }) => {
    const time = new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    return h("li", "", h("time", "", time), text)
  })
  const nothing = h("li", "", "Nothing since the start.")
  const made = panel("Lately", "", h("ul", "", ...(rows.length > 0 ? rows : [nothing])))
  if (width) made.classList.add(width)
  return made
}

function facts(all: Record<string, string>): HTMLElement[] {
  return Object.entries(all).flatMap(([name, value]) => [h("dt", "", name), h("dd", "", value)])
}

function count(n: number): string {
  return n.toLocaleString("en")
}

function size(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1000)))
  return `${(bytes / 1000 ** power).toFixed(power < 2 ? 0 : 1)} ${
    ["B", "kB", "MB", "GB", "TB"][power]
  }`
}

/** "12 days", "3 h", "40 s": the largest unit that says enough. */
function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) source?.close()
  else connect()
})
addEventListener("resize", draw)
setInterval(() => {
  if (!document.hidden && performance.now() - heardAt > staleMs) draw()
}, 1000)
connect()
