import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { maddIsFused } from "./fused.ts"
import { compile, instantiate } from "./instance.ts"
import { add, G, inverse, mod, multiply, n, negate, p, type Point } from "./reference/secp256k1.ts"
import { hex } from "./wasm/pair-parts.ts"

type Address = number

/** The exports of assembly/pair-parts.ts. */
interface Parts {
  readonly memory: WebAssembly.Memory
  heap(): Address
  mul2(r: Address, a: Address, b: Address): void
  sqr2(r: Address, a: Address): void
  combine(r: Address, a: Address, k: Address, b: Address, m: Address): void
  double2(a: Address): void
  addDistinct2(a: Address, b: Address): void
  add2_var(a: Address, b: Address, zz: Address): number
  fromAffine2(r: Address, b: Address): void
  oddMultiples2(table: Address, size: number, sharedZZ: Address, p: Address): void
  shiftedMultiples(table: Address, bits: number, span: number, size: number, p: Address): void
  lookup2(r: Address, table: Address, size: number, index: number, negative: number): void
  fromElements(r: Address, a: Address, b: Address): void
  toElement(r: Address, pair: Address, lane: number): void
  fromWords(r: Address, a: Address): void
  toWords(r: Address, a: Address): void
}

const skip = maddIsFused() ? false : "multiply-adds are not fused here, so this build is not used"

const wasm = skip === false ? instantiate<Parts>(compile(hex)) : undefined!
const doubles = new Float64Array(wasm?.memory.buffer ?? new ArrayBuffer(0))
const words = new Int32Array(doubles.buffer)
const start = wasm?.heap() ?? 0
const [A, ZZ, B] = [start, start + 80, start + 160]
const [R, K, E] = [start + 240, start + 320, start + 400]

const POSITIONS = [0n, 52n, 103n, 154n, 205n]
// The bounds of assembly/pair.ts.
const WEAK = [2 ** 51 + 2 ** 38, ...Array<number>(4).fill(2 ** 50 + 2 ** 12)]

/** Limbs of a weak element: each extreme, near it, a power of two, or anything between. */
const weak: fc.Arbitrary<number[]> = fc.tuple(...WEAK.map((most) =>
  fc.oneof(
    fc.constantFrom(most, -most, most - 1, 1 - most, most - 2 ** 12, 0, 1, -1),
    fc.tuple(fc.nat({ max: 49 }), fc.constantFrom(1, -1)).map(([bit, sign]) => sign * 2 ** bit),
    fc.maxSafeInteger().map((any) => Math.round(any / 2 ** 53 * most)),
  )
))

const put = (at: Address, lane: number, limbs: readonly number[]): void =>
  limbs.forEach((limb, i) => doubles[(at + 16 * i) / 8 + lane] = limb)
const get = (at: Address, lane: number): number[] =>
  POSITIONS.map((_, i) => doubles[(at + 16 * i) / 8 + lane]!)
const value = (limbs: readonly number[]): bigint =>
  mod(limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << POSITIONS[i]!), 0n), p)

function assertWeak(at: Address): void {
  for (const lane of [0, 1]) {
    get(at, lane).forEach((limb, i) => {
      assert.ok(Number.isInteger(limb) && Math.abs(limb) <= WEAK[i]!, `limb ${i} is ${limb}`)
    })
  }
}

test("products and squares of extreme limbs are exact and weak", { skip }, () => {
  fc.assert(
    fc.property(weak, weak, weak, weak, (a0, a1, b0, b1) => {
      put(A, 0, a0)
      put(A, 1, a1)
      put(B, 0, b0)
      put(B, 1, b1)
      wasm.mul2(R, A, B)
      assertWeak(R)
      assert.equal(value(get(R, 0)), value(a0) * value(b0) % p)
      assert.equal(value(get(R, 1)), value(a1) * value(b1) % p)
      wasm.sqr2(R, A)
      assertWeak(R)
      assert.equal(value(get(R, 0)), value(a0) ** 2n % p)
      assert.equal(value(get(R, 1)), value(a1) ** 2n % p)
    }),
    { numRuns: 4000 },
  )
})

test("products of all signs of the most extreme limbs are exact and weak", { skip }, () => {
  const signed = (bits: number, limbs: readonly number[]) =>
    limbs.map((limb, i) => (bits >> i) & 1 ? limb : -limb)
  for (let a = 0; a < 32; a++) {
    for (let b = 0; b < 32; b++) {
      const [x, y] = [signed(a, WEAK), signed(b, WEAK)]
      put(A, 0, x)
      put(A, 1, y)
      put(B, 0, y)
      put(B, 1, x.map((limb) => limb - Math.sign(limb)))
      wasm.mul2(R, A, B)
      assertWeak(R)
      assert.equal(value(get(R, 0)), value(x) * value(y) % p)
      assert.equal(value(get(R, 1)), value(y) * value(get(B, 1)) % p)
      wasm.sqr2(R, A)
      assertWeak(R)
      assert.equal(value(get(R, 0)), value(x) ** 2n % p)
    }
  }
})

test("combinations of extreme limbs are exact and weak", { skip }, () => {
  // Those that assembly/pair-point.ts has: three weak ones at most, or a power of two of one.
  const pairs = [[1, 0], [2, 0], [3, 0], [4, 0], [8, 0], [0, 0], [1, 1], [1, -1], [1, -2], [0, -1]]
  fc.assert(
    fc.property(weak, weak, fc.constantFrom(...pairs), (a, b, [k, m]) => {
      for (const lane of [0, 1]) {
        put(A, lane, a)
        put(B, lane, b)
      }
      doubles.fill(k!, K / 8, K / 8 + 2)
      doubles.fill(m!, E / 8, E / 8 + 2)
      wasm.combine(R, A, K, B, E)
      assertWeak(R)
      const expected = mod(BigInt(k!) * value(a) + BigInt(m!) * value(b), p)
      for (const lane of [0, 1]) assert.equal(value(get(R, lane)), expected)
    }),
    { numRuns: 2000 },
  )
})

function putWords(at: Address, integer: bigint): void {
  for (let i = 0n; i < 8n; i++) {
    words[at / 4 + Number(i)] = Number(BigInt.asIntN(32, integer >> (32n * i)))
  }
}

function getWords(at: Address): bigint {
  return Array.from(words.subarray(at / 4, at / 4 + 8))
    .reduceRight((integer, word) => (integer << 32n) + BigInt(word >>> 0), 0n)
}

test("elements become pairs and come back", { skip }, () => {
  const [first, second] = [start + 1024, start + 1072]
  const integer = fc.oneof(
    fc.bigInt({ min: 0n, max: p - 1n }),
    fc.constantFrom(0n, 1n, p - 1n, 2n ** 255n, 2n ** 255n - 1n, 2n ** 52n, 2n ** 51n - 1n),
  )
  fc.assert(fc.property(integer, integer, (a, b) => {
    putWords(start + 1120, a)
    wasm.fromWords(first, start + 1120)
    putWords(start + 1120, b)
    wasm.fromWords(second, start + 1120)
    wasm.fromElements(A, first, second)
    assertWeak(A)
    assert.deepEqual([value(get(A, 0)), value(get(A, 1))], [a, b])
  }))
  // The bounds of magnitude 1 in assembly/field.ts.
  const limb = (most: number) =>
    fc.oneof(fc.constantFrom(most, -most, 0, 1, -1), fc.integer({ min: -most, max: most }))
  const most = Array.from({ length: 9 }, (_, k) => k < 8 ? 2 ** 28 + 2 ** 21 : 2 ** 24)
  const element = fc.tuple(...most.map(limb))
  const sum = (limbs: readonly number[]) =>
    mod(limbs.reduceRight((sum, limb) => (sum << 29n) + BigInt(limb), 0n), p)
  fc.assert(
    fc.property(element, element, (a, b) => {
      words.set(a, first / 4)
      words.set(b, second / 4)
      wasm.fromElements(A, first, second)
      assertWeak(A)
      assert.deepEqual([value(get(A, 0)), value(get(A, 1))], [sum(a), sum(b)])
    }),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(weak, fc.constantFrom(0, 1), (limbs, lane) => {
      put(A, lane, limbs)
      wasm.toElement(first, A, 8 * lane)
      wasm.toWords(second, first)
      assert.equal(getWords(second), value(limbs))
    }),
    { numRuns: 2000 },
  )
})

function putPair(at: Address, low: bigint, high: bigint): void {
  const [first, second, integer] = [start + 1024, start + 1072, start + 1120]
  putWords(integer, mod(low, p))
  wasm.fromWords(first, integer)
  putWords(integer, mod(high, p))
  wasm.fromWords(second, integer)
  wasm.fromElements(at, first, second)
}

function putPoint(point: NonNullable<Point>, z: bigint): void {
  putPair(A, point.x * z * z, point.y * z ** 3n)
  putPair(ZZ, z * z, z ** 3n)
}

/** The affine point of (X, Y) at `at`, for what is at `zz`. */
function getPoint(at: Address = A, zz: Address = ZZ): Point {
  assertWeak(at)
  assertWeak(zz)
  const [square, cube] = [value(get(zz, 0)), value(get(zz, 1))]
  assert.equal(square ** 3n % p, cube ** 2n % p)
  return {
    x: value(get(at, 0)) * inverse(square, p) % p,
    y: value(get(at, 1)) * inverse(cube, p) % p,
  }
}

const point = fc.bigInt({ min: 1n, max: n - 1n }).map((k) => multiply(k, G)!)

test("doublings and additions agree with the reference", { skip }, () => {
  const z = fc.bigInt({ min: 1n, max: p - 1n })
  fc.assert(
    fc.property(point, point, z, (a, b, z) => {
      for (const other of [b, a, negate(a)!]) {
        const expected = add(a, other)
        for (const name of other.x === a.x ? ["add2_var"] : ["add2_var", "addDistinct2"]) {
          putPoint(a, z)
          putPair(B, other.x, other.y)
          if (name === "addDistinct2") wasm.addDistinct2(A, B)
          else if (wasm.add2_var(A, B, ZZ) !== 0) {
            assert.equal(expected, undefined)
            continue
          }
          assert.deepEqual(getPoint(), expected, name)
        }
      }
      putPoint(a, z)
      wasm.double2(A)
      assert.deepEqual(getPoint(), add(a, a))
      putPair(B, b.x, b.y)
      wasm.fromAffine2(A, B)
      assert.deepEqual(getPoint(), b)
    }),
    { numRuns: 40 },
  )
})

test("doublings and additions are exact and weak on the most extreme coordinates", { skip }, () => {
  // Not points of the curve: the formulas are identities of polynomials.
  fc.assert(
    fc.property(weak, weak, weak, weak, weak, weak, (X, Y, square, cube, x, y) => {
      const prepare = (): void => {
        put(A, 0, X)
        put(A, 1, Y)
        put(ZZ, 0, square)
        put(ZZ, 1, cube)
        put(B, 0, x)
        put(B, 1, y)
      }
      const result = (): bigint[] => {
        assertWeak(A)
        assertWeak(ZZ)
        return [A, ZZ].flatMap((at) => [value(get(at, 0)), value(get(at, 1))])
      }
      const [X1, Y1, ZZ1, ZZZ1, x2, y2] = [X, Y, square, cube, x, y].map(value) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      prepare()
      wasm.double2(A)
      const [M, V] = [3n * X1 * X1, 4n * Y1 * Y1]
      const X3 = mod(M * M - 2n * X1 * V, p)
      assert.deepEqual(result(), [
        X3,
        mod(M * (X1 * V - X3) - 8n * Y1 ** 4n, p),
        V * ZZ1 % p,
        2n * Y1 * V * ZZZ1 % p,
      ])
      const P = mod(x2 * ZZ1 - X1, p)
      const R = mod(y2 * ZZZ1 - Y1, p)
      const X4 = mod(R * R - P ** 3n - 2n * X1 * P * P, p)
      prepare()
      wasm.addDistinct2(A, B)
      assert.deepEqual(result(), [
        X4,
        mod(R * (X1 * P * P - X4) - Y1 * P ** 3n, p),
        ZZ1 * P ** 2n % p,
        ZZZ1 * P ** 3n % p,
      ])
    }),
    { numRuns: 1500 },
  )
})

test("odd multiples share ZZ and ZZZ", { skip }, () => {
  fc.assert(
    fc.property(point, (a) => {
      const [table, zz] = [start + 2048, start + 1600]
      putPair(B, a.x, a.y)
      wasm.oddMultiples2(table, 8, zz, B)
      for (let i = 0; i < 8; i++) {
        assert.deepEqual(getPoint(table + 80 * i, zz), multiply(BigInt(2 * i + 1), a))
      }
    }),
    { numRuns: 5 },
  )
})

test("the odd multiples of shifted points are affine", { skip }, () => {
  const one = start + 1600
  putPair(one, 1n, 1n)
  fc.assert(
    fc.property(point, (a) => {
      const [table, affine] = [start + 2048, start + 1280]
      putWords(R, a.x)
      wasm.fromWords(affine, R)
      putWords(R, a.y)
      wasm.fromWords(affine + 48, R)
      wasm.shiftedMultiples(table, 128, 16, 4, affine)
      for (let block = 0n; block < 8n; block++) {
        for (let i = 0n; i < 4n; i++) {
          const entry = table + 80 * Number(4n * block + i)
          const expected = multiply((2n * i + 1n) << (16n * block), a)
          assert.deepEqual(getPoint(entry, one), expected, `${i} of block ${block}`)
        }
      }
    }),
    { numRuns: 3 },
  )
})

test("a table is read whole, and y takes the sign", { skip }, () => {
  fc.assert(
    fc.property(fc.array(weak, { minLength: 8, maxLength: 8 }), fc.nat(3), fc.boolean(), (
      entries,
      index,
      negative,
    ) => {
      const table = start + 2048
      entries.forEach((limbs, i) => put(table + 80 * (i >> 1), i & 1, limbs))
      wasm.lookup2(R, table, 4, index, negative ? -1 : 0)
      assert.deepEqual(get(R, 0), entries[2 * index])
      assert.deepEqual(
        get(R, 1).map((limb) => limb + 0),
        entries[2 * index + 1]!.map((limb) => (negative ? -limb : limb) + 0),
      )
    }),
    { numRuns: 100 },
  )
})
