import { secp256k1 as noble } from "@noble/curves/secp256k1.js"
import fc from "fast-check"
import assert from "node:assert/strict"
import { fromHex, toHex, vectors } from "../tests/vectors.ts"
import { type Build, choose, enter } from "./curve.ts"
import { CryptoError } from "./error.ts"
import { secp256k1, sha256 } from "./mod.ts"
import * as reference from "./reference/secp256k1.ts"
import { fails, onEachCurve as test } from "./testing.ts"

const { G, LAMBDA, mod, n, p, toBytes } = reference

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Scalars in [1, n): random ones and the small, the large and those near powers of LAMBDA. */
const near = [
  0n,
  1n,
  n / 2n,
  LAMBDA,
  n - LAMBDA,
  mod(LAMBDA * 2n, n),
  1n << 128n,
  (1n << 132n) - 1n,
]
const scalar: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 1n, max: n - 1n }),
  fc.tuple(fc.constantFrom(...near), fc.bigInt({ min: -40n, max: 40n }))
    .map(([around, by]) => mod(around + by, n) || 1n),
)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** What `verify` says, which a verifier made for the key has to say too. */
function verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  const holds = secp256k1.verify(signature, digest, publicKey)
  assert.equal(secp256k1.verifier(publicKey)(signature, digest), holds)
  return holds
}

test("vectors: shared points, signatures, recovered keys", () => {
  for (const { input, output } of vectors("primitives", "ecdh")) {
    const a = fromHex(input.privateKeyA)
    const b = fromHex(input.privateKeyB)
    assert.equal(toHex(secp256k1.getPublicKey(a)), output.publicKeyA)
    assert.equal(toHex(secp256k1.getPublicKey(b)), output.publicKeyB)
    assert.equal(toHex(secp256k1.sharedPoint(a, fromHex(output.publicKeyB))), output.sharedSecret65)
    assert.equal(toHex(secp256k1.sharedPoint(b, fromHex(output.publicKeyA))), output.sharedSecret65)
  }
  for (const { input, output } of vectors("primitives", "ecdsa")) {
    const digest = fromHex(input.digest)
    const { signature, recovery } = secp256k1.sign(digest, fromHex(input.privateKey))
    assert.equal(toHex(signature), output.signature.bytes)
    assert.equal(recovery, output.signature.recovery)
    assert.equal(verify(signature, digest, fromHex(output.publicKey)), true)
    assert.equal(toHex(secp256k1.recover(signature, recovery, digest)), output.publicKey)
  }
  for (const { input, output } of vectors("primitives", "eip191")) {
    const key = fromHex(input.walletPrivateKey)
    const { signature, recovery } = secp256k1.sign(fromHex(output.digest), key)
    assert.equal(toHex(signature), output.compact)
    assert.equal(recovery, output.recovery)
  }
})

test("RFC 6979 nonces: the values that secp256k1 implementations share", () => {
  const cases = [
    [
      "1",
      "Satoshi Nakamoto",
      "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    ],
    [
      "1",
      "All those moments will be lost in time, like tears in rain. Time to die...",
      "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
    ],
    [
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
      "Satoshi Nakamoto",
      "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
    ],
    [
      "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181",
      "Alan Turing",
      "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
    ],
    [
      "e91671c46231f833a6406ccbea0e3e392c76c167bac1cb013f6f1013980455c2",
      "There is a computer disease that anybody who works with computers knows about. It's a very serious disease and it interferes completely with the work. The trouble with computers is that you 'play' with them!",
      "b552edd27580141f3b2a5463048cb7cd3e047b97c9f98076c32dbdf85a68718b279fa72dd19bfae05577e06c7c0c1900c371fcd5893f7e1d56a37d30174671f6",
    ],
  ] as const
  for (const [key, message, expected] of cases) {
    const secretKey = fromHex(key.padStart(64, "0"))
    assert.equal(toHex(secp256k1.sign(sha256(text(message)), secretKey).signature), expected)
  }
})

test("multiples of G: small ones, large ones, and what the endomorphism makes of them", () => {
  const generator = reference.encode(G!)
  for (const around of near) {
    let k = mod(around - 20n, n)
    let point = reference.multiply(k, G)
    for (let i = 0; i < 40; i++, k = mod(k + 1n, n), point = reference.add(point, G)) {
      if (k === 0n) continue
      const expected = toHex(reference.encode(point!))
      assert.equal(toHex(secp256k1.getPublicKey(toBytes(k))), expected, `${k} * G from the table`)
      assert.equal(toHex(secp256k1.sharedPoint(toBytes(k), generator)), expected, `${k} * G`)
    }
  }
})

test("property: shared points agree with the reference and with @noble/curves", () => {
  fc.assert(
    fc.property(scalar, scalar, (a, b) => {
      const peer = secp256k1.getPublicKey(toBytes(b))
      const shared = toHex(secp256k1.sharedPoint(toBytes(a), peer))
      assert.equal(toHex(peer), toHex(reference.encode(reference.multiply(b, G)!)))
      assert.equal(shared, toHex(reference.encode(reference.multiply(a * b, G)!)))
      assert.equal(shared, toHex(noble.getSharedSecret(toBytes(a), peer, false)))
      assert.equal(
        shared,
        toHex(secp256k1.sharedPoint(toBytes(b), secp256k1.getPublicKey(toBytes(a)))),
      )
    }),
    { numRuns: 20 },
  )
})

test("property: signatures agree with @noble/curves, verify, and give their key back", () => {
  fc.assert(
    fc.property(scalar, bytes32, (key, digest) => {
      const secretKey = toBytes(key)
      const publicKey = secp256k1.getPublicKey(secretKey)
      const { signature, recovery } = secp256k1.sign(digest, secretKey)
      const expected = noble.sign(digest, secretKey, { prehash: false, format: "recovered" })
      assert.equal(toHex(signature), toHex(expected.subarray(1)))
      assert.equal(recovery, expected[0])
      assert.equal(verify(signature, digest, publicKey), true)
      assert.equal(toHex(secp256k1.recover(signature, recovery, digest)), toHex(publicKey))
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map(reference.fromBytes)
      const hash = reference.fromBytes(digest)
      assert.equal(reference.verify(r!, s!, hash, reference.multiply(key, G)), true)
    }),
    { numRuns: 30 },
  )
})

test("property: any other bit makes a signature false", () => {
  const bit = fc.integer({ min: 0, max: 511 })
  fc.assert(
    fc.property(scalar, bytes32, bit, (key, digest, at) => {
      const publicKey = secp256k1.getPublicKey(toBytes(key))
      const { signature } = secp256k1.sign(digest, toBytes(key))
      signature[at >> 3]! ^= 1 << (at & 7)
      assert.equal(verify(signature, digest, publicKey), false)
      signature[at >> 3]! ^= 1 << (at & 7)
      digest[at >> 4]! ^= 1 << (at & 7)
      assert.equal(verify(signature, digest, publicKey), false)
    }),
    { numRuns: 30 },
  )
})

test("property: verify and recover say what the reference says, of chosen r, s and digest", () => {
  // Small and large numbers on purpose: x = r + n, r = s, digests that cancel, points that meet.
  const chosen = fc.oneof(scalar, fc.constantFrom(0n, 1n, 2n, n - 1n, n, p - n, p - n + 1n, p))
  fc.assert(
    fc.property(chosen, chosen, chosen, scalar, fc.nat(3), (r, s, digest, key, id) => {
      const signature = new Uint8Array([...toBytes(r), ...toBytes(s)])
      const hash = toBytes(digest)
      const point = reference.multiply(key, G)!
      assert.equal(
        verify(signature, hash, reference.encode(point)),
        reference.verify(r, s, digest, point),
      )
      const expected = reference.recover(r, s, id, digest)
      if (expected === undefined) {
        assert.throws(() => secp256k1.recover(signature, id, hash), fails("invalid-signature"))
      } else {
        assert.equal(
          toHex(secp256k1.recover(signature, id, hash)),
          toHex(reference.encode(expected)),
        )
      }
    }),
    { numRuns: 30 },
  )
})

test("verify holds where its sum doubles, cancels or stays at infinity on the way", () => {
  // With s = r the sum is (digest / r) * G + Q. Chosen digests make that 2Q, G + G, Q - 2Q, and nothing at all.
  const r = mod(reference.multiply(7n, G)!.x, n)
  for (const key of [1n, 2n, 3n, 127n, LAMBDA, n - 1n]) {
    for (const times of [1n, -1n, -2n, LAMBDA, 0n]) {
      for (const s of [r, n - r]) {
        const digest = mod(times * key * r, n)
        const signature = new Uint8Array([...toBytes(r), ...toBytes(s)])
        const point = reference.multiply(key, G)!
        for (const nonce of [7n, key * (times + 1n)]) {
          const x = mod((reference.multiply(nonce, G) ?? { x: r }).x, n)
          const claimed = new Uint8Array([...toBytes(x), ...toBytes(s > n / 2n ? n - s : s)])
          assert.equal(
            verify(claimed, toBytes(digest), reference.encode(point)),
            reference.verify(x, s > n / 2n ? n - s : s, digest, point),
          )
        }
        assert.equal(
          verify(signature, toBytes(digest), reference.encode(point)),
          reference.verify(r, s, digest, point),
        )
      }
    }
  }
})

test("a verifier says what verify says where its entries meet each other", () => {
  // Q = k * G with small k, and k of G's own tables: what is added up is equal, opposite or nothing, again and again.
  const small = [1n, 2n, 3n, 5n, 31n, 1n << 16n, 3n << 32n, 31n << 112n, LAMBDA, 3n * LAMBDA]
  const keys = small.flatMap((k) => [mod(k, n), mod(-k, n)])
  const factors = [0n, 1n, 2n, 3n, 31n, (1n << 16n) + 1n, (1n << 128n) - 1n, LAMBDA, LAMBDA + 1n]
  const factor = fc.oneof(
    fc.constantFrom(...factors.flatMap((u) => [mod(u, n), mod(-u, n)])),
    scalar,
  )
  fc.assert(
    fc.property(fc.constantFrom(...keys), factor, factor, (key, u, v) => {
      const [point, sum] = [reference.multiply(key, G)!, reference.multiply(u + v * key, G)]
      const r = sum === undefined ? 7n : mod(sum.x, n)
      if (v === 0n || r === 0n) return
      // s = r / v and digest = u * s make verify add up u * G + v * Q, and -s its negative.
      const s = mod(r * reference.inverse(v, n), n)
      const low = s > n / 2n ? n - s : s
      const digest = toBytes(mod(u * s, n))
      const signature = new Uint8Array([...toBytes(r), ...toBytes(low)])
      assert.equal(verify(signature, digest, reference.encode(point)), sum !== undefined)
    }),
    { numRuns: 60 },
  )
})

test("verifiers stand side by side, and keep to the build that made them", () => {
  const keys = [3n, 4n, n - 3n].map(toBytes)
  const publicKeys = keys.map((key) => secp256k1.getPublicKey(key))
  const verifiers = publicKeys.map((key) => secp256k1.verifier(key))
  publicKeys.forEach((key) => key.fill(0))
  for (const build of ["scalar", "fused"] as Build[]) {
    if (!choose(build)) continue
    for (let i = 0; i < 3; i++) {
      const digest = sha256(keys[i]!)
      const { signature } = secp256k1.sign(digest, keys[i]!)
      verifiers.forEach((verify, k) => assert.equal(verify(signature, digest), k === i))
    }
  }
})

test("x above n: r is x - n, verify finds it and recover needs the id 2", () => {
  // No nonce is known for such a point, but a key can be had for any r and s.
  let x = n + 1n
  while (reference.lift(x, false) === undefined) x++
  const r = x - n
  const digest = toBytes(1234567890n)
  const signature = new Uint8Array([...toBytes(r), ...toBytes(3n)])
  for (const id of [2, 3]) {
    const publicKey = secp256k1.recover(signature, id, digest)
    const expected = reference.recover(r, 3n, id, 1234567890n)!
    assert.equal(toHex(publicKey), toHex(reference.encode(expected)))
    assert.equal(verify(signature, digest, publicKey), true)
  }
})

test("a high s is refused, though its low twin holds", () => {
  const secretKey = toBytes(42n)
  const publicKey = secp256k1.getPublicKey(secretKey)
  const digest = sha256(text("gm"))
  const { signature, recovery } = secp256k1.sign(digest, secretKey)
  const s = reference.fromBytes(signature.subarray(32))
  const high = new Uint8Array([...signature.subarray(0, 32), ...toBytes(n - s)])
  assert.ok(s <= n / 2n)
  assert.equal(verify(signature, digest, publicKey), true)
  assert.equal(verify(high, digest, publicKey), false)
  assert.equal(toHex(secp256k1.recover(high, recovery ^ 1, digest)), toHex(publicKey))
})

test("secret keys: zero, n and above are refused", () => {
  const peer = reference.encode(G!)
  const digest = new Uint8Array(32)
  for (const key of [0n, n, n + 1n, p, 2n ** 256n - 1n]) {
    const secretKey = toBytes(key)
    assert.equal(secp256k1.isValidSecretKey(secretKey), false)
    assert.throws(() => secp256k1.getPublicKey(secretKey), fails("invalid-secret-key"))
    assert.throws(() => secp256k1.sharedPoint(secretKey, peer), fails("invalid-secret-key"))
    assert.throws(() => secp256k1.sign(digest, secretKey), fails("invalid-secret-key"))
  }
  for (const key of [1n, n - 1n]) assert.equal(secp256k1.isValidSecretKey(toBytes(key)), true)
})

test("public keys: off the curve, out of range and other forms are refused", () => {
  const good = reference.encode(G!)
  const with_ = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = good.slice()
    change(bytes)
    return bytes
  }
  const bad = [
    new Uint8Array(65),
    // The first byte of compressed and of hybrid forms, and of none.
    ...[0, 2, 3, 5, 6, 7, 255].map((form) => with_((b) => b[0] = form)),
    with_((b) => b[64]! ^= 1),
    with_((b) => b.set(toBytes(p), 1)),
    with_((b) => b.set(toBytes(2n ** 256n - 1n), 33)),
    // The right residues, but not below p: (p + 1, y) with the y of x = 1.
    new Uint8Array([4, ...toBytes(p + 1n), ...toBytes(reference.lift(1n, false)!.y)]),
    new Uint8Array([4, ...toBytes(0n), ...toBytes(0n)]),
  ]
  for (const publicKey of bad) {
    assert.equal(secp256k1.isValidPublicKey(publicKey), false)
    assert.throws(() => secp256k1.sharedPoint(toBytes(1n), publicKey), fails("invalid-public-key"))
    assert.throws(
      () => secp256k1.verify(new Uint8Array(64), new Uint8Array(32), publicKey),
      fails("invalid-public-key"),
    )
    assert.throws(() => secp256k1.verifier(publicKey), fails("invalid-public-key"))
  }
  assert.equal(secp256k1.isValidPublicKey(good), true)
  const one = reference.encode(reference.lift(1n, false)!)
  assert.equal(secp256k1.isValidPublicKey(one), true)
})

test("wrong lengths and wrong types are refused by name", () => {
  const key = toBytes(1n)
  const peer = reference.encode(G!)
  const [short, long] = [new Uint8Array(31), new Uint8Array(66)]
  const compressed = new Uint8Array([2, ...toBytes(G!.x)])
  const calls: [string, () => unknown][] = [
    ["secretKey", () => secp256k1.getPublicKey(short)],
    ["secretKey", () => secp256k1.sharedPoint(long, peer)],
    ["publicKey", () => secp256k1.sharedPoint(key, compressed)],
    ["digest", () => secp256k1.sign(short, key)],
    ["secretKey", () => secp256k1.sign(key, "key" as unknown as Uint8Array)],
    ["signature", () => secp256k1.verify(long, key, peer)],
    ["digest", () => secp256k1.verify(new Uint8Array(64), short, peer)],
    ["publicKey", () => secp256k1.verify(new Uint8Array(64), key, compressed)],
    ["publicKey", () => secp256k1.verifier(compressed)],
    ["signature", () => secp256k1.verifier(peer)(long, key)],
    ["digest", () => secp256k1.verifier(peer)(new Uint8Array(64), short)],
    ["signature", () => secp256k1.recover(short, 0, key)],
    ["recovery", () => secp256k1.recover(new Uint8Array(64), 4, key)],
    ["recovery", () => secp256k1.recover(new Uint8Array(64), 0.5, key)],
    ["digest", () => secp256k1.recover(new Uint8Array(64), 0, long)],
  ]
  for (const [name, run] of calls) {
    assert.throws(
      run,
      (error) =>
        error instanceof CryptoError && error.code === "invalid-argument" &&
        error.message.includes(`"${name}"`),
    )
  }
  for (const value of [undefined, null, 1, "04", [], {}, short, long, new Uint8Array(0)]) {
    assert.equal(secp256k1.isValidSecretKey(value), false)
    assert.equal(secp256k1.isValidPublicKey(value), false)
  }
})

test("arguments are only read, and results are the caller's", () => {
  const key = toBytes(5n)
  const digest = sha256(text("gm"))
  const { signature } = secp256k1.sign(digest, key)
  const publicKey = secp256k1.getPublicKey(key)
  const before = [key, digest, signature, publicKey].map(toHex)
  verify(signature, digest, publicKey)
  secp256k1.sharedPoint(key, publicKey)
  secp256k1.recover(signature, 0, digest)
  assert.deepEqual([key, digest, signature, publicKey].map(toHex), before)
})

test("after a call the whole memory is the same, whatever the secrets were", () => {
  const { bytes } = enter()
  const peer = secp256k1.getPublicKey(toBytes(99n))
  const digest = sha256(text("gm"))
  // The first calls build the tables of multiples of G, which stay and are public.
  verify(secp256k1.sign(digest, toBytes(99n)).signature, digest, peer)
  const before = bytes.slice()
  fc.assert(
    fc.property(scalar, bytes32, (key, hash) => {
      const secretKey = toBytes(key)
      const publicKey = secp256k1.getPublicKey(secretKey)
      const runs: (() => unknown)[] = [
        () => secp256k1.getPublicKey(secretKey),
        () => secp256k1.sharedPoint(secretKey, peer),
        () => secp256k1.sign(hash, secretKey),
        () => secp256k1.isValidSecretKey(secretKey),
        () => secp256k1.isValidPublicKey(publicKey),
        () => secp256k1.verify(secp256k1.sign(hash, secretKey).signature, hash, publicKey),
        () => secp256k1.verifier(publicKey),
        () => secp256k1.verifier(publicKey)(secp256k1.sign(hash, secretKey).signature, hash),
        () => secp256k1.verifier(publicKey)(new Uint8Array(64).fill(1), hash),
        () => assert.throws(() => secp256k1.verifier(new Uint8Array(65))),
        () => secp256k1.recover(secp256k1.sign(hash, secretKey).signature, 0, hash),
        () => assert.throws(() => secp256k1.sharedPoint(secretKey, new Uint8Array(65))),
        () => assert.throws(() => secp256k1.sign(hash, new Uint8Array(32).fill(255))),
      ]
      for (const run of runs) {
        run()
        const at = bytes.findIndex((byte, i) => byte !== before[i])
        assert.equal(at, -1, `byte ${at} tells of ${run}`)
      }
    }),
    { numRuns: 8 },
  )
})
