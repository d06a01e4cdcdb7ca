import { SignedPublicKeyBundleSchema } from "@wafer/proto"
import { equalBytes } from "../bytes.ts"
import {
  createdMs,
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

/** A public key that vouches for a message. */
export interface SenderKey {
  /** 04 ‖ X ‖ Y, 65 bytes. */
  readonly publicKey: Uint8Array
  /** When it was made, as its owner says. */
  readonly created: Date
}

/** The keys behind a message: the sender's wallet signed the identity key, and that one the pre-key. */
export interface SenderKeys {
  /** Signed by the wallet. */
  readonly identityKey: SenderKey
  /** Signed by the identity key. */
  readonly preKey: SenderKey
}

/** What may be shown of a bundle. The bytes are copies: what is decoded shares memory with its source. */
export function senderKeys({ identityKey, preKey }: PublicKeyBundle): SenderKeys {
  return { identityKey: senderKey(identityKey), preKey: senderKey(preKey) }
}

function senderKey(key: PublicKey): SenderKey {
  return { publicKey: key.point.slice(), created: new Date(createdMs(key)) }
}

/** A bundle and the wallet behind it. */
export interface ProvenBundle {
  readonly bundle: PublicKeyBundle
  readonly keys: SenderKeys
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
    ({ signature }) => numberAt(signature.bytes, 0),
    equalKeys,
    (key) => key,
    walletAddress,
  )
  const bundle = memo<Uint8Array, ProvenBundle>(
    // Bundles end with the pre-key's signature.
    (encoded) => numberAt(encoded, encoded.length - 8),
    equalBytes,
    // Of its own, or the whole message that it came in would stay.
    (encoded) => encoded.slice(),
    (encoded) => {
      const wire = decodeProto(SignedPublicKeyBundleSchema, encoded, "sender")
      const bundle = readBundle(wire, "sender")
      verifyPreKey(bundle)
      return { bundle, keys: senderKeys(bundle), address: address(bundle.identityKey) }
    },
  )
  return { address, bundle, holds: createVerifiers() }
}

/** A number of 30 bits, which engines keep without allocating; of what is too short, another one. */
function numberAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | (bytes[at + 3]! & 0x3f) << 24
}

/** Finds what was proven by a few bytes of it, and is sure by comparing the whole. */
function memo<K, V>(
  nameOf: (key: K) => number,
  equal: (a: K, b: K) => boolean,
  keep: (key: K) => K,
  prove: (key: K) => V,
): (key: K) => V {
  const known = new Map<number, { key: K; value: V }>()
  return (key) => {
    const name = nameOf(key)
    const proven = known.get(name)
    if (proven && equal(proven.key, key)) return proven.value
    const kept = keep(key)
    const value = prove(kept)
    known.set(name, { key: kept, value })
    if (known.size > remembered) known.delete(known.keys().next().value!)
    return value
  }
}
