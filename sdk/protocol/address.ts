import { keccak_256 } from "@noble/hashes/sha3.js"
import { toHex, utf8 } from "../bytes.ts"
import { WaferError } from "../error.ts"

/** keccak-256, the hash of Ethereum. */
export function keccak256(data: Uint8Array): Uint8Array {
  return keccak_256(data)
}

/** EIP-55: a hex letter is upper case where the hash of the lowercase address has a digit above 7. */
function checksum(lowercase: string): string {
  const hash = toHex(keccak256(utf8(lowercase)))
  let text = "0x"
  for (let i = 0; i < 40; i++) {
    text += hash[i]! > "7" ? lowercase[i]!.toUpperCase() : lowercase[i]
  }
  return text
}

/** Whether `text` is an Ethereum address: 0x and 40 hex digits, all lowercase or with a true EIP-55 checksum. */
export function isAddress(text: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return false
  const lowercase = text.slice(2).toLowerCase()
  return text === `0x${lowercase}` || text === checksum(lowercase)
}

/** `text` with its EIP-55 checksum. Throws `invalid-argument` when it is no address. */
export function toAddress(text: string): string {
  if (!isAddress(text)) {
    throw new WaferError(
      "invalid-argument",
      `expected an Ethereum address, 0x and 40 hex digits with a true checksum, got ${text}`,
    )
  }
  return checksum(text.slice(2).toLowerCase())
}

/** The checksummed address of a public key, 65 bytes uncompressed. */
export function addressOf(publicKey: Uint8Array): string {
  return checksum(toHex(keccak256(publicKey.subarray(1)).subarray(12)))
}
