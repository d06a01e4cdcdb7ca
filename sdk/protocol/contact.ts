import { create, toBinary } from "@bufbuild/protobuf"
import { type ContactBundle, ContactBundleSchema, PublicKeyBundleSchema } from "@wafer/proto"
import {
  type PublicKeyBundle,
  readBundle,
  readLegacyBundle,
  walletAddress,
  writeBundle,
  writeLegacyBundle,
} from "./public-key.ts"
import { WaferError } from "../error.ts"
import { decodeProto } from "./wire.ts"

/** How to write to an account. */
export interface Contact {
  /** Checksummed; proven by the wallet's signature on the identity key. */
  readonly address: string
  /** The newest protocol the account speaks. */
  readonly version: 1 | 2
  readonly bundle: PublicKeyBundle
}

/** What an account publishes for clients that know V1 only. */
export function encodeContactV1(bundle: PublicKeyBundle): Uint8Array {
  return toBinary(
    ContactBundleSchema,
    create(ContactBundleSchema, {
      version: { case: "v1", value: { keyBundle: writeLegacyBundle(bundle) } },
    }),
  )
}

/** What an account publishes for everybody else. */
export function encodeContactV2(bundle: PublicKeyBundle): Uint8Array {
  return toBinary(
    ContactBundleSchema,
    create(ContactBundleSchema, {
      version: { case: "v2", value: { keyBundle: writeBundle(bundle) } },
    }),
  )
}

/**
 * Decodes a contact and recovers whose it is. The pre-key is verified where it is used.
 * Throws `malformed`, `forged`.
 */
export function decodeContact(bytes: Uint8Array): Contact {
  const { version, bundle } = readContact(bytes)
  return { version, bundle, address: walletAddress(bundle.identityKey) }
}

function readContact(bytes: Uint8Array): Omit<Contact, "address"> {
  try {
    return readWrapped(decodeProto(ContactBundleSchema, bytes, "contact"))
  } catch (error) {
    // Early clients published the V1 bundle alone.
    try {
      const bundle = readLegacyBundle(
        decodeProto(PublicKeyBundleSchema, bytes, "contact"),
        "contact",
      )
      return { version: 1, bundle }
    } catch {
      throw error
    }
  }
}

function readWrapped({ version }: ContactBundle): Omit<Contact, "address"> {
  switch (version.case) {
    case "v1":
      return { version: 1, bundle: readLegacyBundle(version.value.keyBundle, "contact") }
    case "v2":
      return { version: 2, bundle: readBundle(version.value.keyBundle, "contact") }
    default:
      throw new WaferError("malformed", "a contact of no known version")
  }
}
