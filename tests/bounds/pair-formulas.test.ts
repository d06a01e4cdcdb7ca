// Walks every formula on pairs with nothing but the pairs' places, and checks that each hands on weak pairs
// and lets `combine` take no coefficients but those for which pair-lines.test.ts shows it exact.
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Address, type Exports, load as loadFile, other } from "./assembly.ts"
import { everyTerm } from "./every-term.ts"
import { isExact, WEAK } from "./weak.ts"

/**
 * An instance of the assembly files over a memory that knows which pairs are weak. Every element that
 * is asked about is zero, or none is.
 */
function walker(isZero: boolean) {
  const weak = new Set<Address>()
  const constants = new Map<Address, readonly number[]>()
  let end = 1024
  let combinations = 0

  const read = (...places: Address[]): void => {
    for (const at of places) {
      assert.ok(weak.has(at), `the pair at ${at} is read before it is written`)
    }
  }
  const write = (at: Address): void => void weak.add(at)
  const two = (r: Address, a: Address, b: Address): void => {
    read(a, b)
    write(r)
  }
  const pair: Exports = {
    PAIR: 80,
    mul2: two,
    sqr2: (r: Address, a: Address) => two(r, a, a),
    lows: two,
    lowHigh: two,
    highLow: two,
    highs: two,
    combine(r: Address, a: Address, k: Address, b: Address, m: Address) {
      const [ks, ms] = [constants.get(k)!, constants.get(m)!]
      for (const lane of [0, 1]) {
        assert.ok(isExact(ks[lane]!, ms[lane]!), `${ks[lane]} and ${ms[lane]} are too much`)
      }
      combinations++
      two(r, a, b)
    },
  }
  const memory = {
    data(content: number | number[]): Address {
      const at = end
      end += 1024 + (typeof content === "number" ? content : 0)
      if (typeof content !== "number") {
        constants.set(at, content)
        const isPair = content.length === 2 * WEAK.length
        if (isPair && content.every((limb, i) => Math.abs(limb) <= WEAK[i >> 1]!)) write(at)
      }
      return at
    },
    /** What is not as long as a pair is of elements. */
    copy(to: Address, from: Address, size: number) {
      if (size === 80) two(to, from, from)
    },
    fill: write,
  }

  const loaded: Record<string, Exports> = {
    "./pair": pair,
    "./point": other({ AFFINE: 96, JACOBIAN: 160, Y: 48, Z: 96, INFINITY: 144 }),
    "./field": other({ FE: 48 }),
    "./scalar": other({ SCALAR: 32 }),
    "./terms": everyTerm(),
  }
  // These hand on elements alone, or know nothing of pairs.
  for (const name of ["endomorphism", "inverses", "memory", "multiples", "squareroot", "words"]) {
    loaded[`./${name}`] = other()
  }
  const require = (path: string): Exports =>
    loadFile(path, loaded, {
      memory,
      load: () => isZero ? 0 : 1,
      store() {},
      ASC_FEATURE_RELAXED_SIMD: true,
    })
  loaded["./pair-point"] = {
    ...require("./pair-point"),
    // A point's elements are cut to limbs that `combine` makes weak.
    fromElements: write,
    toElement: (_: Address, at: Address) => read(at),
    toJacobian: (_: Address, at: Address) => read(at, at + 80),
    lookup2: (r: Address, table: Address) => two(r, table, table),
  }
  return {
    require,
    place: (bytes: number) => memory.data(bytes),
    /** Runs a formula that finds these pairs and nothing else, and reads what it has to write. */
    check(run: () => unknown, found: Address[], written: Address[]) {
      weak.forEach((at) => constants.has(at) || weak.delete(at))
      found.forEach(write)
      run()
      read(...written)
    },
    combinations: () => combinations,
  }
}

for (const isZero of [false, true]) {
  test(`the formulas on pairs hand on weak ones (all asked about is zero: ${isZero})`, () => {
    const { require, place, check, combinations } = walker(isZero)
    const [a, b] = [place(1024), place(80)]
    const { double2, addDistinct2, add2_var, fromAffine2 } = require("./pair-point")
    check(() => double2(a), [a, a + 80], [a, a + 80])
    check(() => addDistinct2(a, b), [a, a + 80, b], [a, a + 80])
    check(() => add2_var(a, b, a + 80), [a, a + 80, b], [a, a + 80])
    check(() => fromAffine2(a, b), [b], [a, a + 80])

    const [table, sharedZZ] = [place(10240), place(80)]
    const entries = Array.from({ length: 8 }, (_, i) => table + 80 * i)
    const { oddMultiples2 } = require("./pair-multiples")
    check(() => oddMultiples2(table, 8, sharedZZ, b), [b], [sharedZZ, ...entries])
    const { shiftedMultiples } = require("./shifted")
    check(() => shiftedMultiples(table, 32, 16, 4, a), [], entries)

    const { doubleMultiply_var, prepare, doubleMultiplyPrepared_var } = require("./strauss")
    check(() => doubleMultiply_var(a, a, a, b), [], [])
    require("./terms").wipeTerms()
    check(
      () => {
        prepare(table, b)
        doubleMultiplyPrepared_var(a, a, a, table)
      },
      [],
      [],
    )
    check(() => require("./ecdh").multiply(a, a, b), [], [])
    check(() => require("./generator").multiplyGenerator(a, b), [], [])
    assert.ok(combinations() > 500, `only ${combinations()} combinations were seen`)
  })
}

test("the walk sees what it should: a pair that is not there, and coefficients that are too much", () => {
  const { require, place, check } = walker(false)
  const [a, b] = [place(1024), place(80)]
  const { addDistinct2 } = require("./pair-point")
  assert.throws(() => check(() => addDistinct2(a, b), [a, b], []), /before it is written/)
  assert.equal(isExact(1, -3), false)
  assert.equal(isExact(5, 0), false)
})
