import {
  equalBundles,
  equalKeys,
  type PublicKey,
  type PublicKeyBundle,
  verifyPreKey,
  walletAddress,
} from "./public-key.ts"
import type { Signature } from "./signature.ts"

/** Remembers which keys were proven to be whose: a proof costs more than all else about a message. */
export interface Proofs {
  /** The wallet that signed an identity key. Throws `forged` when none did. */
  address(identityKey: PublicKey): string
  /** The wallet behind a bundle whose pre-key is signed too. Throws `forged`. */
  bundle(bundle: PublicKeyBundle): string
}

// Two keys for each account that is talked to.
const remembered = 4096

/** Proofs of one client. Failures are not remembered: whoever forges pays each time. */
export function createProofs(): Proofs {
  const address = memo<PublicKey, string>(({ signature }) => signature, equalKeys, walletAddress)
  const bundle = memo<PublicKeyBundle, string>(
    ({ preKey }) => preKey.signature,
    equalBundles,
    (bundle) => {
      verifyPreKey(bundle)
      return address(bundle.identityKey)
    },
  )
  return { address, bundle }
}

/** Finds what was proven by the beginning of a signature, and is sure by comparing the whole. */
function memo<K, V>(
  signatureOf: (key: K) => Signature,
  equal: (a: K, b: K) => boolean,
  prove: (key: K) => V,
): (key: K) => V {
  const known = new Map<string, { key: K; value: V }>()
  return (key) => {
    const name = String.fromCharCode(...signatureOf(key).bytes.subarray(0, 16))
    const proven = known.get(name)
    if (proven && equal(proven.key, key)) return proven.value
    const value = prove(key)
    known.set(name, { key, value })
    if (known.size > remembered) known.delete(known.keys().next().value!)
    return value
  }
}
