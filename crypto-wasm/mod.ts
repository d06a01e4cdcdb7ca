/**
 * AES-256-GCM, HKDF-SHA-256 and secp256k1 in WebAssembly. Everything takes and returns Uint8Array, at once:
 * the modules are compiled at their first use.
 *
 * @module
 */
export { aes256gcm } from "./aes256gcm.ts"
export { CryptoError, type CryptoErrorCode } from "./error.ts"
export { hkdfSha256, hmacSha256, sha256 } from "./hash.ts"
export { openLarge, sealLarge } from "./large.ts"
export { open, openInto, seal, sealInto } from "./seal.ts"
export { type RecoverableSignature, secp256k1, type Verifier } from "./secp256k1.ts"
