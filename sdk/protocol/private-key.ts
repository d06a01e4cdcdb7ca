import { create, toBinary } from "@bufbuild/protobuf"
import { secp256k1, sha256 } from "@wafer/crypto"
import {
  type PrivateKey as WirePrivateKey,
  type PrivateKeyBundle as WirePrivateKeyBundle,
  PrivateKeyBundleSchema,
  type PrivateKeyBundleV1,
  PrivateKeyBundleV1Schema,
  type PrivateKeyBundleV2,
  PrivateKeyBundleV2Schema,
  PrivateKeySchema,
  type SignedPrivateKey,
  SignedPrivateKeySchema,
} from "@wafer/proto"
import { equalBytes, randomBytes } from "../bytes.ts"
import { rethrowAs, WaferError } from "../error.ts"
import {
  isLegacy,
  type PublicKey,
  type PublicKeyBundle,
  readKey,
  readLegacyKey,
  unsignedKeyBytes,
  writeKey,
  writeLegacyKey,
} from "./public-key.ts"
import { type Signature, signDigest } from "./signature.ts"
import { msToNs } from "../time.ts"
import { decodeProto, required } from "./wire.ts"

/** A secret and the public key that belongs to it. */
export interface PrivateKey {
  /** The scalar, 32 bytes. */
  readonly secret: Uint8Array
  readonly publicKey: PublicKey
}

/** Everything secret of an account. */
export interface PrivateKeyBundle {
  readonly identityKey: PrivateKey
  /** Newest first; the first is the one that others are shown. */
  readonly preKeys: readonly [PrivateKey, ...PrivateKey[]]
}

/** A scalar at random, 32 bytes, neither zero nor beyond the curve's order. */
export function randomSecret(): Uint8Array {
  for (;;) {
    const secret = randomBytes(32)
    if (secp256k1.isValidSecretKey(secret)) return secret
  }
}

/** Adds to a secret its public key, signed by `sign`. `created` counts ms in V1 keys, ns in V2 keys. */
export async function createKey(
  secret: Uint8Array,
  created: bigint,
  sign: (keyBytes: Uint8Array) => Signature | Promise<Signature>,
): Promise<PrivateKey> {
  const point = secp256k1.getPublicKey(secret)
  const keyBytes = unsignedKeyBytes(point, created)
  return { secret, publicKey: { keyBytes, point, created, signature: await sign(keyBytes) } }
}

/** A pre-key signed by the identity key. */
export function createPreKey(
  identityKey: PrivateKey,
  created: bigint,
  secret: Uint8Array = randomSecret(),
): Promise<PrivateKey> {
  return createKey(secret, created, (keyBytes) => signDigest(sha256(keyBytes), identityKey.secret))
}

/** The same account with a new pre-key in front. The old ones still open what was sealed to them. */
export async function rotatePreKey(
  { identityKey, preKeys }: PrivateKeyBundle,
  nowMs: number,
): Promise<PrivateKeyBundle> {
  const created = isLegacy(identityKey.publicKey) ? BigInt(nowMs) : msToNs(nowMs)
  return { identityKey, preKeys: [await createPreKey(identityKey, created), ...preKeys] }
}

/** What others may see of a bundle. */
export function publicBundle({ identityKey, preKeys }: PrivateKeyBundle): PublicKeyBundle {
  return { identityKey: identityKey.publicKey, preKey: preKeys[0].publicKey }
}

/** The pre-key whose public key is `named`, with whatever signature. */
export function findPreKey(
  { preKeys }: PrivateKeyBundle,
  named: PublicKey,
): PrivateKey | undefined {
  return preKeys.find(({ publicKey }) => equalBytes(publicKey.point, named.point))
}

/** Encodes a bundle in the form in which it was made: V1 where it can be, else V2. */
export function encodePrivateKeyBundle(bundle: PrivateKeyBundle): Uint8Array {
  const legacy = isLegacy(bundle.identityKey.publicKey) &&
    bundle.preKeys.every(({ publicKey }) => isLegacy(publicKey))
  return legacy ? encodeV1(bundle) : encodePrivateKeyBundleV2(bundle)
}

/** Encodes a bundle in the V2 form, which any bundle has. */
export function encodePrivateKeyBundleV2({ identityKey, preKeys }: PrivateKeyBundle): Uint8Array {
  const value = create(PrivateKeyBundleV2Schema, {
    identityKey: writePrivateKey(identityKey),
    preKeys: preKeys.map(writePrivateKey),
  })
  return toBinary(
    PrivateKeyBundleSchema,
    create(PrivateKeyBundleSchema, { union: { case: "v2", value } }),
  )
}

function encodeV1({ identityKey, preKeys }: PrivateKeyBundle): Uint8Array {
  const value = create(PrivateKeyBundleV1Schema, {
    identityKey: writeLegacyPrivateKey(identityKey),
    preKeys: preKeys.map(writeLegacyPrivateKey),
  })
  return toBinary(
    PrivateKeyBundleSchema,
    create(PrivateKeyBundleSchema, { union: { case: "v1", value } }),
  )
}

/**
 * Decodes a bundle, V1 or V2, or the bare V1 bundle that early clients stored.
 * Throws `malformed`, also when a secret does not belong to its public key.
 */
export function decodePrivateKeyBundle(bytes: Uint8Array): PrivateKeyBundle {
  try {
    return readWrapped(decodeProto(PrivateKeyBundleSchema, bytes, "private key bundle"))
  } catch (error) {
    try {
      return readV1(decodeProto(PrivateKeyBundleV1Schema, bytes, "private key bundle"))
    } catch {
      throw error
    }
  }
}

/** Whether `bytes` is a bare V1 bundle, which the current clients no longer write. */
export function isUnwrapped(bytes: Uint8Array): boolean {
  try {
    readWrapped(decodeProto(PrivateKeyBundleSchema, bytes, "private key bundle"))
    return false
  } catch {
    return true
  }
}

function readWrapped({ union }: WirePrivateKeyBundle): PrivateKeyBundle {
  if (union.case === "v2") return readV2(union.value)
  return readV1(required(union.value, "private key bundle"))
}

function readV1({ identityKey, preKeys }: PrivateKeyBundleV1): PrivateKeyBundle {
  return {
    identityKey: readLegacyPrivateKey(identityKey, "wallet", "identity key"),
    preKeys: atLeastOne(preKeys.map((key) => readLegacyPrivateKey(key, "key", "pre-key"))),
  }
}

function readV2({ identityKey, preKeys }: PrivateKeyBundleV2): PrivateKeyBundle {
  return {
    identityKey: readPrivateKey(identityKey, "identity key"),
    preKeys: atLeastOne(preKeys.map((key) => readPrivateKey(key, "pre-key"))),
  }
}

function atLeastOne(preKeys: PrivateKey[]): [PrivateKey, ...PrivateKey[]] {
  const [first, ...rest] = preKeys
  return [required(first, "pre-key"), ...rest]
}

function writePrivateKey({ secret, publicKey }: PrivateKey): SignedPrivateKey {
  return create(SignedPrivateKeySchema, {
    // Nanoseconds here, even where the key bytes of a converted key still count milliseconds.
    createdNs: isLegacy(publicKey) ? msToNs(publicKey.created) : publicKey.created,
    union: { case: "secp256k1", value: { bytes: secret } },
    publicKey: writeKey(publicKey),
  })
}

function readPrivateKey(wire: SignedPrivateKey | undefined, name: string): PrivateKey {
  const { union, publicKey } = required(wire, name)
  return matching(required(union.value, name).bytes, readKey(publicKey, name))
}

function writeLegacyPrivateKey({ secret, publicKey }: PrivateKey): WirePrivateKey {
  return create(PrivateKeySchema, {
    timestamp: publicKey.created,
    union: { case: "secp256k1", value: { bytes: secret } },
    publicKey: writeLegacyKey(publicKey),
  })
}

function readLegacyPrivateKey(
  wire: WirePrivateKey | undefined,
  signedBy: Signature["by"],
  name: string,
): PrivateKey {
  const { union, publicKey } = required(wire, name)
  return matching(required(union.value, name).bytes, readLegacyKey(publicKey, signedBy, name))
}

function matching(secret: Uint8Array, publicKey: PublicKey): PrivateKey {
  const point = rethrowAs("malformed", "not a private key", () => secp256k1.getPublicKey(secret))
  if (!equalBytes(point, publicKey.point)) {
    throw new WaferError("malformed", "a private key does not belong to its public key")
  }
  // A copy: what is decoded shares memory with its source, and secrets are wiped one day.
  return { secret: secret.slice(), publicKey }
}
