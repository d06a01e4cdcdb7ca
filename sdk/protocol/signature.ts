import { create, toBinary } from "@bufbuild/protobuf"
import { secp256k1 } from "@wafer/crypto"
import { type Signature as WireSignature, SignatureSchema } from "@wafer/proto"
import { WaferError } from "../error.ts"
import { decodeProto, required } from "./wire.ts"

/** A low-S ECDSA signature on secp256k1. */
export interface Signature {
  /** Who made it: an XMTP key over a digest, or a wallet over a text (EIP-191). */
  readonly by: "key" | "wallet"
  /** R ‖ S, 64 bytes. */
  readonly bytes: Uint8Array
  /** 0 or 1. */
  readonly recovery: number
}

/** Signs a 32-byte digest (RFC 6979). */
export function signDigest(digest: Uint8Array, secret: Uint8Array): Signature {
  const { signature, recovery } = secp256k1.sign(digest, secret)
  return { by: "key", bytes: signature, recovery }
}

/** Whether `signature` is one of `publicKey` over `digest`. High-S signatures are none. */
export function verifyDigest(
  signature: Signature,
  digest: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.by !== "key") return false
  try {
    return secp256k1.verify(signature.bytes, digest, publicKey)
  } catch {
    return false // A key off the curve or an R out of range proves nothing.
  }
}

/** As it travels. */
export function writeSignature({ by, bytes, recovery }: Signature): WireSignature {
  return create(SignatureSchema, {
    union: {
      case: by === "wallet" ? "walletEcdsaCompact" : "ecdsaCompact",
      value: { bytes, recovery },
    },
  })
}

/** The bytes of a signature. */
export function encodeSignature(signature: Signature): Uint8Array {
  return toBinary(SignatureSchema, writeSignature(signature))
}

/** Checks the shape, not the signature. Throws `malformed`. */
export function readSignature(wire: WireSignature | undefined): Signature {
  const { union } = required(wire, "signature")
  const { bytes, recovery } = required(union.value, "signature")
  if (bytes.length !== 64) {
    throw new WaferError("malformed", `expected a signature of 64 bytes, got ${bytes.length}`)
  }
  if (recovery > 1) {
    throw new WaferError("malformed", `expected a recovery of 0 or 1, got ${recovery}`)
  }
  return { by: union.case === "walletEcdsaCompact" ? "wallet" : "key", bytes, recovery }
}

/** Decodes a signature and checks its shape. Throws `malformed`. */
export function decodeSignature(bytes: Uint8Array): Signature {
  return readSignature(decodeProto(SignatureSchema, bytes, "signature"))
}
