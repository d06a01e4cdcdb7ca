import { secp256k1 } from "@wafer/crypto"
import { secp256k1 as noble } from "@noble/curves/secp256k1.js"
import * as tiny from "tiny-secp256k1"
import type { Contest, Rival } from "../contest.ts"
import { nativeSecp256k1 } from "./native-secp256k1.ts"

const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))

const secretKey = random()
const publicKey = secp256k1.getPublicKey(secretKey)
const peer = secp256k1.getPublicKey(random())
const digest = random()
const { signature, recovery } = secp256k1.sign(digest, secretKey)
const recovered = new Uint8Array([recovery, ...signature])
const verifier = secp256k1.verifier(publicKey)
const options = { prehash: false, lowS: true } as const

const ifNative = (run: (native: NonNullable<typeof nativeSecp256k1>) => () => unknown): Rival[] =>
  nativeSecp256k1 === undefined ? [] : [{ name: "secp256k1 (native)", run: run(nativeSecp256k1) }]

/** Keys and shared points are 65 bytes everywhere. */
export const curve: readonly Contest[] = [
  {
    name: "secp256k1 shared point",
    rivals: [
      { name: "wafer", run: () => secp256k1.sharedPoint(secretKey, peer) },
      ...ifNative((native) => () => native.sharedPoint(secretKey, peer)),
      { name: "tiny-secp256k1", run: () => tiny.pointMultiply(peer, secretKey, false) },
      { name: "noble", run: () => noble.getSharedSecret(secretKey, peer, false) },
    ],
  },
  {
    name: "secp256k1 public key",
    rivals: [
      { name: "wafer", run: () => secp256k1.getPublicKey(secretKey) },
      ...ifNative((native) => () => native.getPublicKey(secretKey)),
      { name: "tiny-secp256k1", run: () => tiny.pointFromScalar(secretKey, false) },
      { name: "noble", run: () => noble.getPublicKey(secretKey, false) },
    ],
  },
  {
    name: "secp256k1 sign",
    rivals: [
      { name: "wafer", run: () => secp256k1.sign(digest, secretKey) },
      ...ifNative((native) => () => native.sign(digest, secretKey)),
      { name: "tiny-secp256k1", run: () => tiny.signRecoverable(digest, secretKey) },
      {
        name: "noble",
        run: () => noble.sign(digest, secretKey, { ...options, format: "recovered" }),
      },
    ],
  },
  {
    name: "secp256k1 verify",
    rivals: [
      { name: "wafer", run: () => secp256k1.verify(signature, digest, publicKey) },
      ...ifNative((native) => () => native.verify(signature, digest, publicKey)),
      { name: "tiny-secp256k1", run: () => tiny.verify(digest, publicKey, signature, true) },
      { name: "noble", run: () => noble.verify(signature, digest, publicKey, options) },
    ],
  },
  {
    // What a reader of a history does: the rivals have no such thing, and take the key each time.
    name: "secp256k1 verify, one key again and again",
    rivals: [
      { name: "wafer", run: () => verifier(signature, digest) },
      ...ifNative((native) => () => native.verify(signature, digest, publicKey)),
      { name: "tiny-secp256k1", run: () => tiny.verify(digest, publicKey, signature, true) },
      { name: "noble", run: () => noble.verify(signature, digest, publicKey, options) },
    ],
  },
  {
    name: "secp256k1 recover",
    rivals: [
      { name: "wafer", run: () => secp256k1.recover(signature, recovery, digest) },
      ...ifNative((native) => () => native.recover(signature, recovery, digest)),
      {
        name: "tiny-secp256k1",
        run: () => tiny.recover(digest, signature, recovery as 0 | 1, false),
      },
      { name: "noble", run: () => noble.recoverPublicKey(recovered, digest, { prehash: false }) },
    ],
  },
]
