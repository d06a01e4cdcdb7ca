import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  A,
  assertMagnitude,
  B,
  element,
  get,
  getWords,
  LIMB,
  put,
  putElement,
  putWords,
  R,
  start,
  sum,
  TOP,
  value,
  wasm,
} from "./parts.ts"
import { inverse, mod, p } from "./reference/secp256k1.ts"

const magnitudes = fc.constantFrom(
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((a) =>
    [1, 2, 3, 4, 5, 6, 7].filter((b) => a * b <= 13).map((b) => [a, b] as const)
  ),
)

test("products of extreme limbs are exact, and of magnitude 1", () => {
  const operands = magnitudes.chain(([a, b]) => fc.tuple(element(a), element(b)))
  fc.assert(
    fc.property(operands, ([a, b]) => {
      put(A, a)
      put(B, b)
      wasm.mul(R, A, B)
      assert.equal(value(get(R)), value(a) * value(b) % p)
      assertMagnitude(R, 1)
      wasm.mul(A, A, B)
      assert.deepEqual(get(A), get(R), "the result may lie over an operand")
    }),
    { numRuns: 3000 },
  )
  for (const sign of [1, -1]) {
    // The largest columns there can be: 12 is the most that two magnitudes make of 13.
    const [a, b] = [3, 4].map((m) =>
      Array.from({ length: 9 }, (_, k) => sign * m * (k < 8 ? LIMB : TOP))
    )
    put(A, a!)
    put(B, b!)
    wasm.mul(R, A, B)
    assert.equal(value(get(R)), value(a!) * value(b!) % p)
    assertMagnitude(R, 1)
  }
})

test("squares of extreme limbs are exact, and of magnitude 1", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3).chain(element), (a) => {
      put(A, a)
      wasm.sqr(R, A)
      assert.equal(value(get(R)), value(a) ** 2n % p)
      assertMagnitude(R, 1)
    }),
    { numRuns: 3000 },
  )
})

test("differences of products of extreme limbs are exact, and of magnitude 1", () => {
  // Magnitudes whose products add up to 13 at most.
  const four = fc.constantFrom([3, 4, 1, 1], [1, 1, 3, 4], [2, 3, 1, 7], [1, 2, 2, 5], [3, 3, 2, 2])
    .chain((magnitudes) => fc.tuple(...magnitudes.map(element)))
  fc.assert(
    fc.property(four, (elements) => {
      const places = [A, B, R + 256, R + 512]
      elements.forEach((limbs, i) => put(places[i]!, limbs))
      const [a, b, c, d] = elements.map(value) as [bigint, bigint, bigint, bigint]
      wasm.mulLessMul(R, A, B, R + 256, R + 512)
      assert.equal(value(get(R)), mod(a * b - c * d, p))
      assertMagnitude(R, 1)
      put(A, elements[2]!)
      wasm.mulLessSqr(R, B, A, A)
      assert.equal(value(get(R)), mod(b * c - c * c, p))
    }),
    { numRuns: 1000 },
  )
})

test("sums, halves and carries of extreme limbs are exact, and keep their magnitudes", () => {
  const operands = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
    .chain(([a, b]) => fc.tuple(fc.constant(a), fc.constant(b), element(a), element(b)))
  fc.assert(
    fc.property(operands, ([ma, mb, a, b]) => {
      put(A, a)
      put(B, b)
      wasm.add(R, A, B)
      assert.equal(sum(get(R)), sum(a) + sum(b))
      wasm.sub(R, A, B)
      assert.equal(sum(get(R)), sum(a) - sum(b))
      assertMagnitude(R, ma + mb)
      if (ma + 2 * mb <= 7) {
        wasm.subTwice(R, A, B)
        assert.equal(sum(get(R)), sum(a) - 2n * sum(b))
      }
      wasm.half(R, A)
      assert.equal(mod(2n * sum(get(R)), p), value(a))
      assertMagnitude(R, ma / 2 + 1)
      if (ma <= 2) {
        wasm.threeHalves(R, A)
        assert.equal(mod(2n * sum(get(R)), p), 3n * value(a) % p)
        assertMagnitude(R, 1.5 * ma + 1)
      }
      wasm.carry(R, A)
      assert.equal(value(get(R)), value(a))
      assertMagnitude(R, 1)
    }),
    { numRuns: 2000 },
  )
})

test("an element has one integer, and zero is found in every disguise", () => {
  const check = (a: readonly number[]): void => {
    put(A, a)
    wasm.toWords(R, A)
    assert.equal(getWords(R), value(a))
    assert.equal(wasm.isZero(A), value(a) === 0n ? 1 : 0)
  }
  fc.assert(fc.property(fc.integer({ min: 1, max: 7 }).chain(element), check), { numRuns: 2000 })
  for (let times = -7n; times <= 7n; times++) {
    for (let by = -2n; by <= 2n; by++) {
      // times * p + by in limbs, and again with a limb's worth moved down from each limb to the one below.
      let rest = times * p + by
      const plain = Array.from({ length: 9 }, (_, k) => {
        const limb = k < 8 ? BigInt.asIntN(29, rest) : rest
        rest = (rest - limb) >> 29n
        return Number(limb)
      })
      check(plain)
      for (let k = 0; k < 8; k++) {
        for (const borrowed of [1, -1]) {
          const moved = plain.slice()
          moved[k]! += borrowed * 2 ** 29
          moved[k + 1]! -= borrowed
          check(moved)
        }
      }
    }
  }
  for (const words of [0n, 1n, p - 1n, p, p + 1n, 2n ** 256n - 1n]) {
    putWords(B, words)
    wasm.fromWords(R, B)
    assert.equal(value(get(R)), words % p)
    assertMagnitude(R, 1)
  }
})

test("many inverses at once", () => {
  const elements = fc.array(fc.bigInt({ min: 1n, max: p - 1n }), { minLength: 1, maxLength: 16 })
  fc.assert(fc.property(elements, (chosen) => {
    const table = start + 4096
    chosen.forEach((integer, i) => putElement(table + 96 * i, integer))
    wasm.invertAll(table, chosen.length, 96)
    chosen.forEach((integer, i) => {
      assertMagnitude(table + 96 * i, 1)
      assert.equal(value(get(table + 96 * i)), inverse(integer, p))
    })
  }))
})
