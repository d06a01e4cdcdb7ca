// AES-256-GCM as the standards write it, slowly and with secret indices: the oracle for the kernels,
// and for nothing else.

/** Multiplies in GF(2^8) mod x^8 + x^4 + x^3 + x + 1 (FIPS 197 §4.2). */
function times(a: number, b: number): number {
  let product = 0
  for (; b > 0; b >>= 1) {
    if (b & 1) product ^= a
    a = (a << 1) ^ (a & 0x80 ? 0x11b : 0)
  }
  return product
}

/** §5.1.1: the inverse, or 0 of 0, then the affine map. */
const SBOX = Array.from({ length: 256 }, (_, x) => {
  const inverse = Array.from({ length: 256 }, (_, y) => y).find((y) => times(x, y) === 1) ?? 0
  let out = 0x63
  for (let turn = 0; turn < 5; turn++) out ^= (inverse << turn) | (inverse >> (8 - turn))
  return out & 0xff
})

const xor = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x ^ b[i]!)

/** §5.2: sixty words of four bytes, as fifteen round keys of sixteen. */
function expand(key: Uint8Array): number[][] {
  const words = Array.from({ length: 8 }, (_, i) => [...key.subarray(4 * i, 4 * i + 4)])
  let rcon = 1
  for (let i = 8; i < 60; i++) {
    let word = words[i - 1]!
    if (i % 8 === 0) {
      word = [...word.slice(1), word[0]!].map((x) => SBOX[x]!)
      word[0]! ^= rcon
      rcon = times(rcon, 2)
    } else if (i % 8 === 4) word = word.map((x) => SBOX[x]!)
    words.push(xor(words[i - 8]!, word))
  }
  return Array.from({ length: 15 }, (_, round) => words.slice(4 * round, 4 * round + 4).flat())
}

/** §5.1, of one block. Byte 4c + r is in row r and column c. */
function cipher(roundKeys: number[][], block: readonly number[]): number[] {
  let state = xor(block, roundKeys[0]!)
  for (let round = 1; round <= 14; round++) {
    state = state.map((x) => SBOX[x]!)
    state = state.map((_, i) => state[(i + 4 * (i % 4)) % 16]!)
    if (round < 14) {
      state = state.map((a, i) => {
        const below = (n: number) => state[4 * (i >> 2) + (i + n) % 4]!
        return times(a, 2) ^ times(below(1), 3) ^ below(2) ^ below(3)
      })
    }
    state = xor(state, roundKeys[round]!)
  }
  return state
}

const toInteger = (bytes: readonly number[]): bigint =>
  bytes.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n)

/** Multiplies blocks (SP 800-38D §6.3): the first bit is z^0, and z^128 = 1 + z + z^2 + z^7. */
function multiply(x: bigint, y: bigint): bigint {
  let product = 0n
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= y
    y = (y >> 1n) ^ (y & 1n ? 0xe1n << 120n : 0n)
  }
  return product
}

const padded = (bytes: readonly number[]): number[] => [
  ...bytes,
  ...new Array((16 - bytes.length % 16) % 16).fill(0),
]

const lengthInBits = (length: number): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((BigInt(length) * 8n >> BigInt(56 - 8 * i)) & 0xffn))

/** SP 800-38D §7.1: the ciphertext with its tag. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const roundKeys = expand(key)
  const counter = (n: number) =>
    cipher(roundKeys, [...nonce, n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255])
  const ciphertext = []
  for (let at = 0; at < plaintext.length; at += 16) {
    ciphertext.push(...xor([...plaintext.subarray(at, at + 16)], counter(2 + at / 16)))
  }
  const H = toInteger(cipher(roundKeys, new Array(16).fill(0)))
  const hashed = [
    ...padded([...aad]),
    ...padded(ciphertext),
    ...lengthInBits(aad.length),
    ...lengthInBits(ciphertext.length),
  ]
  let Y = 0n
  for (let at = 0; at < hashed.length; at += 16) {
    Y = multiply(Y ^ toInteger(hashed.slice(at, at + 16)), H)
  }
  const tag = Y ^ toInteger(counter(1))
  const tagBytes = Array.from({ length: 16 }, (_, i) => Number((tag >> BigInt(120 - 8 * i)) & 255n))
  return new Uint8Array([...ciphertext, ...tagBytes])
}
