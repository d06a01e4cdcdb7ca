import { secp256k1, type Verifier } from "@wafer/crypto"
import type { PublicKey } from "./public-key.ts"
import { type Signature, verifyDigest } from "./signature.ts"

/** A verifier costs as much as two signatures verified without, and saves half of each that follows. */
const signaturesBefore = 2
/** Of about 10 KB each. */
const remembered = 64

/**
 * Whether signatures are a key's, as `verifyDigest` says. Keys that signed several, as in the history of a
 * conversation, get verifiers. They are told apart as objects: one and the same has to come for each signature.
 */
export function createVerifiers(): (
  signature: Signature,
  digest: Uint8Array,
  key: PublicKey,
) => boolean {
  const keys = new Map<PublicKey, { held: number; verify?: Verifier }>()
  return (signature, digest, key) => {
    const known = keys.get(key)
    if (known?.verify) return signature.by === "key" && known.verify(signature.bytes, digest)
    if (!verifyDigest(signature, digest, key.point)) return false
    if (known === undefined) {
      keys.set(key, { held: 1 })
      if (keys.size > remembered) keys.delete(keys.keys().next().value!)
    } else if (++known.held === signaturesBefore) known.verify = secp256k1.verifier(key.point)
    return true
  }
}
