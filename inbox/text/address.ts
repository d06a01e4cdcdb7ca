/** `0xbD3a…90FF`: enough to tell apart at a glance, never enough to trust. */
export function short(address: string): string {
  return address.length > 12 ? `${address.slice(0, 6)}…${address.slice(-4)}` : address
}

/** `0xbD3a 90FF …`: in groups of four digits, to be compared by a person. */
export function grouped(address: string): string {
  return `0x ${address.slice(2).match(/.{1,4}/g)?.join(" ") ?? ""}`
}

/** Whether two addresses are the same account, however they are written. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** The address inside pasted text: bare, or in a link such as `https://…/dm/0x…`. */
export function findAddress(text: string): string | undefined {
  return text.match(/(?:^|[^0-9a-z])(0x[0-9a-f]{40})(?![0-9a-z])/i)?.[1]
}
