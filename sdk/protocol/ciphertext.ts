import { create } from "@bufbuild/protobuf"
import { open, seal } from "@wafer/crypto"
import { type Ciphertext as WireCiphertext, CiphertextSchema } from "@wafer/proto"
import { randomBytes } from "../bytes.ts"
import { WaferError } from "../error.ts"
import { decodeProto, required } from "./wire.ts"

/** What makes an encryption unlike every other one. Fresh at random except in tests. */
export interface Freshness {
  /** 32 bytes. */
  readonly salt: Uint8Array
  /** 12 bytes. */
  readonly nonce: Uint8Array
}

/** What was encrypted: AES-256-GCM under HKDF-SHA-256 of a secret. */
export interface Ciphertext extends Freshness {
  /** As long as the plaintext, and the tag of 16 bytes behind it. */
  readonly payload: Uint8Array
}

/** A new salt and nonce. */
export function fresh(): Freshness {
  const bytes = randomBytes(44)
  return { salt: bytes.subarray(0, 32), nonce: bytes.subarray(32) }
}

/** Encrypts under `secret`; `header` is authenticated and travels beside it. */
export function encrypt(
  secret: Uint8Array,
  plaintext: Uint8Array,
  header?: Uint8Array,
  { salt, nonce }: Freshness = fresh(),
): Ciphertext {
  return { salt, nonce, payload: seal(secret, salt, nonce, plaintext, header) }
}

/** The plaintext. Throws `undecryptable` for another secret, another header or changed bytes. */
export function decrypt(
  secret: Uint8Array,
  { salt, nonce, payload }: Ciphertext,
  header?: Uint8Array,
): Uint8Array {
  try {
    return open(secret, salt, nonce, payload, header)
  } catch (cause) {
    throw new WaferError("undecryptable", "no key of this account opens it", { cause })
  }
}

/** As it travels. */
export function writeCiphertext({ salt, nonce, payload }: Ciphertext): WireCiphertext {
  return create(CiphertextSchema, {
    union: { case: "aes256GcmHkdfSha256", value: { hkdfSalt: salt, gcmNonce: nonce, payload } },
  })
}

/** Checks the lengths of its parts. Throws `malformed`. */
export function readCiphertext(wire: WireCiphertext | undefined): Ciphertext {
  const { union } = required(wire, "ciphertext")
  const { hkdfSalt: salt, gcmNonce: nonce, payload } = required(union.value, "ciphertext")
  expectLength("salt", salt, 32)
  expectLength("nonce", nonce, 12)
  if (payload.length < 16) {
    throw new WaferError(
      "malformed",
      `expected a ciphertext of 16 bytes or more, got ${payload.length}`,
    )
  }
  return { salt, nonce, payload }
}

/** Decodes a ciphertext and checks the lengths of its parts. Throws `malformed`. */
export function decodeCiphertext(bytes: Uint8Array): Ciphertext {
  return readCiphertext(decodeProto(CiphertextSchema, bytes, "ciphertext"))
}

function expectLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new WaferError("malformed", `expected a ${name} of ${length} bytes, got ${bytes.length}`)
  }
}
