// Follows assembly/pair.ts line by line with intervals in the place of limbs: every product, every column of
// bits and every double is shown to stay where the arithmetic is exact, for all weak operands.
import assert from "node:assert/strict"
import { test } from "node:test"
import { sourceOf } from "./assembly.ts"
import { isExact, WEAK } from "./weak.ts"

const source = sourceOf("pair")

/** A double between two integers, and a multiple of `unit`. */
interface Double {
  readonly kind: "double"
  readonly least: bigint
  readonly most: bigint
  readonly unit: bigint
}

/** 64 bits, taken for an integer modulo 2^64. */
interface Bits {
  readonly kind: "bits"
  readonly least: bigint
  readonly most: bigint
}

/** A constant: its bits, and the fraction that they mean as a double. */
interface Constant {
  readonly kind: "constant"
  readonly name: string
  readonly bits: bigint
  readonly numerator: bigint
  readonly denominator: bigint
}

type Value = Double | Bits | Constant
type Call = { readonly name: string; readonly args: readonly Call[]; readonly text: string }

const double = (least: bigint, most: bigint, unit = 1n): Double => {
  assert.ok(-(2n ** 53n) * unit <= least && most <= 2n ** 53n * unit, "a double would be rounded")
  return { kind: "double", least, most, unit }
}
const bits = (least: bigint, most: bigint): Bits => {
  assert.ok(most - least < 2n ** 62n, "a column may wrap")
  return { kind: "bits", least, most }
}

function bitsOf(value: number): bigint {
  return new DataView(new Float64Array([value]).buffer).getBigUint64(0, true)
}

/** The numbers of a table in the source. */
function literalsOf(table: string): bigint[] {
  const [, text] = source.match(
    new RegExp(`const ${table} = memory.data<u64>\\(\\[\\n([^\\]]*)\\]`),
  )!
  return [...text!.matchAll(/0x[0-9a-f]+/g)].map(([hex]) => BigInt(hex))
}

/** The constants by name, as their place in the table says. */
const constants = new Map<string, Constant>()
for (const [, name, at] of source.matchAll(/^const ([A-Z0-9_]+) = (\d+)$/gm)) {
  const [low, high] = literalsOf("CONSTANTS").slice(Number(at) / 8)
  assert.equal(low, high, `${name} differs between the lanes`)
  const value = new Float64Array(new BigUint64Array([low!]).buffer)[0]!
  const denominator = Number.isInteger(value) ? 1n : 2n ** 60n
  // A mask is no number.
  const numerator = name!.startsWith("MASK") ? 0n : BigInt(value * Number(denominator))
  constants.set(name!, { kind: "constant", name: name!, bits: low!, numerator, denominator })
}

/** What a product's ten columns are offset by, the same in both lanes. */
const offsets: readonly bigint[] = Array.from({ length: 10 }, (_, k) => {
  const [low, high] = literalsOf("OFFSETS").slice(2 * k)
  assert.equal(low, high)
  return low!
})

function parse(text: string): Call {
  const tokens = text.match(/[\w.<>]+|[(),]/g)!
  const expression = (): Call => {
    const name = tokens.shift()!
    const args: Call[] = []
    if (tokens[0] === "(") {
      do {
        tokens.shift()
        args.push(expression())
      } while ((tokens[0] as string) === ",")
      assert.equal(tokens.shift(), ")")
    }
    return {
      name,
      args,
      text: args.length ? `${name}(${args.map((a) => a.text).join(", ")})` : name,
    }
  }
  const call = expression()
  assert.equal(tokens.length, 0, `${text} is not understood from ${tokens[0]} on`)
  return call
}

const WIDTHS = [52n, 51n, 51n, 51n, 51n]

/** One run of straight-line code over named values. */
class Run {
  readonly values = new Map<string, Value>()
  /** What `high` was taken of, by the name of its result: `low` has to be of the same. */
  readonly splits = new Map<string, string>()
  readonly stored: (Double | undefined)[] = []

  value(call: Call): Value {
    const { name, args } = call
    if (name === "constant") return constants.get(args[0]!.name)!
    if (args.length === 0) {
      const value = this.values.get(name)
      assert.ok(value !== undefined, `${name} is unknown`)
      return value
    }
    switch (name) {
      case "high":
      case "high52": {
        const [least, most] = this.product(args)
        const [exponent, unit] = name === "high" ? [102n, 51n] : [103n, 52n]
        const bound = 2n ** exponent
        assert.ok(-bound < least && most < bound, `${call.text} may leave its binade`)
        const base = constants.get(name === "high" ? "SPLIT_51" : "SPLIT_52")!.bits
        return bits(base + (least >> unit), base + (most >> unit) + 1n)
      }
      case "low":
      case "low52": {
        const of = this.splits.get(args[2]!.name)
        assert.equal(
          of,
          `${name === "low" ? "high" : "high52"}(${args[0]!.text}, ${args[1]!.text})`,
        )
        const rest = name === "low" ? 2n ** 50n : 2n ** 51n
        const base = constants.get("LOW")!.bits
        return bits(base - rest, base + rest)
      }
      case "add": {
        const [a, b] = args.map((arg) => this.integer(arg)) as [Bits, Bits]
        return bits(a.least + b.least, a.most + b.most)
      }
      case "twice": {
        const a = this.integer(args[0]!)
        return bits(2n * a.least, 2n * a.most)
      }
      case "and": {
        const mask = constants.get(args[1]!.args[0]!.name)!.bits
        assert.equal(mask & (mask + 1n), 0n)
        this.integer(args[0]!)
        return bits(0n, mask)
      }
      case "i64x2.shr_u": {
        const a = unsigned(this.integer(args[0]!))
        const by = BigInt(args[1]!.name)
        return bits(a.least >> by, a.most >> by)
      }
      case "number": {
        const a = unsigned(this.integer(args[0]!))
        assert.ok(a.most < 2n ** 52n, `${call.text} would run into the exponent`)
        return double(2n ** 52n + a.least, 2n ** 52n + a.most)
      }
      case "minus":
        return this.minus(args[0]!, args[1]!)
      case "madd": {
        const [least, most, unit] = this.product(args)
        const c = this.double(args[2]!)
        return double(least + c.least, most + c.most, unit < c.unit ? unit : c.unit)
      }
    }
    throw new Error(`${call.text} is not understood`)
  }

  minus(a: Call, b: Call): Value {
    const constant = b.name === "constant" ? constants.get(b.args[0]!.name)! : undefined
    // x - (x rounded to a multiple of 2^w).
    if (constant === undefined) {
      const [, k] = a.name.match(/^x(\d)$/)!
      assert.equal(b.name, `c${k}`)
      const half = 2n ** (WIDTHS[Number(k)]! - 1n)
      return double(-half, half)
    }
    // (x + SPLIT) - SPLIT rounds x to a multiple of 2^w.
    if (a.name === "f64x2.add") {
      assert.equal(a.args[1]!.text, b.text)
      const x = this.double(a.args[0]!)
      const width = constant.name === "SPLIT_52" ? 52n : 51n
      assert.equal(constants.get(`SPLIT_${width}`), constant)
      assert.equal(width, WIDTHS[Number(a.args[0]!.name.slice(1))])
      const unit = 2n ** width
      const round = (value: bigint) => (value + unit / 2n) / unit * unit
      return double(-round(-x.least), round(x.most), unit)
    }
    const value = this.value(a)
    if (value.kind === "double") {
      return double(value.least - constant.numerator, value.most - constant.numerator)
    }
    // Bits that are read as a double: of the constant's binade, where one unit of the bits is one ulp.
    assert.equal(value.kind, "bits")
    const { least, most } = value as Bits
    if (constant.name === "SPLIT_51") {
      const [low, high] = [least - constant.bits, most - constant.bits]
      assert.ok(-(2n ** 51n) < low && high < 2n ** 51n)
      return double(low << 51n, high << 51n, 2n ** 51n)
    }
    const base = constants.get("LOW")!
    const [low, high] = nearZero(bits(least - base.bits, most - base.bits))
    assert.ok(-(2n ** 51n) < low && high < 2n ** 51n, `${a.text} may leave its binade`)
    const offset = base.numerator - constant.numerator
    return double(low + offset, high + offset)
  }

  product([a, b]: readonly Call[]): [least: bigint, most: bigint, unit: bigint] {
    const x = this.double(a!)
    const y = this.value(b!)
    const ends: bigint[] = []
    const denominator = y.kind === "constant" ? y.denominator : 1n
    const factors = y.kind === "constant"
      ? [y.numerator]
      : [(y as Double).least, (y as Double).most]
    for (const end of [x.least, x.most]) for (const factor of factors) ends.push(end * factor)
    ends.sort((a, b) => a < b ? -1 : 1)
    assert.equal(x.unit * factors[0]! % denominator === 0n || denominator === 1n, true)
    return [ends[0]! / denominator, ends.at(-1)! / denominator, 1n]
  }

  double(call: Call): Double {
    const value = this.value(call)
    assert.equal(value.kind, "double", `${call.text} is no double`)
    return value as Double
  }

  integer(call: Call): Bits {
    const value = this.value(call)
    if (value.kind === "constant") return bits(value.bits, value.bits)
    assert.equal(value.kind, "bits", `${call.text} is no integer`)
    return value as Bits
  }

  line(line: string): void {
    const [, name, text] = line.match(/^const (\w+) = (.*)$/) ?? []
    if (name !== undefined) {
      const call = parse(text!)
      if (call.name.startsWith("high")) this.splits.set(name, call.text)
      this.values.set(name, this.value(call))
      return
    }
    const [, stored, at] = line.match(/^v128\.store\(r, (.*), (\d+)\)$/) ?? []
    assert.ok(stored !== undefined, `${line} is not understood`)
    this.stored[Number(at) / 16] = this.double(parse(stored))
  }

  assertWeak(): void {
    assert.equal(this.stored.length, 5)
    this.stored.forEach((limb, i) => {
      const { least, most } = limb!
      assert.ok(-WEAK[i]! <= least && most <= WEAK[i]!, `limb ${i} may be ${least} or ${most}`)
    })
  }
}

/** The same modulo 2^64 where it is not negative, or around zero. */
function unsigned({ least, most }: Bits): Bits {
  const [low, high] = [BigInt.asUintN(64, least), BigInt.asUintN(64, most)]
  assert.ok(low <= high, "a column may be negative where it is shifted")
  return bits(low, high)
}
function nearZero({ least, most }: Bits): [bigint, bigint] {
  const [low, high] = [BigInt.asIntN(64, least), BigInt.asIntN(64, most)]
  assert.ok(low <= high)
  return [low, high]
}

/** The lines of a function's body. */
function bodyOf(name: string): string[] {
  const start = source.indexOf(`function ${name}(`)
  const body = source.slice(source.indexOf("{\n", start) + 2, source.indexOf("\n}\n", start))
  return body.split("\n").map((line) => line.trim()).filter((line) => line !== "")
}

test("the words of pair.ts mean what this test takes them for", () => {
  for (
    const [signature, body] of [
      ["constant(at: usize)", "v128.load(CONSTANTS + at)"],
      ["madd(a: v128, b: v128, c: v128)", "f64x2.relaxed_madd(a, b, c)"],
      ["minus(a: v128, b: v128)", "f64x2.sub(a, b)"],
      ["high(a: v128, b: v128)", "madd(a, b, constant(SPLIT_51))"],
      ["low(a: v128, b: v128, high: v128)", "madd(a, b, minus(constant(SPLIT_51_LOW), high))"],
      ["high52(a: v128, b: v128)", "madd(a, b, constant(SPLIT_52))"],
      [
        "low52(a: v128, b: v128, high: v128)",
        "madd(a, b, f64x2.add(minus(constant(SPLIT_52), high), constant(LOW)))",
      ],
      ["add(a: v128, b: v128)", "i64x2.add(a, b)"],
      ["twice(a: v128)", "i64x2.add(a, a)"],
      ["and(a: v128, b: v128)", "v128.and(a, b)"],
      ["number(bits: v128)", "v128.or(bits, constant(UNSIGNED))"],
    ]
  ) {
    assert.ok(source.includes(`function ${signature}: v128 {\n  return ${body}\n}\n`), signature)
  }
  const expected: Record<string, number> = {
    SPLIT_51: 1.5 * 2 ** 103,
    SPLIT_52: 1.5 * 2 ** 104,
    SPLIT_51_LOW: 1.5 * 2 ** 103 + 1.5 * 2 ** 52,
    LOW: 1.5 * 2 ** 52,
    UNSIGNED: 2 ** 52,
    FOLD: 2 ** 32 + 977,
    FOLD_51: (2 ** 32 + 977) / 2 ** 51,
    SCALE_51: 2 ** -51,
    SCALE_52: 2 ** -52,
  }
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(constants.get(name)!.bits, bitsOf(value), name)
  }
})

for (const name of ["mul2", "sqr2"]) {
  test(`bounds of ${name}, line by line`, () => {
    const run = new Run()
    const lines = bodyOf(name)
    const call = lines.indexOf("reduce2(")
    for (const line of lines.slice(0, call)) {
      const [, limb] = line.match(/^const (\w\d) = v128\.load\([ab], \d+\)$/) ?? []
      if (limb === undefined) run.line(line)
      else {
        const most = WEAK[Number(limb[1])]!
        run.values.set(limb, double(-most, most))
      }
    }
    const args = lines.slice(call + 1, -1).map((line) => line.replace(/,$/, ""))
    assert.equal(args[0], "r")
    const columns = args.slice(1).map((arg) => run.integer(parse(arg)))
    assert.equal(columns.length, 10)
    const reduction = new Run()
    columns.forEach((column, k) => reduction.values.set(`c${k}`, column))
    for (const line of bodyOf("reduce2")) {
      const [, k] = line.match(/^const s\d = add\(c(\d), v128\.load\(OFFSETS, \d+\)\)$/) ?? []
      if (k === undefined) reduction.line(line)
      else {
        const { least, most } = columns[Number(k)]!
        const offset = offsets[Number(k)]!
        reduction.values.set(`s${k}`, bits(least + offset, most + offset))
      }
    }
    reduction.assertWeak()
  })
}

test("bounds of combine, line by line, for all coefficients that it may have", () => {
  const lines = bodyOf("combine")
  for (let k = -8; k <= 8; k++) {
    for (let m = -8; m <= 8; m++) {
      if (!isExact(k, m)) continue
      const run = new Run()
      const factor = BigInt(Math.abs(k) + Math.abs(m))
      for (const line of lines) {
        if (/^const (ka|mb) = v128\.load\([km]\)$/.test(line)) continue
        const [, i] = line.match(
          /^const x(\d) = madd\(v128\.load\(b, \d+\), mb, f64x2\.mul\(v128\.load\(a, \d+\), ka\)\)$/,
        ) ?? []
        if (i === undefined) run.line(line)
        else {
          const most = factor * WEAK[Number(i)]!
          // Powers of two keep their limbs' trailing zeros.
          const unit = m === 0 || k === 0 ? factor & -factor || 1n : 1n
          run.values.set(`x${i}`, double(-most, most, unit))
        }
      }
      run.assertWeak()
    }
  }
})

test("the intervals see what they should: limbs twice as large fail", () => {
  const run = new Run()
  const twice = 2n * WEAK[0]!
  run.values.set("a0", double(-twice, twice))
  run.values.set("a1", double(-WEAK[1]!, WEAK[1]!))
  run.values.set("b0", double(-twice, twice))
  run.values.set("b1", double(-2n * WEAK[1]!, 2n * WEAK[1]!))
  assert.throws(() => run.line("const h00 = high52(a0, b0)"), /leave its binade/)
  assert.throws(() => run.line("const h01 = high(a0, b1)"), /leave its binade/)
  assert.throws(() => run.line("const l11 = low(a1, b1, h01)"))
})
