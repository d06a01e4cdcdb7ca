// Wycheproof's secp256k1 files. Keys come as SubjectPublicKeyInfo and signatures as DER or r | s: they are
// taken apart here, strictly, for this package takes neither.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex } from "../tests/vectors.ts"
import { wycheproof, wycheproofAbsent, type WycheproofGroup } from "../tests/wycheproof.ts"
import { secp256k1, sha256 } from "./mod.ts"
import { fails, onEachCurve } from "./testing.ts"

/** id-ecPublicKey, secp256k1, and a bit string of 65 bytes: the one encoding of an uncompressed key. */
const SPKI = "3056301006072a8648ce3d020106052b8104000a034200"

/** The 65 bytes of an SPKI key, or undefined when it is anything but that one encoding. */
function fromSpki(hex: string): Uint8Array | undefined {
  return hex.startsWith(SPKI) && hex.length === SPKI.length + 130
    ? fromHex(hex.slice(SPKI.length))
    : undefined
}

/** A secret key of 32 bytes from an integer with leading zeros. */
function secretKeyOf(hex: string): Uint8Array {
  return fromHex(hex.replace(/^(00)+(?=.{64}$)/, "").padStart(64, "0"))
}

/** r | s from `SEQUENCE { INTEGER r, INTEGER s }` in DER, or undefined when it is anything else. */
function fromDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const signature = new Uint8Array(64)
  let at = 2
  for (const end of [32, 64]) {
    const length = der[at + 1]!
    if (der[at] !== 2 || !(length >= 1 && length <= 33) || at + 2 + length > der.length) {
      return undefined
    }
    const integer = der.subarray(at + 2, at + 2 + length)
    if (integer[0]! >= 0x80) return undefined // negative
    if (length > 1 && integer[0] === 0 && integer[1]! < 0x80) return undefined // a zero too many
    const magnitude = integer[0] === 0 ? integer.subarray(1) : integer
    if (magnitude.length > 32) return undefined
    signature.set(magnitude, end - magnitude.length)
    at += 2 + length
  }
  return at === der.length ? signature : undefined
}

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const hasHighS = (signature: Uint8Array): boolean =>
  BigInt(`0x${toHex(signature.subarray(32))}`) > N / 2n

function withFile(name: string, run: (groups: WycheproofGroup[]) => void): void {
  const groups = wycheproof(name)
  if (groups === undefined) test(`wycheproof ${name}`, { skip: wycheproofAbsent }, () => {})
  else onEachCurve(`wycheproof ${name}`, () => run(groups))
}

withFile("ecdh_secp256k1_test", (groups) => {
  let agreed = 0
  for (const { tcId, ...t } of groups.flatMap((group) => group.tests)) {
    const publicKey = fromSpki(t.public)
    // "Acceptable" ones have other encodings of the key; this package leaves those to whoever parses keys.
    if (publicKey === undefined) {
      assert.notEqual(t.result, "valid", `${tcId}`)
      continue
    }
    // An "acceptable" key with altered bytes may be off the curve: then it has to be refused all the same.
    const valid = t.result === "valid" ||
      (t.result === "acceptable" && secp256k1.isValidPublicKey(publicKey))
    if (valid) {
      const shared = secp256k1.sharedPoint(secretKeyOf(t.private), publicKey)
      assert.equal(toHex(shared.subarray(1, 33)), t.shared, `${tcId}`)
      agreed++
    } else {
      assert.throws(
        () => secp256k1.sharedPoint(secretKeyOf(t.private), publicKey),
        fails("invalid-public-key"),
        `${tcId}`,
      )
    }
  }
  assert.ok(agreed > 400, `only ${agreed} shared points were compared`)
})

function checkVerdicts(
  groups: WycheproofGroup[],
  parse: (bytes: Uint8Array) => Uint8Array | undefined,
): void {
  let held = 0
  for (const group of groups) {
    const publicKey = fromHex(group.publicKey.uncompressed)
    const holds = secp256k1.verifier(publicKey)
    for (const t of group.tests) {
      const signature = parse(fromHex(t.sig))
      const digest = sha256(fromHex(t.msg))
      const verdict = signature !== undefined && secp256k1.verify(signature, digest, publicKey)
      // The one rule that we add to the files': s is low.
      const expected = t.result === "valid" && !hasHighS(signature!)
      assert.equal(verdict, expected, `${t.tcId}: ${t.comment}`)
      if (signature !== undefined) assert.equal(holds(signature, digest), expected, `${t.tcId}`)
      if (verdict) held++
    }
  }
  assert.ok(held > 80, `only ${held} signatures held`)
}

withFile("ecdsa_secp256k1_sha256_test", (groups) => checkVerdicts(groups, fromDer))

withFile(
  "ecdsa_secp256k1_sha256_p1363_test",
  (groups) => checkVerdicts(groups, (bytes) => bytes.length === 64 ? bytes : undefined),
)
