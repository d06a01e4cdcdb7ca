// Walks every formula of the curve that calls assembly/field.ts with magnitudes in the place of numbers,
// and checks the rules that field.ts states for each call. The formulas are not written out again: the
// AssemblyScript files themselves run here as TypeScript, over a field whose elements are magnitudes.
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Address, type Exports, load as loadFile, other } from "./assembly.ts"
import { everyTerm } from "./every-term.ts"

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
    // No scalar is refused, and none of the numbers that a signature is made of is zero.
    "./scalar": other({ SCALAR: 32, isHigh: () => 0 }),
    "./words": other({ isZero: () => 0 }),
    "./rfc6979": other(),
    "./terms": everyTerm(),
    // pair-formulas.test.ts has these.
    "./pair": other({ PAIR: 80 }),
    "./pair-point": other({ XYZZ: 160, ZZ: 80 }),
    "./pair-multiples": other(),
    "./memory": { wipe() {} },
  }
  const require = (path: string): Exports =>
    loadFile(path, loaded, { memory, load, store, ASC_FEATURE_RELAXED_SIMD: false })
  loaded["./point"] = {
    ...require("./point"),
    lookup(r: Address, table: Address) {
      set(r, of(table))
      set(r + 48, of(table + 48))
    },
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

test("bounds of signatures: made, checked, and their key found", () => {
  walk((w, r, a, b) => {
    w.require("./ecdsa").sign(r, a, b)
  })
  walk((w, r, a, b) => {
    w.affine(b)
    w.require("./ecdsa").verify_var(r, a, b)
  })
  walk((w, r, a, b) => {
    if (w.require("./ecdsa").recover_var(r, a, 2, b)) w.isAffine(r)
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
