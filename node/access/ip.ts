/** An address as a number: IPv4 in 32 bits, IPv6 in 128. IPv4 inside IPv6 is IPv4. */
export interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** Addresses that share their first `prefix` bits with `network`. */
export interface Range {
  readonly network: Address
  readonly prefix: number
}

/** Undefined for what is not an address. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "")
  const v4 = parseV4(bare)
  if (v4 !== undefined) return { bits: 32, value: v4 }
  const value = parseV6(bare)
  if (value === undefined) return undefined
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value }
}

/** An address, or one with the length of a prefix: 10.0.0.0/8. Undefined for anything else. */
export function parseRange(text: string): Range | undefined {
  const [, base = "", length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const network = parseAddress(base)
  if (!network) return undefined
  const prefix = length === undefined ? network.bits : Number(length)
  return prefix <= network.bits ? { network, prefix } : undefined
}

export function contains({ network, prefix }: Range, address: Address): boolean {
  if (network.bits !== address.bits) return false
  const rest = BigInt(network.bits - prefix)
  return network.value >> rest === address.value >> rest
}

function parseV4(text: string): bigint | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (!parts || parts.some((part) => part > 255)) return undefined
  return parts.reduce((value, part) => value << 8n | BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  // A dotted tail stands for the last two groups.
  const dotted = /^(.*:)([\d.]+)$/.exec(text)
  const [, front = "", quad = ""] = dotted ?? []
  const tail = parseV4(quad)
  const whole = tail === undefined
    ? text
    : `${front}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`
  const halves = whole.split("::")
  if (halves.length > 2) return undefined
  const [head, end] = halves.map((half) => half === "" ? [] : half.split(":"))
  const gap = 8 - head!.length - (end?.length ?? 0)
  if (end ? gap < 1 : gap !== 0) return undefined
  const groups = [...head!, ...Array<string>(end ? gap : 0).fill("0"), ...end ?? []]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n)
}
