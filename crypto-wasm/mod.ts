// A stand-in with the final names while the WebAssembly kernels are written.
import { gcm } from "@noble/ciphers/aes.js"
import { secp256k1 as curve } from "@noble/curves/secp256k1.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 as sha } from "@noble/hashes/sha2.js"
import { CryptoError } from "./error.ts"

export { CryptoError, type CryptoErrorCode } from "./error.ts"

export const sha256 = (data: Uint8Array): Uint8Array => sha(data)
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(sha, key, data)
export const hkdfSha256 = (
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array => hkdf(sha, ikm, salt, info, length)

export const aes256gcm = {
  encrypt: (
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    aad?: Uint8Array,
  ): Uint8Array => gcm(key, nonce, aad).encrypt(plaintext),
  decrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    aad?: Uint8Array,
  ): Uint8Array {
    try {
      return gcm(key, nonce, aad).decrypt(ciphertext)
    } catch {
      throw new CryptoError("authentication-failed", "the tag does not match")
    }
  },
}

const empty = new Uint8Array(0)

export const seal = (
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array,
): Uint8Array => aes256gcm.encrypt(hkdfSha256(secret, salt, empty, 32), nonce, plaintext, aad)

export const open = (
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  payload: Uint8Array,
  aad?: Uint8Array,
): Uint8Array => aes256gcm.decrypt(hkdfSha256(secret, salt, empty, 32), nonce, payload, aad)

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
