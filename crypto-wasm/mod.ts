// A stand-in with the final names, for the curve, while its WebAssembly kernels are written.
import { secp256k1 as curve } from "@noble/curves/secp256k1.js"

export { aes256gcm } from "./aes256gcm.ts"
export { CryptoError, type CryptoErrorCode } from "./error.ts"
export { hkdfSha256, hmacSha256, sha256 } from "./hash.ts"
export { open, seal } from "./seal.ts"

const raw = { prehash: false, lowS: true } as const

export const secp256k1 = {
  getPublicKey: (secretKey: Uint8Array): Uint8Array => curve.getPublicKey(secretKey, false),
  sharedPoint: (secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array =>
    curve.getSharedSecret(secretKey, publicKey, false),
  sign(digest: Uint8Array, secretKey: Uint8Array): { signature: Uint8Array; recovery: number } {
    const s = curve.sign(digest, secretKey, { ...raw, format: "recovered" })
    return { signature: s.subarray(1), recovery: s[0]! }
  },
  verify: (signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean =>
    curve.verify(signature, digest, publicKey, raw),
  recover: (signature: Uint8Array, recovery: number, digest: Uint8Array): Uint8Array =>
    curve.Point.fromBytes(
      curve.recoverPublicKey(new Uint8Array([recovery, ...signature]), digest, { prehash: false }),
    ).toBytes(false),
  isValidSecretKey: (key: Uint8Array): boolean => curve.utils.isValidSecretKey(key),
  isValidPublicKey: (key: Uint8Array): boolean => curve.utils.isValidPublicKey(key, false),
}
