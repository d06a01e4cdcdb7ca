/** What the `secp256k1` package can do of ours: libsecp256k1 as a native addon. */
export interface NativeSecp256k1 {
  getPublicKey(secretKey: Uint8Array): Uint8Array
  sharedPoint(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array
  sign(digest: Uint8Array, secretKey: Uint8Array): unknown
  verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
  recover(signature: Uint8Array, recovery: number, digest: Uint8Array): Uint8Array
}

/** Undefined in a browser, where the package is plain JavaScript. */
export const nativeSecp256k1: NativeSecp256k1 | undefined = typeof document === "undefined"
  ? adapt(await addon())
  : undefined

// The package has no types.
// deno-lint-ignore no-explicit-any
type Addon = any

async function addon(): Promise<Addon> {
  const { createRequire } = await import("node:module")
  return createRequire(import.meta.url)("secp256k1")
}

function adapt(native: Addon): NativeSecp256k1 {
  const x = new Uint8Array(32)
  const y = new Uint8Array(32)
  /** It hashes the shared point unless told otherwise. */
  const hashfn = (x: Uint8Array, y: Uint8Array): Uint8Array => {
    const point = new Uint8Array(65)
    point[0] = 4
    point.set(x, 1)
    point.set(y, 33)
    return point
  }
  return {
    getPublicKey: (secretKey) => native.publicKeyCreate(secretKey, false),
    sharedPoint: (secretKey, publicKey) =>
      native.ecdh(publicKey, secretKey, { hashfn, xbuf: x, ybuf: y }, new Uint8Array(65)),
    sign: (digest, secretKey) => native.ecdsaSign(digest, secretKey),
    verify: (signature, digest, publicKey) => native.ecdsaVerify(signature, digest, publicKey),
    recover: (signature, recovery, digest) =>
      native.ecdsaRecover(signature, recovery, digest, false),
  }
}
