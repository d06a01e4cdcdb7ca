// The exports of the symmetric module. Each wipes all scratch before it returns; the caller wipes its
// inputs and outputs, by `wipe`.
import { decrypt, encrypt } from "./gcm"
import { hkdf as derive, wipeHkdf } from "./hkdf"
import { hmac, setHmacKey, wipeHmac } from "./hmac"
import { wipe } from "./memory"
import { finish, start, wipeSha256 } from "./sha256"

export { decrypt, encrypt } from "./gcm"
export { heap, wipe } from "./memory"

const DIGEST_STATE = memory.data(32, 16)
const MESSAGE_KEY = memory.data(32, 16)
/** Room for HKDF to work around an info of no bytes. */
const NO_INFO = memory.data(48, 16)

export function sha256(data: usize, length: usize, digest: usize): void {
  start(DIGEST_STATE)
  finish(DIGEST_STATE, 0, data, length, digest)
  wipe(DIGEST_STATE, 32)
  wipeSha256()
}

export function hmacSha256(
  key: usize,
  keyLength: usize,
  data: usize,
  length: usize,
  code: usize,
): void {
  setHmacKey(key, keyLength)
  hmac(data, length, code)
  wipeHmac()
  wipeSha256()
}

/** See `hkdf` for the room that `info` needs around it. */
export function hkdfSha256(
  ikm: usize,
  ikmLength: usize,
  salt: usize,
  saltLength: usize,
  info: usize,
  infoLength: usize,
  okm: usize,
  length: usize,
): void {
  derive(ikm, ikmLength, salt, saltLength, info, infoLength, okm, length)
  wipeHkdf()
  wipeHmac()
  wipeSha256()
}

/** `encrypt` under the key that HKDF gives for a secret and a salt. */
export function seal(
  secret: usize,
  secretLength: usize,
  salt: usize,
  saltLength: usize,
  nonce: usize,
  aad: usize,
  aadLength: usize,
  length: usize,
): void {
  deriveMessageKey(secret, secretLength, salt, saltLength)
  encrypt(MESSAGE_KEY, nonce, aad, aadLength, length)
  wipe(MESSAGE_KEY, 32)
}

/** `decrypt` under that key. */
export function open(
  secret: usize,
  secretLength: usize,
  salt: usize,
  saltLength: usize,
  nonce: usize,
  aad: usize,
  aadLength: usize,
  length: usize,
): bool {
  deriveMessageKey(secret, secretLength, salt, saltLength)
  const authentic = decrypt(MESSAGE_KEY, nonce, aad, aadLength, length)
  wipe(MESSAGE_KEY, 32)
  return authentic
}

function deriveMessageKey(secret: usize, secretLength: usize, salt: usize, saltLength: usize): void {
  hkdfSha256(secret, secretLength, salt, saltLength, NO_INFO + 32, 0, MESSAGE_KEY, 32)
  wipe(NO_INFO, 48)
}
