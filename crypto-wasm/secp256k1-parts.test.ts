import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { compile, instantiate } from "./instance.ts"
import { add, G, inverse, mod, multiply, n, negate, p, type Point } from "./reference/secp256k1.ts"
import { hex } from "./wasm/secp256k1-parts.ts"

type Address = number

/** The exports of assembly/secp256k1-parts.ts. */
interface Parts {
  readonly memory: WebAssembly.Memory
  heap(): Address
  mul(r: Address, a: Address, b: Address): void
  sqr(r: Address, a: Address): void
  mulLessMul(r: Address, a: Address, b: Address, c: Address, d: Address): void
  mulLessSqr(r: Address, a: Address, b: Address, c: Address): void
  add(r: Address, a: Address, b: Address): void
  sub(r: Address, a: Address, b: Address): void
  subTwice(r: Address, a: Address, b: Address): void
  half(r: Address, a: Address): void
  threeHalves(r: Address, a: Address): void
  carry(r: Address, a: Address): void
  isZero(a: Address): number
  toWords(r: Address, a: Address): void
  fromWords(r: Address, a: Address): void
  invertElement(r: Address, a: Address): void
  invertScalar(r: Address, a: Address): void
  invertScalar_var(r: Address, a: Address): void
  mulScalars(r: Address, a: Address, b: Address): void
  split(k1: Address, k2: Address, k: Address): void
  double(r: Address, a: Address): void
  addDistinct(r: Address, a: Address, b: Address): void
  addComplete(r: Address, a: Address, b: Address): void
  add_var(r: Address, a: Address, b: Address, z: Address): void
  oddMultiples(table: Address, size: number, sharedZ: Address, p: Address): void
  invertAll(a: Address, count: number, stride: number): void
  shiftedMultiples(table: Address, bits: number, span: number, size: number, p: Address): void
  addTerms_var(
    scalar: Address,
    bits: number,
    width: number,
    table: Address,
    span: number,
    marks: number,
  ): void
  termBefore(doublings: number): number
  nextTerm(term: number): number
  entryOf(term: number): Address
  marksOf(term: number): number
  wipeTerms(): void
}

const wasm = instantiate<Parts>(compile(hex))
const limbs = new Int32Array(wasm.memory.buffer)
const start = wasm.heap()
const [A, B, R] = [start, start + 256, start + 512]
const [Y, Z, INFINITY, AFFINE] = [48, 96, 144, 96]

// The rules of assembly/field.ts.
const LIMB = 2 ** 28 + 2 ** 21
const TOP = 2 ** 24

/** Limb lists of a magnitude: each limb extreme, one away from it, or anything between. */
function element(magnitude: number): fc.Arbitrary<number[]> {
  const limb = (most: number): fc.Arbitrary<number> =>
    fc.oneof(
      fc.constantFrom(most, -most, most - 1, 1 - most, most / 2, -most / 2, 0, 1, -1),
      fc.integer({ min: -most, max: most }),
    )
  return fc.tuple(...Array.from({ length: 9 }, (_, k) => limb(magnitude * (k < 8 ? LIMB : TOP))))
}

const put = (at: Address, element: readonly number[]): void => limbs.set(element, at / 4)
const get = (at: Address): number[] => Array.from(limbs.subarray(at / 4, at / 4 + 9))
const sum = (element: readonly number[]): bigint =>
  element.reduceRight((value, limb) => (value << 29n) + BigInt(limb), 0n)
const value = (element: readonly number[]): bigint => mod(sum(element), p)

function putWords(at: Address, integer: bigint): void {
  for (let i = 0n; i < 8n; i++) {
    limbs[at / 4 + Number(i)] = Number(BigInt.asIntN(32, integer >> (32n * i)))
  }
}
const getWords = (at: Address): bigint =>
  Array.from(limbs.subarray(at / 4, at / 4 + 8))
    .reduceRight((integer, word) => (integer << 32n) + BigInt(word >>> 0), 0n)

function assertMagnitude(at: Address, magnitude: number): void {
  get(at).forEach((limb, k) => {
    assert.ok(Math.abs(limb) <= magnitude * (k < 8 ? LIMB : TOP), `limb ${k} is ${limb}`)
  })
}

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

test("inverses modulo p and n, and products and halves of scalars", () => {
  const integer = fc.oneof(
    fc.bigInt({ min: 0n, max: n - 1n }),
    fc.tuple(fc.nat({ max: 255 }), fc.integer({ min: -2, max: 2 }))
      .map(([bit, by]) => mod((1n << BigInt(bit)) + BigInt(by), n)),
    fc.constantFrom(0n, 1n, 2n, n - 1n, n - 2n, n / 2n, n / 2n + 1n),
  )
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      putWords(A, a)
      putWords(B, b)
      wasm.invertScalar(R, A)
      assert.equal(getWords(R), inverse(a, n))
      wasm.invertScalar_var(R, A)
      assert.equal(getWords(R), inverse(a, n))
      wasm.mulScalars(R, A, B)
      assert.equal(getWords(R), a * b % n)
      wasm.fromWords(B, A)
      wasm.invertElement(R, B)
      assert.equal(value(get(R)), inverse(a, p))
    }),
    { numRuns: 500 },
  )
})

const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n

test("a scalar splits into two of 128 bits, and the lattice leaves no room for less", () => {
  const half = (at: Address): bigint => getWords(at) > n / 2n ? getWords(at) - n : getWords(at)
  const integer = fc.oneof(
    fc.bigInt({ min: 0n, max: n - 1n }),
    fc.tuple(fc.constantFrom(0n, LAMBDA, n / 2n, n - LAMBDA), fc.bigInt({ min: -9n, max: 9n }))
      .map(([around, by]) => mod(around + by, n)),
  )
  fc.assert(
    fc.property(integer, (k) => {
      putWords(A, k)
      wasm.split(B, R, A)
      const [k1, k2] = [half(B), half(R)]
      assert.equal(mod(k1 + k2 * LAMBDA, n), k)
      for (const part of [k1, k2]) assert.ok(part > -(2n ** 128n) && part < 2n ** 128n, `${part}`)
    }),
    { numRuns: 1000 },
  )
  // ecdh.ts relies on it: a reduced basis (Gauss) starts with a shortest vector, and a vector that is no
  // shorter has a coordinate of at least its length / sqrt(2).
  const [a1, b1] = [0x3086d221a7d46bcde86c90e49284eb15n, -0xe4437ed6010e88286f547fa90abfe4c3n]
  const [a2, b2] = [a1 - b1, a1]
  for (const [u, v] of [[a1, b1], [a2, b2]] as const) assert.equal(mod(u + v * LAMBDA, n), 0n)
  assert.equal(a1 * b2 - a2 * b1, n)
  const shortest = a1 * a1 + b1 * b1
  const dot = a1 * a2 + b1 * b2
  assert.ok(shortest <= a2 * a2 + b2 * b2 && 2n * (dot < 0n ? -dot : dot) <= shortest)
  assert.ok(shortest > 2n * (2n ** 127n) ** 2n)
})

/** Writes a point with a chosen Z, or infinity, its coordinates moved by multiples of p where they may be. */
function putPoint(at: Address, point: Point, z: bigint): void {
  const { x, y } = point ?? { x: 0n, y: 0n }
  putElement(at, x * z * z)
  putElement(at + Y, y * z * z * z)
  putElement(at + Z, point === undefined ? 0n : z)
  limbs[(at + INFINITY) / 4] = point === undefined ? -1 : 0
}

function putElement(at: Address, integer: bigint): void {
  putWords(R + 256, mod(integer, p))
  wasm.fromWords(at, R + 256)
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

const BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een
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

test("the terms of a scalar add up to it, each after its doublings", () => {
  const [NEGATIVE, MARK] = [1, 4]
  /** What the terms mean: the table of span 16 has 2^(width - 2) odd multiples in a block. */
  const sum = (bits: number, width: number, span: number, table: Address): bigint => {
    let total = 0n
    for (let doublings = 0; doublings <= 128; doublings++) {
      for (let term = wasm.termBefore(doublings); term !== 0; term = wasm.nextTerm(term)) {
        const index = (wasm.entryOf(term) - table) / AFFINE
        const block = Math.floor(index / 2 ** (width - 2))
        assert.ok(Number.isInteger(index) && block < bits / 16 && block % (span / 16) === 0)
        // Only the highest block may be doubled as often as there are bits in one.
        assert.ok(doublings < span || (doublings === span && block * 16 + span === bits))
        const digit = BigInt(2 * (index - block * 2 ** (width - 2)) + 1)
        const marks = wasm.marksOf(term)
        assert.equal(marks & ~NEGATIVE, MARK)
        total += (marks & NEGATIVE ? -digit : digit) << BigInt(16 * block + doublings)
      }
    }
    return total
  }
  const check = (scalar: bigint, bits: number): void => {
    for (const [width, span] of [[5, 128], [6, 16], [8, 16], [8, 128]] as const) {
      const table = start + 4096
      putWords(A, mod(scalar, n))
      wasm.wipeTerms()
      wasm.addTerms_var(A, bits, width, table, span, MARK)
      assert.equal(sum(bits, width, span, table), scalar)
    }
    wasm.wipeTerms()
  }
  const runs = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 40 })
    .map((runs) =>
      runs.reduce(
        (x, [ones, length]) => (x << BigInt(length)) + (ones ? (1n << BigInt(length)) - 1n : 0n),
        1n,
      )
    )
  const signed = fc.oneof(runs, fc.bigInt({ min: 0n, max: 2n ** 256n })).chain((x) =>
    fc.constantFrom(x, -x)
  )
  const within = (x: bigint, most: bigint) => x % (most + 1n)
  fc.assert(
    fc.property(signed, (x) => {
      check(within(x, n / 2n), 256)
      check(within(x, 2n ** 128n - 1n), 128)
    }),
    { numRuns: 300 },
  )
  for (const x of [0n, 1n, -1n, 2n ** 128n - 1n, 1n - 2n ** 128n, 2n ** 127n, n / 2n, -(n / 2n)]) {
    check(x, 256)
    if (x < 2n ** 128n && x > -(2n ** 128n)) check(x, 128)
  }
})
