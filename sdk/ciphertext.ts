import { create } from "@bufbuild/protobuf"
import { open, seal } from "@wafer/crypto"
import { type Ciphertext, CiphertextSchema } from "@wafer/proto"
import { randomBytes } from "./bytes.ts"
import { WaferError } from "./error.ts"
import { decodeProto, required } from "./wire.ts"

/** What makes an encryption unlike every other one. Fresh at random except in tests. */
export interface Freshness {
  /** 32 bytes. */
  readonly salt: Uint8Array
  /** 12 bytes. */
  readonly nonce: Uint8Array
}

/** A new salt and nonce. */
export function fresh(): Freshness {
  return { salt: randomBytes(32), nonce: randomBytes(12) }
}

/** AES-256-GCM under HKDF-SHA-256 of `secret`; `header` is authenticated and travels beside it. */
export function encrypt(
  secret: Uint8Array,
  plaintext: Uint8Array,
  header?: Uint8Array,
  { salt, nonce }: Freshness = fresh(),
): Ciphertext {
  const payload = seal(secret, salt, nonce, plaintext, header)
  return create(CiphertextSchema, {
    union: {
      case: "aes256GcmHkdfSha256",
      value: { hkdfSalt: salt, gcmNonce: nonce, payload },
    },
  })
}

/** The plaintext. Throws `undecryptable` for another secret, another header or changed bytes. */
export function decrypt(
  secret: Uint8Array,
  ciphertext: Ciphertext,
  header?: Uint8Array,
): Uint8Array {
  const { hkdfSalt, gcmNonce, payload } = checked(ciphertext)
  try {
    return open(secret, hkdfSalt, gcmNonce, payload, header)
  } catch (cause) {
    throw new WaferError("undecryptable", "no key of this account opens it", { cause })
  }
}

/** Decodes and checks a ciphertext's parts. Throws `malformed`. */
export function decodeCiphertext(bytes: Uint8Array): Ciphertext {
  const ciphertext = decodeProto(CiphertextSchema, bytes, "ciphertext")
  checked(ciphertext)
  return ciphertext
}

function checked(ciphertext: Ciphertext) {
  const parts = required(ciphertext.union.value, "ciphertext")
  expectLength("salt", parts.hkdfSalt, 32)
  expectLength("nonce", parts.gcmNonce, 12)
  if (parts.payload.length < 16) {
    throw new WaferError(
      "malformed",
      `expected a ciphertext of 16 bytes or more, got ${parts.payload.length}`,
    )
  }
  return parts
}

function expectLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new WaferError("malformed", `expected a ${name} of ${length} bytes, got ${bytes.length}`)
  }
}
