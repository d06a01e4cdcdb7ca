import { contains, parseAddress, type Range } from "./ip.ts"

/**
 * The address that limits count by. A proxy's word about its client is taken only from trusted
 * ranges; and of IPv6 only the first 64 bits count, because one client has all the others.
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | null,
  trusted: readonly Range[],
): string {
  let client = remote ?? "unknown"
  const hops = forwardedFor?.split(",").map((hop) => hop.trim()) ?? []
  while (hops.length > 0 && isTrusted(client, trusted)) client = hops.pop()!
  return grouped(client)
}

function isTrusted(text: string, trusted: readonly Range[]): boolean {
  const address = parseAddress(text)
  return address !== undefined && trusted.some((range) => contains(range, address))
}

function grouped(text: string): string {
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
