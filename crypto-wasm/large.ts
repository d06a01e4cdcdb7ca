import { checkAtLeast, checkBytes } from "./argument.ts"
import { CryptoError } from "./error.ts"
import { hkdfSha256 } from "./hash.ts"
import { open, seal } from "./seal.ts"

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const NOTHING = new Uint8Array(0)

/**
 * WebCrypto has the processor's own AES but a price for each call. One call after the other it is the
 * faster from 8 KiB (Chromium), 32 (Bun) or 64 (Node, Deno) on, and with many in flight from 4 to 32:
 * see bench/results.
 */
const WEB_CRYPTO_FROM_BYTES = 16 * 1024

/**
 * As `seal`, to the same bytes, but never slower than the platform for an attachment of any size: it leaves
 * what is large to WebCrypto, where there is one. The arguments must stay as they are until it is done.
 *
 * @throws {CryptoError} as `seal`, by the promise.
 * @example
 * ```ts
 * const payload = await sealLarge(secret, salt, nonce, new Uint8Array(await file.arrayBuffer()))
 * ```
 */
export async function sealLarge(
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = NOTHING,
): Promise<Uint8Array> {
  checkBytes("plaintext", plaintext)
  if (!isForWebCrypto(plaintext)) return seal(secret, salt, nonce, plaintext, aad)
  const algorithm = parameters(nonce, aad)
  const key = await deriveKey(secret, salt, "encrypt")
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext))
}

/**
 * As `open`, but never slower than the platform for an attachment of any size.
 *
 * @throws {CryptoError} as `open`, by the promise.
 * @example
 * ```ts
 * const plaintext = await openLarge(secret, salt, nonce, payload)
 * ```
 */
export async function openLarge(
  secret: Uint8Array,
  salt: Uint8Array,
  nonce: Uint8Array,
  payload: Uint8Array,
  aad: Uint8Array = NOTHING,
): Promise<Uint8Array> {
  checkAtLeast("payload", payload, TAG_BYTES)
  if (!isForWebCrypto(payload)) return open(secret, salt, nonce, payload, aad)
  const algorithm = parameters(nonce, aad)
  const key = await deriveKey(secret, salt, "decrypt")
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, payload))
  } catch (cause) {
    // WebCrypto names all that is wrong with a ciphertext so, and says no more.
    if ((cause as Error).name !== "OperationError") throw cause
    throw new CryptoError(
      "authentication-failed",
      "the payload is not of this secret, salt, nonce and aad",
    )
  }
}

/** A page that did not come by https has no WebCrypto, which takes no memory that is shared or may grow. */
function isForWebCrypto(data: Uint8Array): data is Uint8Array<ArrayBuffer> {
  return data.length >= WEB_CRYPTO_FROM_BYTES && globalThis.crypto?.subtle !== undefined &&
    data.buffer instanceof ArrayBuffer && !data.buffer.resizable
}

async function deriveKey(
  secret: Uint8Array,
  salt: Uint8Array,
  usage: "encrypt" | "decrypt",
): Promise<CryptoKey> {
  checkBytes("secret", secret)
  const key = hkdfSha256(secret, salt, NOTHING, KEY_BYTES) as Uint8Array<ArrayBuffer>
  try {
    return await crypto.subtle.importKey("raw", key, "AES-GCM", false, [usage])
  } finally {
    key.fill(0)
  }
}

function parameters(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  checkBytes("nonce", nonce, NONCE_BYTES)
  checkBytes("aad", aad)
  return { name: "AES-GCM", iv: new Uint8Array(nonce), additionalData: new Uint8Array(aad) }
}
