// secp256k1 as the textbook has it (SEC 1 §2.2.1, §4.1; SEC 2 §2.4.1): affine points, one case after the
// other, bigint throughout. Slow and not constant-time. The tests take it for the truth.

export const p = 2n ** 256n - 2n ** 32n - 977n
export const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** An affine point; undefined is the point at infinity. */
export type Point = { readonly x: bigint; readonly y: bigint } | undefined

export const G: Point = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
}

/** Cube roots of 1 modulo n and p: LAMBDA * (x, y) is (BETA * x, y). */
export const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n
export const BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een

/** a mod m, never negative. */
export const mod = (a: bigint, m: bigint): bigint => ((a % m) + m) % m

export function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n
  for (base = mod(base, m); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = result * base % m
    base = base * base % m
  }
  return result
}

/** 1 / a mod a prime, by Euclid; 0 for 0. */
export function inverse(a: bigint, prime: bigint): bigint {
  let [old, rest] = [mod(a, prime), prime]
  let [x, next] = [1n, 0n]
  // old = x * a and rest = next * a, always.
  while (rest !== 0n) {
    const quotient = old / rest
    ;[old, rest] = [rest, old - quotient * rest]
    ;[x, next] = [next, x - quotient * next]
  }
  return mod(x * old, prime)
}

export function isOnCurve(point: Point): boolean {
  return point === undefined || mod(point.y ** 2n - point.x ** 3n - 7n, p) === 0n
}

export function negate(a: Point): Point {
  return a && { x: a.x, y: mod(-a.y, p) }
}

export function add(a: Point, b: Point): Point {
  if (a === undefined) return b
  if (b === undefined) return a
  if (a.x === b.x && mod(a.y + b.y, p) === 0n) return undefined
  const slope = a.x === b.x
    ? 3n * a.x ** 2n * inverse(2n * a.y, p)
    : (b.y - a.y) * inverse(b.x - a.x, p)
  const x = mod(slope ** 2n - a.x - b.x, p)
  return { x, y: mod(slope * (a.x - x) - a.y, p) }
}

export function multiply(k: bigint, point: Point): Point {
  let sum: Point = undefined
  for (let bit = mod(k, n); bit > 0n; bit >>= 1n) {
    if (bit & 1n) sum = add(sum, point)
    point = add(point, point)
  }
  return sum
}

/** The point with this x and an odd or even y, if there is one. */
export function lift(x: bigint, odd: boolean): Point {
  const y = power(x ** 3n + 7n, (p + 1n) / 4n, p)
  if (x >= p || mod(y * y - x ** 3n - 7n, p) !== 0n) return undefined
  return { x, y: (y & 1n) === (odd ? 1n : 0n) ? y : p - y }
}

/** Whether r, s sign the digest (SEC 1 §4.1.4), and s is low. */
export function verify(r: bigint, s: bigint, digest: bigint, publicKey: Point): boolean {
  if (r < 1n || r >= n || s < 1n || s > n / 2n) return false
  const w = inverse(s, n)
  const point = add(multiply(digest * w, G), multiply(r * w, publicKey))
  return point !== undefined && mod(point.x, n) === r
}

/** SEC 1 §4.1.3 with a given nonce, and s made low. The id tells the parity of y, and 2 when x >= n. */
export function sign(
  digest: bigint,
  key: bigint,
  nonce: bigint,
): { r: bigint; s: bigint; recovery: number } {
  const point = multiply(nonce, G)!
  const r = mod(point.x, n)
  const s = mod(inverse(nonce, n) * (digest + r * key), n)
  const recovery = Number(point.y & 1n) + (point.x >= n ? 2 : 0)
  return s > n / 2n ? { r, s: n - s, recovery: recovery ^ 1 } : { r, s, recovery }
}

/** SEC 1 §4.1.6; undefined when there is no such key. */
export function recover(r: bigint, s: bigint, recovery: number, digest: bigint): Point {
  if (r < 1n || r >= n || s < 1n || s >= n) return undefined
  const point = lift(recovery & 2 ? r + n : r, (recovery & 1) === 1)
  if (point === undefined) return undefined
  const w = inverse(r, n)
  return add(multiply(s * w, point), multiply(-digest * w, G))
}

export function toBytes(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(64, "0")
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

export function fromBytes(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => value << 8n | BigInt(byte), 0n)
}

/** 04 | x | y. */
export function encode(point: NonNullable<Point>): Uint8Array {
  return new Uint8Array([4, ...toBytes(point.x), ...toBytes(point.y)])
}
