// The panels that are drawn anew with each report.
import { seal } from "../seal.ts"
import { count, size } from "../text/size.ts"
import { facts, h, meter, panel, span, svg } from "./element.ts"
import type { Disk, OverLimit, PeerReport, Report } from "./report.ts"

const reasons: Readonly<Record<string, string>> = {
  "rate-limit": "Over the rate limit",
  "unauthenticated": "Token missing or not valid",
  "too-large": "Too large",
  "restricted-topic": "Not the owner of the topic",
  "deny-listed": "On the deny list",
  "invalid": "Malformed",
  "behind": "Too slow to follow",
}

export function peers(all: readonly PeerReport[]): HTMLElement {
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
      h("td", agrees ? "agrees" : agrees === false ? "repairing" : "", stateOf(agrees, apart)),
      h("td", "right", span(connectedSeconds)),
    )
  )
  const head = h("tr", "", h("th", "", "Node"), h("th", "", "State"), h("th", "right", "Connected"))
  const table = h("table", "", h("thead", "", head), h("tbody", "", ...rows))
  const made = panel("Peers", "a peer that agrees holds the same envelopes", table)
  made.classList.add("broad")
  return made
}

function stateOf(agrees: boolean | undefined, apart: number | undefined): string {
  if (agrees === undefined) return "Not compared"
  if (agrees) return "✓ Agrees"
  return `⟳ ${apart ? `${count(apart)} apart` : "Repairing"}`
}

export function root({ root, logHead, retentionMs, shards, held = [] }: Report): HTMLElement {
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
          "Keepers": `at least ${Math.min(...held.map(({ keepers }) => keepers))} known`,
        }),
      }),
    ),
    h("p", "note", "Equal seals, equal stores: compare with another operator’s page."),
  )
}

function drawSeal(hex: string, size: number): SVGElement {
  const { pigment, edge, fill, lines } = seal(hex)
  const picture = svg("svg", {
    viewBox: "0 0 64 64",
    width: size,
    height: size,
    "aria-hidden": "true",
  })
  picture.append(
    svg("path", { d: edge, fill: pigment }),
    svg("path", { d: fill, fill: "#fdf8f0" }),
    ...lines.map(({ path, width }) =>
      svg("path", { d: path, fill: "none", stroke: "#fdf8f0", "stroke-width": width })
    ),
  )
  return picture
}

export function turnedAway(
  counts: Readonly<Record<string, number>>,
  overLimit: readonly OverLimit[],
): HTMLElement {
  const most = Math.max(1, ...Object.values(counts))
  const rows = Object.entries(counts).map(([reason, n]) => {
    const name = reasons[reason] ?? reason
    return h("div", "refusal", h("span", "", name), h("b", "", count(n)), meter(name, n, most))
  })
  const waiting = overLimit.flatMap(({ client, kind, refused, freeInSeconds }) => [
    h("dt", "", `${client ?? "One client"}, ${count(refused)}`),
    h("dd", "", `${kind === "publish" ? "publishes" : "reads"} again in ${span(freeInSeconds)}`),
  ])
  const list = waiting.length > 0 ? [h("dl", "", ...waiting)] : []
  return panel("Turned away", "last hour", ...rows, ...list)
}

export function disk({ used, free }: Disk): HTMLElement {
  const rows = facts({ "This node": size(used), "Free": size(free) })
  return panel(
    "Disk",
    `${size(used)} of ${size(used + free)}`,
    meter("Used by this node", used, used + free),
    h("dl", "", ...rows),
  )
}

export function lately(events: Report["lately"]): HTMLElement {
  const rows = events.map(({ atMs, text }) => {
    const time = new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    return h("li", "", h("time", "", time), text)
  })
  const nothing = h("li", "", "Nothing since the start.")
  return panel("Lately", "", h("ul", "", ...(rows.length > 0 ? rows : [nothing])))
}
