// SHA-256, HMAC and HKDF as the standards write them, slowly: the oracle for the kernels.

const primes = Array.from({ length: 312 }, (_, i) => i).filter((n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n > 1
}).map(BigInt)

/** The first 32 bits behind the point of the root of n: the root of n * 2^(32 * degree), by bisection. */
function fractionOfRoot(n: bigint, degree: bigint): number {
  const scaled = n << (32n * degree)
  let root = 0n
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** degree <= scaled) root += bit
  return Number(root & 0xffffffffn)
}

/** FIPS 180-4 §4.2.2: of the cube roots of the first 64 primes. */
const K = primes.slice(0, 64).map((n) => fractionOfRoot(n, 3n))
/** §5.3.3: of the square roots of the first 8. */
const H0 = primes.slice(0, 8).map((n) => fractionOfRoot(n, 2n))

type State = [number, number, number, number, number, number, number, number]

const rotr = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

/** FIPS 180-4 §6.2. */
export function sha256(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n)

  let H = H0
  for (let block = 0; block < padded.length; block += 64) {
    const W = Array.from({ length: 16 }, (_, t) => view.getUint32(block + 4 * t))
    for (let t = 16; t < 64; t++) {
      const s0 = rotr(W[t - 15]!, 7) ^ rotr(W[t - 15]!, 18) ^ (W[t - 15]! >>> 3)
      const s1 = rotr(W[t - 2]!, 17) ^ rotr(W[t - 2]!, 19) ^ (W[t - 2]! >>> 10)
      W[t] = (s1 + W[t - 7]! + s0 + W[t - 16]!) >>> 0
    }
    let [a, b, c, d, e, f, g, h] = H as State
    for (let t = 0; t < 64; t++) {
      const S1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)
      const T1 = h + S1 + ((e & f) ^ (~e & g)) + K[t]! + W[t]!
      const S0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)
      const T2 = S0 + ((a & b) ^ (a & c) ^ (b & c))
      ;[a, b, c, d, e, f, g, h] = [(T1 + T2) >>> 0, a, b, c, (d + T1) >>> 0, e, f, g]
    }
    H = [a, b, c, d, e, f, g, h].map((x, i) => (x + H[i]!) >>> 0)
  }
  const digest = new DataView(new ArrayBuffer(32))
  H.forEach((x, i) => digest.setUint32(4 * i, x))
  return new Uint8Array(digest.buffer)
}

const concat = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => [...part]))

/** RFC 2104 §2. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(64)
  block.set(key.length > 64 ? sha256(key) : key)
  const inner = sha256(concat(block.map((byte) => byte ^ 0x36), message))
  return sha256(concat(block.map((byte) => byte ^ 0x5c), inner))
}

/** RFC 5869 §2. */
export function hkdfSha256(
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const prk = hmacSha256(salt, ikm)
  let T = new Uint8Array(0)
  let okm = new Uint8Array(0)
  for (let n = 1; okm.length < length; n++) {
    T = hmacSha256(prk, concat(T, info, new Uint8Array([n])))
    okm = concat(okm, T)
  }
  return okm.slice(0, length)
}
