// The operator's page: one sentence, and the panels that explain it. It draws what /status.json says.
import { count } from "../text/size.ts"
import { charted } from "./charted.ts"
import { facts, span } from "./element.ts"
import { disk, lately, peers, root, turnedAway } from "./panels.ts"
import type { Report } from "./report.ts"

const staleMs = 6000

const traffic = charted("Traffic", "envelopes a second")
const acknowledgement = charted("Acknowledgement", "milliseconds, stored and synced to disk")
const at = (id: string) => document.getElementById(id)!
const [sentence, summary, panels] = [at("sentence"), at("facts"), at("panels")]
at("charts").append(traffic.element, acknowledgement.element)

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

function draw(): void {
  if (!latest) return
  const report = latest
  say(report.sentence)
  const { version, runtime, network } = report.node
  summary.replaceChildren(
    ...facts({
      Node: `network “${network}”`,
      Running: `${version} on ${runtime}, for ${span(report.runningSeconds)}`,
      Stored: `${count(report.stored)} envelopes`,
    }),
  )
  const { published, delivered, ackMs, slowAckMs } = report.series
  traffic.fill([
    { label: "published", unit: "a second", values: published },
    { label: "delivered", unit: "a second", values: delivered },
  ], { label: "subscribers", value: count(report.subscribers), unit: "" })
  acknowledgement.fill([
    { label: "half are faster", unit: "ms", values: ackMs },
    { label: "99 % are faster", unit: "ms", values: slowAckMs },
  ], {
    label: "to a subscriber",
    value: report.deliveryMs === undefined ? "–" : report.deliveryMs.toFixed(1),
    unit: "ms",
  })
  panels.classList.toggle("alone", !report.peers)
  panels.replaceChildren(
    ...(report.peers ? [peers(report.peers)] : []),
    root(report),
    turnedAway(report.turnedAway, report.overLimit),
    ...(report.disk ? [disk(report.disk)] : []),
    lately(report.lately),
  )
}

/** Says when the node has gone quiet: what is drawn is old then, and grey. */
function watch(): void {
  const silentMs = performance.now() - heardAt
  const stale = latest !== undefined && !document.hidden && silentMs > staleMs
  document.body.classList.toggle("stale", stale)
  if (stale) say(`No answer from the node for ${Math.round(silentMs / 1000)} s.`)
}

function say(words: string): void {
  // A live region: what is said again is read again.
  if (sentence.textContent !== words) sentence.textContent = words
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) source?.close()
  else connect()
})
addEventListener("resize", draw)
setInterval(watch, 1000)
connect()
