import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  A,
  type Address,
  AFFINE,
  B,
  get,
  getWords,
  putWords,
  R,
  start,
  value,
  wasm,
} from "./parts.ts"
import { fromBytes, inverse, LAMBDA, mod, n, p } from "./reference/secp256k1.ts"
import { hmacSha256 } from "./reference/sha256.ts"

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

test("nonces: the first that RFC 6979 gives, and those after one that will not do", () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const bytes = new Uint8Array(wasm.memory.buffer)
  fc.assert(
    fc.property(bytes32, bytes32, (key, digest) => {
      // §3.2, steps b to g.
      let K = new Uint8Array(32)
      let V = new Uint8Array(32).fill(1)
      const update = (...more: number[]): void => {
        K = hmacSha256(K, new Uint8Array([...V, ...more]))
        V = hmacSha256(K, V)
      }
      update(0, ...key, ...digest)
      update(1, ...key, ...digest)
      bytes.set(key, A)
      bytes.set(digest, B)
      wasm.startNonces(A, B)
      for (let i = 0; i < 3; i++) {
        V = hmacSha256(K, V)
        wasm.nextNonce(R)
        assert.equal(getWords(R), fromBytes(V))
        // Step h.3.
        update(0)
        wasm.refuseNonce()
      }
    }),
    { numRuns: 20 },
  )
})
