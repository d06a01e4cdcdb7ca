// An account's seal: a rosette drawn from SHA-256 of its 20 address bytes. The hash matters: two
// addresses that begin and end alike (address poisoning) get unrelated seals.
import { sha256 } from "@noble/hashes/sha2.js"

/** A seal as SVG path data in a 64-unit square. */
export interface Seal {
  readonly pigment: string
  /** The wax, a circle pressed by hand. */
  readonly edge: string
  /** The filled parts of the rosette, one path. */
  readonly fill: string
  /** The drawn parts, one path for each width of line. */
  readonly lines: readonly { readonly width: number; readonly path: string }[]
}

/** 12 pigments; the rosette's paper white stands at 5:1 or better on each. */
export const pigments: readonly string[] = [
  "#a5334b",
  "#ac432a",
  "#90552d",
  "#856216",
  "#66702a",
  "#39764f",
  "#24756c",
  "#27708c",
  "#36669f",
  "#5059a6",
  "#70509f",
  "#8b4680",
]

const cache = new Map<string, Seal>()

/** The seal of an address, or of any other hexadecimal name such as a store's fingerprint. */
export function seal(hex: string): Seal {
  const key = hex.toLowerCase()
  let known = cache.get(key)
  if (!known) cache.set(key, known = sealOf(bytesOf(key)))
  return known
}

/** The seal of some bytes. Same bytes, same picture, everywhere. */
export function sealOf(bytes: Uint8Array): Seal {
  const digest = sha256(bytes)
  const h = (i: number) => digest[i]!
  const fold = 3 + h(1) % 6
  const parts = [...outer(h(2) % 6, fold), ...inner(h(3) % 6, fold, h(5) & 1)]
  const lines = new Map<number, string>()
  for (const { width, path } of parts) {
    if (width) lines.set(width, (lines.get(width) ?? "") + path)
  }
  return {
    pigment: pigments[h(0) % pigments.length]!,
    edge: waxEdge(30.2, [h(6), h(7), h(8)], 0.011),
    fill: parts.filter((part) => !part.width).map((part) => part.path).join(""),
    lines: [...lines].map(([width, path]) => ({ width, path })),
  }
}

/** A circle whose radius breathes with three harmonics, closed through the midpoints of 28 points. */
export function waxEdge(radius: number, phases: readonly number[], amount: number): string {
  const points = Array.from({ length: 28 }, (_, i) => {
    const angle = i / 28 * TURN
    const swell = HARMONICS.reduce(
      (sum, [wave, share], k) => sum + share * Math.sin(wave * angle + phases[k]! / 256 * TURN),
      0,
    )
    return at(radius * (1 + amount * swell), angle)
  })
  const middle = (a: Point, b: Point): Point => [round((a[0] + b[0]) / 2), round((a[1] + b[1]) / 2)]
  const curve = points.map((p, i) => `Q${p} ${middle(p, points[(i + 1) % points.length]!)}`)
  return `M${middle(points.at(-1)!, points[0]!)}${curve.join("")}Z`
}

type Point = readonly [number, number]
/** Without a width the path is filled. */
interface Part {
  readonly path: string
  readonly width?: number
}

const TURN = 2 * Math.PI
// Second, third and fifth harmonic: a seal is never an egg, and never a wheel.
const HARMONICS: readonly (readonly [number, number])[] = [[2, 1], [3, 1.1], [5, 0.7]]

function outer(style: number, fold: number): Part[] {
  const step = TURN / fold
  const wide = 27.6 / fold
  const all = (draw: (angle: number) => Part, turn = 0) => ring(fold, turn, draw)
  switch (style) {
    case 0:
      return all((a) => petal(10, 24, Math.min(9, wide * 1.5), a))
    case 1:
      return all((a) => disc(18.5, a, Math.min(4.6, wide * 0.95)))
    case 2:
      return all((a) => wedge(13, 24, Math.min(7, wide * 1.15), a))
    case 3:
      return all((a) => arc(20, step * 0.33, 3.6, a))
    case 4:
      return [
        ...all((a) => petal(13, 24, Math.min(6, wide), a)),
        ...all((a) => disc(19.5, a, 1.9), step / 2),
      ]
    default:
      return [
        ...all((a) => bar(12, 22.5, 3.4, a)),
        ...(fold < 6 ? all((a) => bar(17, 22.5, 2.4, a), step / 2) : []),
      ]
  }
}

function inner(style: number, fold: number, half: number): Part[] {
  const step = TURN / fold
  const turn = half * step / 2
  switch (style) {
    case 0:
      return [{ path: polygon(fold, 9, turn) }]
    case 1:
      return [{ path: circle([32, 32], 6.8), width: 3 }]
    case 2:
      return ring(fold, turn + step / 2, (a) => petal(2, 11, Math.min(4, 27.6 / fold), a))
    case 3:
      return ring(Math.min(fold, 6), turn, (a) => disc(6.6, a, 1.9))
    case 4:
      return [{ path: circle([32, 32], 6.2) }]
    default:
      return [{ path: polygon(fold, 8.4, turn + step / 2), width: 2.6 }]
  }
}

const round = (x: number): number => Math.round(x * 100) / 100
/** The point at radius `r`, clockwise from noon. */
const at = (r: number, angle: number): Point => [
  round(32 + r * Math.sin(angle)),
  round(32 - r * Math.cos(angle)),
]
const ring = (count: number, turn: number, draw: (angle: number) => Part): Part[] =>
  Array.from({ length: count }, (_, i) => draw(turn + i * TURN / count))
const polygon = (count: number, r: number, turn: number): string =>
  `M${Array.from({ length: count }, (_, i) => at(r, turn + i * TURN / count)).join("L")}Z`
const circle = ([x, y]: Point, r: number): string =>
  `M${round(x - r)},${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`
const disc = (r: number, angle: number, size: number): Part => ({
  path: circle(at(r, angle), round(size)),
})
/** A point to the side of the ray at `angle`: `along` outwards, `aside` to the right of it. */
const beside = (along: number, aside: number, angle: number): Point =>
  at(Math.hypot(along, aside), angle + Math.atan2(aside, along))

function petal(from: number, to: number, half: number, angle: number): Part {
  const middle = (from + to) / 2
  const [base, tip] = [at(from, angle), at(to, angle)]
  return {
    path: `M${base}Q${beside(middle, -half, angle)} ${tip}Q${beside(middle, half, angle)} ${base}Z`,
  }
}

function wedge(base: number, tip: number, half: number, angle: number): Part {
  return {
    path: `M${beside(base, -half, angle)}L${at(tip, angle)}L${beside(base, half, angle)}Z`,
  }
}

function bar(from: number, to: number, width: number, angle: number): Part {
  return { path: `M${at(from, angle)}L${at(to, angle)}`, width }
}

function arc(r: number, span: number, width: number, angle: number): Part {
  return { path: `M${at(r, angle - span)}A${r} ${r} 0 0 1 ${at(r, angle + span)}`, width }
}

function bytesOf(hex: string): Uint8Array {
  const digits = hex.replace(/^0x/, "")
  return Uint8Array.from(
    { length: digits.length >> 1 },
    (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  )
}
