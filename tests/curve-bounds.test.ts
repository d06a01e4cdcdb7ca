// Walks every formula of the curve that calls assembly/field.ts with magnitudes in the place of numbers,
// and checks the rules that field.ts states for each call. The formulas are not written out again: the
// AssemblyScript files themselves run here as TypeScript, over a field whose elements are magnitudes.
import assert from "node:assert/strict"
import { transformSync } from "esbuild"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { everyTerm } from "./every-term.ts"

const folder = join(import.meta.dirname!, "..", "crypto-wasm", "assembly")

// deno-lint-ignore no-explicit-any
type Exports = Record<string, any>
type Address = number

/**
 * An instance of the assembly files over a memory of magnitudes. `isZero` answers as it is told.
 */
function walker(answers: readonly number[]) {
  const magnitudes = new Map<Address, number>()
  const words = new Map<Address, number>()
  let end = 1024
  let asked = 0
  let largest = 0

  const of = (a: Address): number => {
    const magnitude = magnitudes.get(a)
    assert.ok(magnitude !== undefined, `an element at ${a} is read before it is written`)
    return magnitude
  }
  const set = (r: Address, magnitude: number): void => {
    assert.ok(magnitude <= 7, `a limb would leave its i32: magnitude ${magnitude}`)
    magnitudes.set(r, magnitude)
  }
  const product = (r: Address, ...pairs: [Address, Address][]): void => {
    const sum = pairs.reduce((sum, [a, b]) => sum + of(a) * of(b), 0)
    assert.ok(sum <= 13, `columns would pass 2^63: products of magnitudes add up to ${sum}`)
    largest = Math.max(largest, sum)
    set(r, 1)
  }
  const answer = (): number => answers[asked++] ?? 0

  const field: Exports = {
    FE: 48,
    mul: (r: Address, a: Address, b: Address) => product(r, [a, b]),
    sqr: (r: Address, a: Address) => product(r, [a, a]),
    mulLessMul: (r: Address, a: Address, b: Address, c: Address, d: Address) =>
      product(r, [a, b], [c, d]),
    mulLessSqr: (r: Address, a: Address, b: Address, c: Address) => product(r, [a, b], [c, c]),
    add: (r: Address, a: Address, b: Address) => set(r, of(a) + of(b)),
    sub: (r: Address, a: Address, b: Address) => set(r, of(a) + of(b)),
    subTwice: (r: Address, a: Address, b: Address) => set(r, of(a) + 2 * of(b)),
    half: (r: Address, a: Address) => set(r, of(a) / 2 + 1),
    threeHalves(r: Address, a: Address) {
      assert.ok(3 * of(a) <= 7, "three times a limb would leave its i32")
      set(r, 1.5 * of(a) + 1)
    },
    carry(r: Address, a: Address) {
      of(a)
      set(r, 1)
    },
    negate: (r: Address, a: Address) => set(r, of(a)),
    copy: (r: Address, a: Address) => set(r, of(a)),
    one: (r: Address) => set(r, 1),
    select: (r: Address, a: Address, b: Address) => set(r, Math.max(of(a), of(b))),
    isZero: (a: Address) => (of(a), answer()),
    fromBytes: (r: Address) => (set(r, 1), 1),
    fromWords: (r: Address) => set(r, 1),
    toBytes: (_: Address, a: Address) => void of(a),
    toWords: (_: Address, a: Address) => void of(a),
    invert(r: Address, a: Address) {
      of(a)
      set(r, 1)
    },
  }

  /** Modules of no concern here: their functions do nothing and say yes. */
  const other = (constants: Exports): Exports =>
    new Proxy(constants, { get: (target, name: string) => target[name] ?? (() => 1) })

  const memory = {
    /** Constants are elements with centred limbs: of magnitude 1. */
    data(size: number | number[]) {
      const at = end
      const length = typeof size === "number" ? size : 4 * size.length
      end += length + 48
      if (typeof size !== "number") {
        for (let i = 0; i + 9 <= size.length; i += 12) {
          size.slice(i, i + 8).forEach((limb) => assert.ok(Math.abs(limb) <= 2 ** 28))
          magnitudes.set(at + 4 * i, 1)
        }
      }
      return at
    },
    copy(to: Address, from: Address, length: number) {
      for (let i = 0; i < length; i += 48) {
        if (magnitudes.has(from + i)) magnitudes.set(to + i, of(from + i))
      }
    },
    fill(at: Address, _: number, length: number) {
      for (let i = 0; i < length; i += 48) magnitudes.set(at + i, 0)
    },
  }
  const load = (at: Address, offset = 0): number => words.get(at + offset) ?? 0
  const store = (at: Address, value: number, offset = 0): void => void words.set(at + offset, value)

  const loaded: Record<string, Exports> = {
    "./field": field,
    "./scalar": other({ SCALAR: 32 }),
    "./words": other({}),
    "./rfc6979": other({}),
    "./terms": everyTerm(),
    // tests/pair-bounds.test.ts has these.
    "./pair": other({ PAIR: 80 }),
    "./pair-point": other({ JACOBIAN2: 160, Z2: 80 }),
    "./pair-multiples": other({}),
    "./memory": { wipe() {} },
  }
  function require(name: string): Exports {
    if (loaded[name] !== undefined) return loaded[name]
    const source = readFileSync(join(folder, `${name}.ts`), "utf8").replaceAll("@inline\n", "")
    const { code } = transformSync(source, { loader: "ts", format: "cjs" })
    const module = { exports: {} as Exports }
    const globals = {
      module,
      require,
      memory,
      load,
      store,
      abs: Math.abs,
      ctz: lowestBit,
      bswap: Number,
      ASC_FEATURE_RELAXED_SIMD: false,
    }
    new Function(...Object.keys(globals), code)(...Object.values(globals))
    const exports: Exports = { ...module.exports }
    if (name === "./point") {
      exports.lookup = (r: Address, table: Address) => {
        set(r, of(table))
        set(r + 48, of(table + 48))
      }
    }
    return loaded[name] = exports
  }
  const jacobian = (at: Address): void => [3, 2, 1].forEach((m, i) => set(at + 48 * i, m))
  const affine = (at: Address): void => [1, 1].forEach((m, i) => set(at + 48 * i, m))
  const within = (at: Address, most: number[]): void =>
    most.forEach((m, i) =>
      assert.ok(of(at + 48 * i) <= m, `coordinate ${i} has ${of(at + 48 * i)}`)
    )
  return {
    require,
    load,
    place: (bytes = 1024) => memory.data(bytes),
    jacobian,
    affine,
    isJacobian: (at: Address) => within(at, [3, 2, 1]),
    isAffine: (at: Address) => within(at, [1, 1]),
    isElement: (at: Address) => within(at, [1]),
    set,
    largest: () => largest,
  }
}

const lowestBit = (i: number): number => 31 - Math.clz32(i & -i)

/** Runs a formula for all answers of its first four questions whether an element is zero. */
function walk(
  run: (w: ReturnType<typeof walker>, r: Address, a: Address, b: Address) => void,
): void {
  for (let bits = 0; bits < 16; bits++) {
    const w = walker([0, 1, 2, 3].map((i) => (bits >> i) & 1))
    run(w, w.place(), w.place(), w.place())
  }
}

test("bounds of the doubling and of every addition", () => {
  walk((w, r, a) => {
    w.jacobian(a)
    w.require("./point").double(r, a)
    w.isJacobian(r)
    w.require("./point").double(a, a)
    w.isJacobian(a)
  })
  for (const name of ["addDistinct", "addComplete", "add_var"]) {
    walk((w, r, a, b) => {
      w.jacobian(a)
      w.affine(b)
      w.require("./point")[name](r, a, b, a + 96)
      if (!w.load(r, 144)) w.isJacobian(r)
    })
  }
})

test("bounds of the tables, the inversions and the roots", () => {
  walk((w, r, a, b) => {
    w.affine(a)
    w.require("./multiples").oddMultiples(r, 8, b, a)
    for (let i = 0; i < 8; i++) w.isAffine(r + 96 * i)
  })
  walk((w, r, a) => {
    w.jacobian(a)
    w.require("./point").toAffine(r, a)
    w.isAffine(r)
  })
  walk((w, r, a) => {
    w.require("./point").fromUncompressed(r, a)
    w.isAffine(r)
  })
  walk((w, r, a) => {
    w.set(a, 2)
    w.require("./squareroot").squareRoot(r, a)
    w.isElement(r)
  })
})

test("bounds of whole products: ECDH, the comb of G, Strauss", () => {
  walk((w, r, a, b) => {
    w.affine(b)
    w.require("./ecdh").multiply(r, a, b)
    w.isJacobian(r)
  })
  walk((w, r, a) => {
    w.require("./generator").multiplyGenerator(r, a)
    w.isJacobian(r)
  })
  walk((w, r, a, b) => {
    w.affine(b)
    w.require("./strauss").doubleMultiply_var(r, a, a, b)
    if (!w.load(r, 144)) w.isJacobian(r)
  })
  walk((w, r, a, b) => {
    const table = w.place(8 * 16 * 96)
    w.affine(b)
    const { prepare, doubleMultiplyPrepared_var } = w.require("./strauss")
    prepare(table, b)
    doubleMultiplyPrepared_var(r, a, a, table)
    if (!w.load(r, 144)) w.isJacobian(r)
  })
})

/** [least, greatest]. */
type Interval = readonly [bigint, bigint]

/** The value of an expression of `+ - * & >> <<` over intervals; `&` masks, and shifts are by constants. */
function evaluate(expression: string, variables: ReadonlyMap<string, Interval>): Interval {
  const tokens = expression.match(/>>|<<|[()+*&-]|\w+/g)!
  const checked = (value: Interval): Interval => {
    assert.ok(-(2n ** 63n) <= value[0] && value[1] < 2n ** 63n, `${expression} may pass 2^63`)
    return value
  }
  const primary = (): Interval => {
    const token = tokens.shift()!
    if (token === "(") {
      const value = whole()
      assert.equal(tokens.shift(), ")")
      return value
    }
    if (/^\d/.test(token)) return [BigInt(token), BigInt(token)]
    const value = variables.get(token)
    assert.ok(value !== undefined, `${token} is unknown`)
    return value
  }
  const term = (): Interval => {
    let value = primary()
    while (tokens[0] === "*") {
      tokens.shift()
      const other = primary()
      const ends = value.flatMap((a) => other.map((b) => a * b)).sort((a, b) => a < b ? -1 : 1)
      value = checked([ends[0]!, ends[3]!])
    }
    return value
  }
  const sum = (): Interval => {
    let value = term()
    while (tokens[0] === "+" || tokens[0] === "-") {
      const plus = tokens.shift() === "+"
      const other = term()
      value = checked(
        plus
          ? [value[0] + other[0], value[1] + other[1]]
          : [value[0] - other[1], value[1] - other[0]],
      )
    }
    return value
  }
  const whole = (): Interval => {
    const value = sum()
    const operator = tokens[0]
    if (operator !== "&" && operator !== ">>" && operator !== "<<") return value
    tokens.shift()
    const [by] = sum()
    if (operator === "&") return value[0] >= 0n && value[1] <= by ? value : [0n, by]
    if (operator === ">>") return [value[0] >> by, value[1] >> by]
    return checked([value[0] << by, value[1] << by])
  }
  const value = whole()
  assert.equal(tokens.length, 0, `${expression} is not understood from ${tokens[0]} on`)
  return value
}

test("bounds of the reduction, line by line of its source", () => {
  const source = readFileSync(join(folder, "product.ts"), "utf8")
  const body = source.slice(
    source.indexOf("  const h9"),
    source.indexOf("export function wipeProduct"),
  )
  const limb = 2n ** 28n + 2n ** 21n
  const top = 2n ** 24n
  const variables = new Map<string, Interval>([
    ["M", [2n ** 29n - 1n, 2n ** 29n - 1n]],
    ["M24", [2n ** 24n - 1n, 2n ** 24n - 1n]],
    ["HALF", [2n ** 28n, 2n ** 28n]],
    ["HALF24", [2n ** 23n, 2n ** 23n]],
    ["FOLD", [977n << 5n, 977n << 5n]],
  ])
  for (const name of ["M", "M24", "HALF", "HALF24", "FOLD"]) {
    const [, text] = source.match(new RegExp(`const ${name}: i64 = (.*)`))!
    assert.equal(BigInt(new Function(`return ${text}`)()), variables.get(name)![0])
  }
  // Column k has a term for each pair of limbs i + j = k, and the two magnitudes multiply to 13.
  for (let k = 0; k <= 16; k++) {
    let most = 0n
    for (let i = Math.max(0, k - 8); i <= Math.min(8, k); i++) {
      most += 13n * (i === 8 ? top : limb) * (k - i === 8 ? top : limb)
    }
    variables.set(`c${k}`, [-most, most])
  }
  const stored = new Set<number>()
  for (const line of body.split("\n").map((line) => line.trim()).filter((line) => line !== "")) {
    const [, name, value] = line.match(/^const (\w+) = (.*)$/) ?? []
    if (name !== undefined) {
      variables.set(name, evaluate(value!, variables))
      continue
    }
    const [, result, offset] = line.match(/^store<i32>\(r, \((.*)\) as i32, (\d+)\)$/) ?? []
    if (result === undefined) {
      assert.equal(line, "}")
      continue
    }
    const k = Number(offset) / 4
    const [least, greatest] = evaluate(result, variables)
    const bound = k === 8 ? top : limb
    assert.ok(-bound <= least && greatest <= bound, `limb ${k} may be ${least} or ${greatest}`)
    stored.add(k)
  }
  assert.equal(stored.size, 9)
})

test("the walk sees what it should: a formula out of bounds fails", () => {
  const w = walker([])
  const [r, a] = [w.place(), w.place()]
  w.set(a, 4)
  assert.throws(() => w.require("./field").sqr(r, a), /pass 2\^63/)
  assert.throws(() => w.require("./field").add(r, a, a), /leave its i32/)
  assert.throws(() => w.require("./field").mul(r, r, a), /before it is written/)
  w.jacobian(a)
  w.set(a, 4)
  assert.throws(() => w.require("./point").double(r, a), /pass 2\^63/)
  const narrow = walker([])
  const [s, b] = [narrow.place(), narrow.place()]
  narrow.jacobian(b)
  narrow.require("./point").double(s, b)
  assert.ok(narrow.largest() > 9, "the doubling comes near the bound")
})
