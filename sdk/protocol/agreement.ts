import { secp256k1 } from "@wafer/crypto"
import { concat } from "../bytes.ts"
import { rethrowAs } from "../error.ts"
import type { PrivateKey } from "./private-key.ts"
import { type PublicKeyBundle, verifyPreKey } from "./public-key.ts"

/** Which side of an agreement this account is on. */
export type Role = "sender" | "recipient"

/** The secret keys that take part. */
export interface OwnKeys {
  readonly identityKey: PrivateKey
  readonly preKey: PrivateKey
}

/**
 * The secret of two accounts, 195 bytes: three shared points, unhashed. Both compute the same, each
 * in its role. Throws `forged` when the peer's pre-key is not signed by its identity key.
 *
 *     DH1 = identity of the sender × pre-key of the recipient
 *     DH2 = pre-key of the sender × identity of the recipient
 *     DH3 = pre-key × pre-key
 */
export function agree(own: OwnKeys, peer: PublicKeyBundle, role: Role): Uint8Array {
  verifyPreKey(peer)
  return rethrowAs("malformed", "a key of the peer is not on the curve", () => {
    const identityWithPreKey = secp256k1.sharedPoint(own.identityKey.secret, peer.preKey.point)
    const preKeyWithIdentity = secp256k1.sharedPoint(own.preKey.secret, peer.identityKey.point)
    const preKeys = secp256k1.sharedPoint(own.preKey.secret, peer.preKey.point)
    return role === "sender"
      ? concat(identityWithPreKey, preKeyWithIdentity, preKeys)
      : concat(preKeyWithIdentity, identityWithPreKey, preKeys)
  })
}
