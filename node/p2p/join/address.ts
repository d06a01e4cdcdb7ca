// What an address says: whose it is, who may be told it, and who may be dialled through it.
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr"

/** @throws TypeError for what is no address, or names no peer */
export function readSeed(address: string): Multiaddr {
  const wrong = `"${address}" expected a multiaddr like /ip4/192.0.2.1/tcp/5557/p2p/12D3KooW...`
  let seed: Multiaddr
  try {
    seed = multiaddr(address)
  } catch (cause) {
    throw new TypeError(wrong, { cause })
  }
  if (peerOf(seed) === undefined) throw new TypeError(wrong)
  return seed
}

/** The peer id at the end of an address. */
export function peerOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === "p2p")?.value
}

/** How far an address reaches: this machine, this site, or everybody. */
export type Reach = "loopback" | "private" | "public"

const ranks: Record<Reach, number> = { loopback: 0, private: 1, public: 2 }

/** Names are public: what they resolve to is not known yet. */
export function reachOf(address: Multiaddr): Reach {
  const ip = ipOf(address)
  if (ip === undefined) return "public"
  return ip.includes(":") ? reachOfV6(ip) : reachOfV4(ip)
}

/** Whether someone seen at `from` may be told, or believed, an address: nobody outside learns the inside. */
export function mayCross(address: Multiaddr, from: Reach): boolean {
  return ranks[reachOf(address)] >= ranks[from]
}

/** Whether an address that a stranger gave may be dialled: a node's port, not somebody's mail server. */
export function mayDial(address: Multiaddr): boolean {
  const port = Number(valueOf(address, "tcp"))
  return port === 80 || port === 443 || (port >= 1024 && port <= 65_535)
}

/** The neighbourhood of an address: /24 of IPv4, /48 of IPv6, the name itself otherwise. */
export function prefixOf(address: Multiaddr): string {
  const ip = ipOf(address)
  if (ip === undefined) return valueOf(address, "dns") ?? address.toString()
  if (!ip.includes(":")) return ip.split(".").slice(0, 3).join(".")
  return groupsOf(ip).slice(0, 3).join(":")
}

function ipOf(address: Multiaddr): string | undefined {
  return valueOf(address, "ip")
}

function valueOf(address: Multiaddr, kind: string): string | undefined {
  return address.getComponents().find(({ name }) => name.startsWith(kind))?.value
}

function reachOfV4(ip: string): Reach {
  const [a = 0, b = 0] = ip.split(".").map(Number)
  if (a === 127) return "loopback"
  const inside = a === 0 || a === 10 || (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) || (a === 169 && b === 254) || (a === 100 && b >= 64 && b < 128)
  // Multicast and reserved numbers are nobody's node.
  return inside || a >= 224 ? "private" : "public"
}

function reachOfV6(ip: string): Reach {
  const groups = groupsOf(ip)
  const first = parseInt(groups[0]!, 16)
  if (groups.slice(0, 7).every((group) => group === "0")) {
    return groups[7] === "1" ? "loopback" : "private"
  }
  if (groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff") {
    const [high, low] = groups.slice(6).map((group) => parseInt(group, 16)) as [number, number]
    return reachOfV4([high >> 8, high & 255, low >> 8, low & 255].join("."))
  }
  return first >= 0x2000 && first < 0x4000 ? "public" : "private"
}

/** The eight groups of an IPv6 address, in hex without leading zeroes. */
function groupsOf(ip: string): string[] {
  const spelled = ip.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) => `${(a * 256 + +b).toString(16)}:${(c * 256 + +d).toString(16)}`,
  )
  const [head = "", tail] = spelled.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const gap = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array<string>(gap).fill("0"), ...right].map((group) =>
    parseInt(group, 16).toString(16)
  )
}
