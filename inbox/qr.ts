// QR codes (ISO/IEC 18004), as much as a link needs: byte mode, error correction M, versions 1 to 10.
// Our own, because the smallest kept library is larger than the whole of this page's QR chunk.

/** Codewords in total, error-correction codewords a block, and blocks, for M in versions 1 to 10. */
const VERSIONS = [
  [26, 10, 1],
  [44, 16, 1],
  [70, 26, 1],
  [100, 18, 2],
  [134, 24, 2],
  [172, 16, 4],
  [196, 18, 4],
  [242, 22, 4],
  [292, 22, 5],
  [346, 26, 5],
] as const
const ALIGNMENT = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
] as const

/** The dark modules of `text`, as rows. Throws a RangeError above 213 bytes. */
export function qrCode(text: string): boolean[][] {
  const data = new TextEncoder().encode(text)
  const version = 1 +
    VERSIONS.findIndex(([total, parity, blocks], i) =>
      data.length + (i < 9 ? 2 : 3) <= total - parity * blocks
    )
  if (version === 0) throw new RangeError(`"text" expected at most 213 bytes, got ${data.length}`)
  const words = codewords(data, version)
  let best: boolean[][] | undefined
  let least = Infinity
  for (let mask = 0; mask < 8; mask++) {
    const drawn = draw(words, version, mask)
    const cost = penalty(drawn)
    if (cost < least) [best, least] = [drawn, cost]
  }
  return best!
}

// §7.4 and §7.5: the bit stream, cut into blocks, each with its Reed-Solomon words, interleaved.
function codewords(data: Uint8Array, version: number): number[] {
  const [total, parity, blocks] = VERSIONS[version - 1]!
  const capacity = total - parity * blocks
  const bits: number[] = []
  const push = (value: number, length: number) => {
    for (let i = length - 1; i >= 0; i--) bits.push(value >> i & 1)
  }
  push(0b0100, 4)
  push(data.length, version < 10 ? 8 : 16)
  for (const byte of data) push(byte, 8)
  push(0, Math.min(4, capacity * 8 - bits.length))
  push(0, -bits.length & 7)
  for (let pad = 0xec; bits.length < capacity * 8; pad ^= 0xec ^ 0x11) push(pad, 8)
  const bytes = Array.from(
    { length: capacity },
    (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).join(""), 2),
  )

  const short = Math.floor(capacity / blocks)
  const longer = capacity % blocks
  let from = 0
  const cut = Array.from({ length: blocks }, (_, i) => {
    const length = short + (i >= blocks - longer ? 1 : 0)
    return bytes.slice(from, from += length)
  })
  return [...interleave(cut), ...interleave(cut.map((block) => remainder(block, parity)))]
}

function interleave(blocks: readonly number[][]): number[] {
  const longest = Math.max(...blocks.map((block) => block.length))
  return Array.from({ length: longest }, (_, i) => blocks.flatMap((block) => block[i] ?? [])).flat()
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0
  for (; b; b >>= 1, a = a << 1 ^ (a & 0x80 ? 0x11d : 0)) if (b & 1) product ^= a
  return product
}

function remainder(block: readonly number[], degree: number): number[] {
  // The generator is the product of (x - 2^i); its leading 1 is left out.
  const generator = new Array<number>(degree).fill(0)
  generator[degree - 1] = 1
  for (let i = 0, root = 1; i < degree; i++, root = times(root, 2)) {
    for (let j = 0; j < degree; j++) {
      generator[j] = times(generator[j]!, root) ^ (generator[j + 1] ?? 0)
    }
  }
  const rest = new Array<number>(degree).fill(0)
  for (const word of block) {
    const factor = word ^ rest.shift()!
    rest.push(0)
    generator.forEach((one, i) => rest[i]! ^= times(one, factor))
  }
  return rest
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => ((x / 3 | 0) + (y / 2 | 0)) % 2 === 0,
  (x, y) => x * y % 2 + x * y % 3 === 0,
  (x, y) => (x * y % 2 + x * y % 3) % 2 === 0,
  (x, y) => ((x + y) % 2 + x * y % 3) % 2 === 0,
]

// §7.3, §7.7, §7.8: fixed patterns, then the words in a zigzag, masked, then what says which mask.
function draw(words: readonly number[], version: number, mask: number): boolean[][] {
  const size = 17 + 4 * version
  const grid: (boolean | undefined)[][] = Array.from({ length: size }, () => new Array(size))
  const set = (x: number, y: number, dark: boolean) => {
    if (x >= 0 && y >= 0 && x < size && y < size) grid[y]![x] = dark
  }
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
    for (let y = -4; y <= 4; y++) {
      for (let x = -4; x <= 4; x++) {
        const ring = Math.max(Math.abs(x), Math.abs(y))
        set(cx + x, cy + y, ring !== 2 && ring !== 4)
      }
    }
  }
  const centres = ALIGNMENT[version - 1]!
  const last = centres.length - 1
  centres.forEach((cx, i) =>
    centres.forEach((cy, j) => {
      if ((i === 0 && (j === 0 || j === last)) || (i === last && j === 0)) return
      for (let y = -2; y <= 2; y++) {
        for (let x = -2; x <= 2; x++) set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) !== 1)
      }
    })
  )
  information(set, size, version, mask)

  let bit = 0
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const upward = (right + 1 & 2) === 0
      const y = upward ? size - 1 - step : step
      for (const x of [right, right - 1]) {
        if (grid[y]![x] !== undefined) continue
        const dark = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7)) & 1) === 1
        bit++
        grid[y]![x] = dark !== MASKS[mask]!(x, y)
      }
    }
  }
  return grid as boolean[][]
}

// §7.9 and §7.10: format (BCH 15,5) beside the finders, version (BCH 18,6) from version 7 on.
function information(
  set: (x: number, y: number, dark: boolean) => void,
  size: number,
  version: number,
  mask: number,
): void {
  const format = (mask << 10 | bch(mask, 10, 0x537)) ^ 0x5412
  for (let i = 0; i < 15; i++) {
    const dark = (format >> i & 1) === 1
    if (i < 6) set(8, i, dark)
    else if (i < 8) set(8, i + 1, dark)
    else if (i === 8) set(7, 8, dark)
    else set(14 - i, 8, dark)
    if (i < 8) set(size - 1 - i, 8, dark)
    else set(8, size - 15 + i, dark)
  }
  set(8, size - 8, true)
  if (version < 7) return
  const bits = version << 12 | bch(version, 12, 0x1f25)
  for (let i = 0; i < 18; i++) {
    const dark = (bits >> i & 1) === 1
    const [a, b] = [size - 11 + i % 3, i / 3 | 0]
    set(a, b, dark)
    set(b, a, dark)
  }
}

function bch(value: number, degree: number, generator: number): number {
  let rest = value
  for (let i = 0; i < degree; i++) rest = rest << 1 ^ (rest >> degree - 1) * generator
  return rest
}

// §7.8.3: how hard a picture is to read; the mask with the least wins.
function penalty(grid: readonly boolean[][]): number {
  const size = grid.length
  const turned = grid.map((_, x) => grid.map((row) => row[x]!))
  let cost = 0
  for (const lines of [grid, turned]) {
    for (const line of lines) {
      const text = line.map((dark) => dark ? "1" : "0").join("")
      for (const run of text.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2
      cost += 40 * (text.match(/(?=10111010000)|(?=00001011101)/g)?.length ?? 0)
    }
  }
  let dark = 0
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (grid[y]![x]) dark++
      const square = [grid[y]![x + 1], grid[y + 1]?.[x], grid[y + 1]?.[x + 1]]
      if (square.every((one) => one === grid[y]![x])) cost += 3
    }
  }
  return cost + 10 * Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size))
}
