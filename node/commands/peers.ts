// What a running node says of its network, for a terminal and for scripts.
import { get } from "node:http"
import { get as getTls } from "node:https"
import type { MembershipReport, PeerReport, Report } from "../status/report.ts"

/** The network as one node sees it; undefined when the node has none. */
export interface PeersView extends MembershipReport {
  readonly network: string
  readonly stored: number
  readonly root: string
  readonly shards: Report["shards"]
  readonly peers: readonly PeerReport[]
}

/** Asks a node on this machine, or any other with its operator's token. */
export async function viewPeers(
  url: string,
  operatorToken: string | undefined,
): Promise<PeersView | undefined> {
  const { membership, node, stored, root, shards, peers = [] } = await askReport(
    url,
    operatorToken,
  )
  return membership && { ...membership, network: node.network, stored, root, shards, peers }
}

function askReport(url: string, operatorToken: string | undefined): Promise<Report> {
  const ask = url.startsWith("https:") ? getTls : get
  const headers = operatorToken === undefined ? {} : { authorization: `Bearer ${operatorToken}` }
  return new Promise((resolve, reject) => {
    // On this machine a certificate proves nothing: it names what clients call the node.
    const options = { headers, rejectUnauthorized: false, timeout: 5000 }
    const request = ask(`${url}/status.json`, options, (answer) => {
      let text = ""
      answer.setEncoding("utf8").on("data", (part: string) => text += part)
      answer.once("end", () => {
        try {
          resolve(JSON.parse(text))
        } catch (cause) {
          reject(new Error(`${url} does not answer as a node`, { cause }))
        }
      })
    })
    request.once("timeout", () => request.destroy(new Error(`${url} does not answer`)))
    request.once("error", reject)
  })
}

/** Some lines for people. What may be long, and is copied, stands last. */
export function printPeers(view: PeersView): string {
  const { id, addresses = [id], network, mode, stored, root, shards, peers, mesh, known } = view
  const divided = shards.count > 1
  const equal = view.equalSeconds === undefined ? "" : `, equal ${span(view.equalSeconds)} ago`
  const joined = mode === "open" ? "open to all" : "only for those on its list"
  const facts = table([
    ["network", `${network}, ${joined}`],
    ["this node", addresses[0] ?? id],
    ...addresses.slice(1).map((address) => ["", address]),
    ["holds", `${stored} envelopes, root ${root}`],
    ...(divided ? [["keeps", `shards ${shards.kept.join(" ")} of ${shards.count}`]] : []),
    ["peers", `${peers.length} connected, ${mesh} in the mesh, ${known} known${equal}`],
  ])
  if (peers.length === 0) return facts
  return `${facts}\n\n${
    table([
      ["AGREES", "SINCE", "OPENED BY", ...(divided ? ["KEEPS"] : []), "PEER"],
      ...peers.map((peer) => [
        agreement(peer),
        span(peer.connectedSeconds),
        peer.direction === "outbound" ? "us" : "it",
        ...(divided ? [peer.shards.join(" ")] : []),
        named(peer),
      ]),
    ])
  }`
}

function agreement({ agrees, equalSeconds, apart }: PeerReport): string {
  if (agrees === undefined) return "not compared"
  if (agrees) return equalSeconds === undefined ? "yes" : `yes, ${span(equalSeconds)} ago`
  return apart === undefined ? "no" : `no, ${apart} apart`
}

function named({ id, address = "" }: PeerReport): string {
  return address.includes(id) ? address : `${address}/p2p/${id}`
}

function span(seconds: number): string {
  if (seconds < 90) return `${seconds} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

/** Columns as wide as their longest word, two spaces apart. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows.map((row) => row.map((text, i) => text.padEnd(widths[i]!)).join("  ").trimEnd())
    .join("\n")
}
