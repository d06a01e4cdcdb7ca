import { SignedPublicKeyBundleSchema } from "@wafer/proto"
import { equalBytes } from "../bytes.ts"
import {
  equalKeys,
  type PublicKey,
  type PublicKeyBundle,
  readBundle,
  verifyPreKey,
  walletAddress,
} from "./public-key.ts"
import type { Signature } from "./signature.ts"
import { createVerifiers } from "./verifiers.ts"
import { decodeProto } from "./wire.ts"

/** A bundle and the wallet behind it. */
export interface ProvenBundle {
  readonly bundle: PublicKeyBundle
  /** Checksummed. */
  readonly address: string
}

/** Remembers which keys were proven to be whose: a proof costs more than all else about a message. */
export interface Proofs {
  /** The wallet that signed an identity key. Throws `forged` when none did. */
  address(identityKey: PublicKey): string
  /** What the bytes of a V2 bundle say, and who is behind it. Throws `malformed`, `forged`. */
  bundle(encoded: Uint8Array): ProvenBundle
  /** Whether a signature over a digest is one of a proven bundle's key. */
  holds(signature: Signature, digest: Uint8Array, key: PublicKey): boolean
}

// Two keys for each account that is talked to.
const remembered = 4096

/** Proofs of one client. Failures are not remembered: whoever forges pays each time. */
export function createProofs(): Proofs {
  const address = memo<PublicKey, string>(
    ({ signature }) => signature.bytes.subarray(0, 16),
    equalKeys,
    (key) => key,
    walletAddress,
  )
  const bundle = memo<Uint8Array, ProvenBundle>(
    // Bundles end with the pre-key's signature.
    (encoded) => encoded.subarray(-24),
    equalBytes,
    // Of its own, or the whole message that it came in would stay.
    (encoded) => encoded.slice(),
    (encoded) => {
      const wire = decodeProto(SignedPublicKeyBundleSchema, encoded, "sender")
      const bundle = readBundle(wire, "sender")
      verifyPreKey(bundle)
      return { bundle, address: address(bundle.identityKey) }
    },
  )
  return { address, bundle, holds: createVerifiers() }
}

/** Finds what was proven by a few bytes of it, and is sure by comparing the whole. */
function memo<K, V>(
  nameOf: (key: K) => Uint8Array,
  equal: (a: K, b: K) => boolean,
  keep: (key: K) => K,
  prove: (key: K) => V,
): (key: K) => V {
  const known = new Map<string, { key: K; value: V }>()
  return (key) => {
    const name = String.fromCharCode.apply(null, nameOf(key) as unknown as number[])
    const proven = known.get(name)
    if (proven && equal(proven.key, key)) return proven.value
    const kept = keep(key)
    const value = prove(kept)
    known.set(name, { key: kept, value })
    if (known.size > remembered) known.delete(known.keys().next().value!)
    return value
  }
}
