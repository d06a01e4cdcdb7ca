import { create, toBinary } from "@bufbuild/protobuf"
import { secp256k1 } from "@wafer/crypto"
import { type SignedEciesCiphertext_Ecies, SignedEciesCiphertext_EciesSchema } from "@wafer/proto"
import { concat, randomBytes } from "../bytes.ts"
import { WaferError } from "../error.ts"
import { randomSecret } from "./private-key.ts"
import { decodeProto } from "./wire.ts"

// The scheme of the `eccrypto` package, with which the official client seals its local storage:
// AES-256-CBC and HMAC-SHA-256 under the halves of SHA-512(x), x from an ephemeral ECDH.

/** Seals `plaintext` so that only the holder of `publicKey` (65 bytes) opens it. */
export async function encryptEcies(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const ephemeralSecret = randomSecret()
  const ephemeralPublicKey = secp256k1.getPublicKey(ephemeralSecret)
  const keys = await deriveKeys(ephemeralSecret, publicKey)
  const iv = randomBytes(16)
  const algorithm = { name: "AES-CBC", iv: buffer(iv) }
  const ciphertext = new Uint8Array(
    await crypto.subtle.encrypt(algorithm, keys.encryption, buffer(plaintext)),
  )
  const sealed = buffer(concat(iv, ephemeralPublicKey, ciphertext))
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", keys.mac, sealed))
  const ecies = { ephemeralPublicKey, iv, mac, ciphertext }
  return toBinary(
    SignedEciesCiphertext_EciesSchema,
    create(SignedEciesCiphertext_EciesSchema, ecies),
  )
}

/** Opens what was sealed for `secret`. Throws `malformed` or `undecryptable`. */
export async function decryptEcies(secret: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  const ecies = decodeProto(SignedEciesCiphertext_EciesSchema, bytes, "ECIES ciphertext")
  checkLengths(ecies)
  const { ephemeralPublicKey, iv, mac, ciphertext } = ecies
  try {
    const keys = await deriveKeys(secret, ephemeralPublicKey)
    const sealed = buffer(concat(iv, ephemeralPublicKey, ciphertext))
    if (!await crypto.subtle.verify("HMAC", keys.mac, buffer(mac), sealed)) {
      throw new Error("the MAC does not match")
    }
    const algorithm = { name: "AES-CBC", iv: buffer(iv) }
    return new Uint8Array(
      await crypto.subtle.decrypt(algorithm, keys.encryption, buffer(ciphertext)),
    )
  } catch (cause) {
    throw new WaferError("undecryptable", "not sealed for this key", { cause })
  }
}

async function deriveKeys(
  secret: Uint8Array,
  publicKey: Uint8Array,
): Promise<{ encryption: CryptoKey; mac: CryptoKey }> {
  const x = secp256k1.sharedPoint(secret, publicKey).subarray(1, 33)
  // eccrypto takes x as a number: its leading zeros are not hashed.
  const stripped = buffer(x.subarray(x.findIndex((byte) => byte !== 0)))
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", stripped))
  const [encryption, mac] = await Promise.all([
    crypto.subtle.importKey("raw", hash.slice(0, 32), "AES-CBC", false, ["encrypt", "decrypt"]),
    crypto.subtle.importKey("raw", hash.slice(32), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
      "verify",
    ]),
  ])
  return { encryption, mac }
}

function checkLengths(ecies: SignedEciesCiphertext_Ecies): void {
  const expected = { ephemeralPublicKey: 65, iv: 16, mac: 32 } as const
  for (const name of ["ephemeralPublicKey", "iv", "mac"] as const) {
    if (ecies[name].length === expected[name]) continue
    const got = ecies[name].length
    throw new WaferError("malformed", `expected ${name} of ${expected[name]} bytes, got ${got}`)
  }
  const { length } = ecies.ciphertext
  if (length === 0 || length % 16 !== 0) {
    throw new WaferError("malformed", `expected whole blocks of 16 bytes, got ${length} bytes`)
  }
}

/** WebCrypto's types want to know that the bytes are not shared with another thread. */
function buffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}
