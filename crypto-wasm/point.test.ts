import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  A,
  type Address,
  AFFINE,
  assertMagnitude,
  B,
  element,
  get,
  INFINITY,
  limbs,
  put,
  putElement,
  R,
  start,
  value,
  wasm,
  Y,
  Z,
} from "./parts.ts"
import {
  add,
  BETA,
  G,
  inverse,
  LAMBDA,
  mod,
  multiply,
  n,
  negate,
  p,
  type Point,
} from "./reference/secp256k1.ts"

/** Writes a point with a chosen Z, or infinity. */
function putPoint(at: Address, point: Point, z: bigint): void {
  const { x, y } = point ?? { x: 0n, y: 0n }
  putElement(at, x * z * z)
  putElement(at + Y, y * z * z * z)
  putElement(at + Z, point === undefined ? 0n : z)
  limbs[(at + INFINITY) / 4] = point === undefined ? -1 : 0
}

function getPoint(at: Address): Point {
  if (limbs[(at + INFINITY) / 4] !== 0) return undefined
  const z = inverse(value(get(at + Z)), p)
  return { x: value(get(at)) * z * z % p, y: value(get(at + Y)) * z * z * z % p }
}

function assertJacobian(at: Address): void {
  assertMagnitude(at, 3)
  assertMagnitude(at + Y, 2)
  assertMagnitude(at + Z, 1)
}

const endomorphism = (a: Point): Point => a && { x: BETA * a.x % p, y: a.y }

test("additions: distinct, equal, opposite, infinite, and of equal y", () => {
  const point = fc.bigInt({ min: 1n, max: n - 1n }).map((k) => multiply(k, G)!)
  const z = fc.bigInt({ min: 1n, max: p - 1n })
  fc.assert(
    fc.property(point, point, z, (a, b, z) => {
      const others: Point[] = [b, a, negate(a), endomorphism(a), negate(endomorphism(a))]
      others.push(endomorphism(endomorphism(a)), negate(endomorphism(endomorphism(a))), G)
      for (const other of others) {
        const expected = add(a, other)
        const differ = other!.x !== a.x
        const compute: [string, () => void][] = [
          ["addComplete", () => wasm.addComplete(R, A, B)],
          ["add_var", () => wasm.add_var(R, A, B, A + Z)],
          [
            "addComplete in place",
            () => (wasm.addComplete(A, A, B), limbs.copyWithin(R / 4, A / 4, A / 4 + 40)),
          ],
        ]
        if (differ) compute.push(["addDistinct", () => wasm.addDistinct(R, A, B)])
        for (const [name, run] of compute) {
          putPoint(A, a, z)
          putPoint(B, other, 1n)
          limbs[(R + INFINITY) / 4] = 0
          run()
          assert.deepEqual(getPoint(R), expected, name)
          if (expected !== undefined) assertJacobian(R)
        }
      }
      putPoint(A, undefined, z)
      putPoint(B, b, 1n)
      wasm.addComplete(R, A, B)
      assert.deepEqual(getPoint(R), b)
      putPoint(A, a, z)
      wasm.double(R, A)
      limbs[(R + INFINITY) / 4] = 0
      assert.deepEqual(getPoint(R), add(a, a))
      assertJacobian(R)
    }),
    { numRuns: 25 },
  )
})

test("additions keep their bounds on the most extreme coordinates", () => {
  // Not points of the curve: the formulas are identities of polynomials, and their bounds hold for any limbs.
  const jacobian = fc.tuple(element(3), element(2), element(1))
  fc.assert(
    fc.property(jacobian, fc.tuple(element(1), element(1)), ([X, Yc, Zc], [x, y]) => {
      const run = (compute: () => void): [bigint, bigint, bigint] => {
        put(A, X)
        put(A + Y, Yc)
        put(A + Z, Zc)
        limbs[(A + INFINITY) / 4] = 0
        put(B, x)
        put(B + Y, y)
        compute()
        assertJacobian(R)
        return [value(get(R)), value(get(R + Y)), value(get(R + Z))]
      }
      const [X1, Y1, Z1, x2, y2] = [X, Yc, Zc, x, y].map(value) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      const doubled = run(() => wasm.double(R, A))
      const half = inverse(2n, p)
      const L = 3n * X1 * X1 * half
      const X3 = mod(L * L - 2n * X1 * Y1 * Y1, p)
      assert.deepEqual(doubled, [X3, mod(L * (X1 * Y1 * Y1 - X3) - Y1 ** 4n, p), Y1 * Z1 % p])
      const added = run(() => wasm.addDistinct(R, A, B))
      const [H, S] = [x2 * Z1 * Z1 - X1, y2 * Z1 ** 3n - Y1]
      const X4 = mod(S * S - H ** 3n - 2n * X1 * H * H, p)
      assert.deepEqual(added, [X4, mod(S * (X1 * H * H - X4) - Y1 * H ** 3n, p), mod(Z1 * H, p)])
      run(() => wasm.addComplete(R, A, B))
    }),
    { numRuns: 1000 },
  )
})

test("odd multiples share a Z", () => {
  const table = start + 4096
  for (const k of [1n, 2n, LAMBDA, n - 1n, 0xdeadbeefn]) {
    const point = multiply(k, G)!
    putPoint(A, point, 1n)
    wasm.oddMultiples(table, 8, B, A)
    const z = inverse(value(get(B)), p)
    for (let i = 0; i < 8; i++) {
      const entry = table + i * AFFINE
      assertMagnitude(entry, 1)
      assertMagnitude(entry + Y, 1)
      assert.deepEqual(
        { x: value(get(entry)) * z * z % p, y: value(get(entry + Y)) * z ** 3n % p },
        multiply(BigInt(2 * i + 1), point),
      )
    }
  }
})

test("the odd multiples of shifted points are affine", () => {
  const table = start + 4096
  for (const [k, span] of [[1n, 16], [LAMBDA, 64], [0xdeadbeefn, 16]] as const) {
    const point = multiply(k, G)!
    putPoint(A, point, 1n)
    wasm.shiftedMultiples(table, 128, span, 4, A)
    for (let at = 0; at < 128; at += span) {
      for (let i = 0; i < 4; i++) {
        const entry = table + (at / 16 * 4 + i) * AFFINE
        assertMagnitude(entry, 1)
        assertMagnitude(entry + Y, 1)
        assert.deepEqual(
          { x: value(get(entry)), y: value(get(entry + Y)) },
          multiply(BigInt(2 * i + 1) << BigInt(at), point),
          `${2 * i + 1} * 2^${at} * ${k} * G`,
        )
      }
    }
  }
})
