import { hkdfSha256, sha256 } from "@wafer/crypto"
import { toBase64Url, utf8 } from "../bytes.ts"

// Private preferences have a topic and a key of their own, both from the identity key.
const noSalt = new Uint8Array(0)
const derive = (identitySecret: Uint8Array, label: string): Uint8Array =>
  hkdfSha256(identitySecret, utf8(label), noSalt, 32)

/** Names the topic of an account's private preferences: only the account can. */
export function preferencesId(identitySecret: Uint8Array): string {
  return toBase64Url(sha256(derive(identitySecret, "XMTP_PRIVATE_PREFERENCES_TOPIC")))
}

/** The secret that private preferences are sealed with, 32 bytes. */
export function preferencesKey(identitySecret: Uint8Array): Uint8Array {
  return derive(identitySecret, "XMTP_PRIVATE_PREFERENCES_ENCRYPTION")
}
