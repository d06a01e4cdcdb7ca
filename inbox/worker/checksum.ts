import { keccak_256 } from "@noble/hashes/sha3.js"

/** An address in mixed case, as ERC-55 checks it: a digit is a capital when its hash digit is 8 or more. */
export function checksummed(address: string): string {
  const digits = address.slice(2).toLowerCase()
  const hash = keccak_256(new TextEncoder().encode(digits))
  return `0x${
    [...digits].map((digit, i) =>
      (hash[i >> 1]! >> (i % 2 ? 0 : 4) & 15) >= 8 ? digit.toUpperCase() : digit
    ).join("")
  }`
}
