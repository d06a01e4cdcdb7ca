import { type PublicKey, type PublicKeyBundle, verifyPreKey, walletAddress } from "./public-key.ts"

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
  const address = memo((key: PublicKey) => nameOf(key), walletAddress)
  const bundle = memo(
    ({ identityKey, preKey }: PublicKeyBundle) => `${nameOf(identityKey)} ${nameOf(preKey)}`,
    (bundle) => {
      verifyPreKey(bundle)
      return address(bundle.identityKey)
    },
  )
  return { address, bundle }
}

/** Key bytes and signature, whole: a proof of one is no proof of any other. */
function nameOf({ keyBytes, signature }: PublicKey): string {
  // Not hex: this runs for every message.
  const text = String.fromCharCode(...keyBytes, ...signature.bytes)
  return `${keyBytes.length} ${text} ${signature.by} ${signature.recovery}`
}

function memo<K, V>(nameOf: (key: K) => string, prove: (key: K) => V): (key: K) => V {
  const known = new Map<string, V>()
  return (key) => {
    const name = nameOf(key)
    const proven = known.get(name)
    if (proven !== undefined) return proven
    const value = prove(key)
    known.set(name, value)
    if (known.size > remembered) known.delete(known.keys().next().value!)
    return value
  }
}
