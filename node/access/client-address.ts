import { contains, parseAddress, type Range } from "./ip.ts"

/** The address of a client. A proxy's word about it is taken only from trusted ranges. */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | null,
  trusted: readonly Range[],
): string {
  let client = remote ?? "unknown"
  const hops = forwardedFor?.split(",").map(withoutPort) ?? []
  while (hops.length > 0 && isTrusted(client, trusted)) client = hops.pop()!
  return client
}

/** Some proxies name the port too, which is another one for each connection. */
function withoutPort(hop: string): string {
  return hop.trim().replace(/^(\[.*\]|[\d.]+):\d+$/, "$1")
}

function isTrusted(text: string, trusted: readonly Range[]): boolean {
  const address = parseAddress(text)
  return address !== undefined && trusted.some((range) => contains(range, address))
}

/** What limits count an address by: of IPv6 the first 64 bits, because one client has all the others. */
export function countedAs(text: string): string {
  const address = parseAddress(text)
  if (!address) return text
  if (address.bits === 32) {
    return [24n, 16n, 8n, 0n].map((shift) => address.value >> shift & 255n).join(".")
  }
  const groups = [112n, 96n, 80n, 64n].map((shift) =>
    (address.value >> shift & 0xffffn).toString(16)
  )
  return `${groups.join(":")}::/64`
}
