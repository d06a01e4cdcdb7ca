import { create, toBinary } from "@bufbuild/protobuf"
import { sha256 } from "@wafer/crypto"
import {
  type PublicKey as WirePublicKey,
  type PublicKeyBundle as WirePublicKeyBundle,
  PublicKeyBundleSchema,
  PublicKeySchema,
  type SignedPublicKey,
  type SignedPublicKeyBundle,
  SignedPublicKeyBundleSchema,
  SignedPublicKeySchema,
  UnsignedPublicKeySchema,
} from "@wafer/proto"
import { equalBytes, toHex } from "../bytes.ts"
import { WaferError } from "../error.ts"
import { readSignature, type Signature, verifyDigest, writeSignature } from "./signature.ts"
import { recoverSigner } from "./signer.ts"
import { nsToMs } from "../time.ts"
import { decodeProto, required } from "./wire.ts"

/** A public key with the signature that vouches for it. V1 keys are kept in this form too. */
export interface PublicKey {
  /** The encoded key and its time: what is hashed, signed and compared, byte for byte. */
  readonly keyBytes: Uint8Array
  /** 04 ‖ X ‖ Y, 65 bytes. */
  readonly point: Uint8Array
  /** When it was made: milliseconds in keys that began as V1 keys, else nanoseconds. */
  readonly created: bigint
  /** By the wallet on an identity key, by the identity key on a pre-key. */
  readonly signature: Signature
}

/** What an account shows to others: who it is, and the key to agree on secrets with. */
export interface PublicKeyBundle {
  /** Signed by the wallet. */
  readonly identityKey: PublicKey
  /** Signed by the identity key. */
  readonly preKey: PublicKey
}

// Milliseconds will not reach 10^18 before the year 33 658, nanoseconds passed it in 2001.
const firstNs = 10n ** 18n

/** Whether a key began as a V1 key, and so can be shown to clients that know V1 only. */
export function isLegacy(key: PublicKey): boolean {
  return key.created < firstNs
}

/** Whether both keys of a bundle began as V1 keys. */
export function isLegacyBundle({ identityKey, preKey }: PublicKeyBundle): boolean {
  return isLegacy(identityKey) && isLegacy(preKey)
}

/** When a key was made, in milliseconds. */
export function createdMs(key: PublicKey): number {
  return isLegacy(key) ? Number(key.created) : nsToMs(key.created)
}

/** The bytes of a key before anybody has signed it. `created` counts ms in V1 keys, ns in V2 keys. */
export function unsignedKeyBytes(point: Uint8Array, created: bigint): Uint8Array {
  return toBinary(
    UnsignedPublicKeySchema,
    create(UnsignedPublicKeySchema, {
      createdNs: created,
      union: { case: "secp256k1Uncompressed", value: { bytes: point } },
    }),
  )
}

/** The text a wallet signs to take a key for its own. */
export function createIdentityText(keyBytes: Uint8Array): string {
  return `XMTP : Create Identity\n${toHex(keyBytes)}\n\nFor more info: https://xmtp.org/signatures/`
}

/** The wallet that signed an identity key. Throws `forged` when none did. */
export function walletAddress(identityKey: PublicKey): string {
  if (identityKey.signature.by !== "wallet") {
    throw new WaferError("forged", "the identity key is not signed by a wallet")
  }
  return recoverSigner(createIdentityText(identityKey.keyBytes), identityKey.signature)
}

/** Throws `forged` unless the identity key signed the pre-key. */
export function verifyPreKey({ identityKey, preKey }: PublicKeyBundle): void {
  if (!verifyDigest(preKey.signature, sha256(preKey.keyBytes), identityKey.point)) {
    throw new WaferError("forged", "the pre-key is not signed by the identity key")
  }
}

/** Same bytes and same signature. */
export function equalKeys(a: PublicKey, b: PublicKey): boolean {
  return equalBytes(a.keyBytes, b.keyBytes) && a.signature.by === b.signature.by &&
    a.signature.recovery === b.signature.recovery &&
    equalBytes(a.signature.bytes, b.signature.bytes)
}

/** Both keys equal, signatures included. */
export function equalBundles(a: PublicKeyBundle, b: PublicKeyBundle): boolean {
  return equalKeys(a.identityKey, b.identityKey) && equalKeys(a.preKey, b.preKey)
}

function checkedPoint(point: Uint8Array): Uint8Array {
  if (point.length !== 65 || point[0] !== 4) {
    throw new WaferError(
      "malformed",
      `expected a public key of 65 bytes that begins with 4, got ${point.length} bytes`,
    )
  }
  return point
}

/** A V2 key as it travels. */
export function writeKey({ keyBytes, signature }: PublicKey): SignedPublicKey {
  return create(SignedPublicKeySchema, { keyBytes, signature: writeSignature(signature) })
}

/** Checks the shape, not the signature. Throws `malformed`. */
export function readKey(wire: SignedPublicKey | undefined, name: string): PublicKey {
  const { keyBytes, signature } = required(wire, name)
  const unsigned = decodeProto(UnsignedPublicKeySchema, keyBytes, name)
  return {
    keyBytes,
    point: checkedPoint(required(unsigned.union.value, name).bytes),
    created: unsigned.createdNs,
    signature: readSignature(signature),
  }
}

/** A V2 bundle as it travels. */
export function writeBundle({ identityKey, preKey }: PublicKeyBundle): SignedPublicKeyBundle {
  return create(SignedPublicKeyBundleSchema, {
    identityKey: writeKey(identityKey),
    preKey: writeKey(preKey),
  })
}

/** The bytes of a V2 bundle. */
export function encodeBundle(bundle: PublicKeyBundle): Uint8Array {
  return toBinary(SignedPublicKeyBundleSchema, writeBundle(bundle))
}

/** Checks the shape, not the signatures. Throws `malformed`. */
export function readBundle(wire: SignedPublicKeyBundle | undefined, name: string): PublicKeyBundle {
  const { identityKey, preKey } = required(wire, name)
  return {
    identityKey: readKey(identityKey, `${name} identity key`),
    preKey: readKey(preKey, `${name} pre-key`),
  }
}

/**
 * A V1 key as it travels. Throws `unsupported` for a key that did not begin as one: clients would
 * take its nanoseconds for milliseconds.
 */
export function writeLegacyKey(key: PublicKey): WirePublicKey {
  if (!isLegacy(key)) {
    throw new WaferError("unsupported", "a key made for V2 cannot become a V1 key")
  }
  return writeTokenKey(key)
}

/** The V1 shape of any key, as tokens carry it. Wallet signatures sit in the slot of key signatures. */
export function writeTokenKey(key: PublicKey): WirePublicKey {
  return create(PublicKeySchema, {
    timestamp: key.created,
    signature: writeSignature({ ...key.signature, by: "key" }),
    union: { case: "secp256k1Uncompressed", value: { bytes: key.point } },
  })
}

/** Checks the shape, not the signature, and gives the V1 key the V2 form. Throws `malformed`. */
export function readLegacyKey(
  wire: WirePublicKey | undefined,
  signedBy: Signature["by"],
  name: string,
): PublicKey {
  const { timestamp, signature, union } = required(wire, name)
  const point = checkedPoint(required(union.value, name).bytes)
  return {
    // V1 signs the encoding of the key without its signature, and only the fields are sent.
    keyBytes: unsignedKeyBytes(point, timestamp),
    point,
    created: timestamp,
    // Some clients used the wallet slot in V1 keys: who signs is told by the key's part.
    signature: { ...readSignature(signature), by: signedBy },
  }
}

/** A V1 bundle as it travels. Throws `unsupported` for keys that did not begin as V1 keys. */
export function writeLegacyBundle({ identityKey, preKey }: PublicKeyBundle): WirePublicKeyBundle {
  return create(PublicKeyBundleSchema, {
    identityKey: writeLegacyKey(identityKey),
    preKey: writeLegacyKey(preKey),
  })
}

/** Checks the shape, not the signatures. Throws `malformed`. */
export function readLegacyBundle(
  wire: WirePublicKeyBundle | undefined,
  name: string,
): PublicKeyBundle {
  const { identityKey, preKey } = required(wire, name)
  return {
    identityKey: readLegacyKey(identityKey, "wallet", `${name} identity key`),
    preKey: readLegacyKey(preKey, "key", `${name} pre-key`),
  }
}
