import { create, toBinary } from "@bufbuild/protobuf"
import { hmacSha256, sha256 } from "@wafer/crypto"
import { MessageHeaderV2Schema, MessageSchema, SignedContentSchema } from "@wafer/proto"
import { concat } from "../bytes.ts"
import { hmacKey, hmacPeriod } from "./hmac-keys.ts"
import { type Ciphertext, readCiphertext, writeCiphertext } from "./ciphertext.ts"
import { WaferError } from "../error.ts"
import type { Proofs } from "./proofs.ts"
import { type PublicKeyBundle, writeBundle } from "./public-key.ts"
import { decodeSignature, type Signature, writeSignature } from "./signature.ts"
import { decodeParts, decodeProto, required } from "./wire.ts"

/** A V2 message before it is opened. */
export interface SealedMessageV2 {
  /** As received: the ciphertext is bound to these bytes. */
  readonly headerBytes: Uint8Array
  readonly createdNs: bigint
  readonly ciphertext: Ciphertext
}

/** What is inside a V2 message once its signature has been proven. */
export interface SignedPayload {
  /** Encoded content. */
  readonly payload: Uint8Array
  /** The wallet of the sender's identity key, checksummed. */
  readonly senderAddress: string
}

/** The readable part of a message. `topic` is the conversation's, also for ephemeral messages. */
export function encodeHeaderV2(createdNs: bigint, topic: string): Uint8Array {
  return toBinary(MessageHeaderV2Schema, create(MessageHeaderV2Schema, { createdNs, topic }))
}

/** What the sender's pre-key signs. */
export function contentDigest(headerBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  return sha256(concat(headerBytes, payload))
}

/** The plaintext of a message. */
export function encodeSignedContent(
  payload: Uint8Array,
  sender: PublicKeyBundle,
  signature: Signature,
): Uint8Array {
  return toBinary(
    SignedContentSchema,
    create(SignedContentSchema, {
      payload,
      sender: writeBundle(sender),
      signature: writeSignature(signature),
    }),
  )
}

/** Lets a push server that holds the sender's keys tell the sender's own messages. */
export function senderHmac(
  keyMaterial: Uint8Array,
  senderAddress: string,
  headerBytes: Uint8Array,
  nowMs: number,
): Uint8Array {
  return hmacSha256(hmacKey(keyMaterial, senderAddress, hmacPeriod(nowMs)), headerBytes)
}

/** The message as it travels. Clients before 11.5 wrote neither HMAC nor `shouldPush`. */
export function encodeMessageV2(
  headerBytes: Uint8Array,
  ciphertext: Ciphertext,
  push?: { readonly senderHmac: Uint8Array; readonly shouldPush: boolean },
): Uint8Array {
  return toBinary(
    MessageSchema,
    create(MessageSchema, {
      version: {
        case: "v2",
        value: { headerBytes, ciphertext: writeCiphertext(ciphertext), ...push },
      },
    }),
  )
}

/** Decodes what arrives on the topic of a V2 conversation. Throws `malformed`, `misplaced`. */
export function decodeMessageV2(bytes: Uint8Array, topic: string): SealedMessageV2 {
  const { version } = decodeProto(MessageSchema, bytes, "message")
  if (version.case === "v1") {
    throw new WaferError("misplaced", "a V1 message in a V2 conversation")
  }
  const { headerBytes, ciphertext } = required(version.value, "message")
  const header = decodeProto(MessageHeaderV2Schema, headerBytes, "message header")
  if (header.topic !== topic) {
    throw new WaferError("misplaced", "the message belongs to another conversation")
  }
  return {
    headerBytes,
    createdNs: header.createdNs,
    ciphertext: readCiphertext(ciphertext),
  }
}

const nothing = new Uint8Array(0)

/**
 * Proves who wrote a message: the wallet signed the identity key, that one the pre-key, and the
 * pre-key header and payload. Throws `malformed`, `forged`.
 */
export function verifySignedContent(
  plaintext: Uint8Array,
  headerBytes: Uint8Array,
  proofs: Proofs,
): SignedPayload {
  // The sender is not decoded here: it is the same in message after message, and proven once.
  const parts = decodeParts(plaintext, "signed content")
  const payload = parts.get(SignedContentSchema.field.payload.number) ?? nothing
  const sender = required(parts.get(SignedContentSchema.field.sender.number), "sender")
  const signature = required(parts.get(SignedContentSchema.field.signature.number), "signature")
  const { bundle, address: senderAddress } = proofs.bundle(sender)
  const digest = contentDigest(headerBytes, payload)
  if (!proofs.holds(decodeSignature(signature), digest, bundle.preKey)) {
    throw new WaferError("forged", "the message is not signed by its sender's pre-key")
  }
  return { payload, senderAddress }
}
