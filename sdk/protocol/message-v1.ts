import { create, toBinary } from "@bufbuild/protobuf"
import { MessageHeaderV1Schema, MessageSchema } from "@wafer/proto"
import { type Ciphertext, readCiphertext, writeCiphertext } from "./ciphertext.ts"
import { WaferError } from "../error.ts"
import { type PublicKeyBundle, readLegacyBundle, writeLegacyBundle } from "./public-key.ts"
import { decodeProto, required } from "./wire.ts"

/** The readable part of a V1 message. */
export interface HeaderV1 {
  readonly sender: PublicKeyBundle
  readonly recipient: PublicKeyBundle
  readonly timestampMs: bigint
}

/** A V1 message before it is opened. Its plaintext is encoded content: no signature, the keys prove who wrote it. */
export interface SealedMessageV1 extends HeaderV1 {
  /** As received: the ciphertext is bound to these bytes. */
  readonly headerBytes: Uint8Array
  readonly ciphertext: Ciphertext
}

/** Throws `unsupported` for keys that did not begin as V1 keys. */
export function encodeHeaderV1({ sender, recipient, timestampMs }: HeaderV1): Uint8Array {
  return toBinary(
    MessageHeaderV1Schema,
    create(MessageHeaderV1Schema, {
      sender: writeLegacyBundle(sender),
      recipient: writeLegacyBundle(recipient),
      timestamp: timestampMs,
    }),
  )
}

/** The message as it travels. */
export function encodeMessageV1(headerBytes: Uint8Array, ciphertext: Ciphertext): Uint8Array {
  return toBinary(
    MessageSchema,
    create(MessageSchema, {
      version: { case: "v1", value: { headerBytes, ciphertext: writeCiphertext(ciphertext) } },
    }),
  )
}

/** Decodes what arrives on an intro topic or in a V1 conversation. Throws `malformed`, `misplaced`. */
export function decodeMessageV1(bytes: Uint8Array): SealedMessageV1 {
  const { version } = decodeProto(MessageSchema, bytes, "message")
  if (version.case === "v2") {
    throw new WaferError("misplaced", "a V2 message in a V1 conversation")
  }
  const { headerBytes, ciphertext } = required(version.value, "message")
  const header = decodeProto(MessageHeaderV1Schema, headerBytes, "message header")
  return {
    headerBytes,
    ciphertext: readCiphertext(ciphertext),
    sender: readLegacyBundle(header.sender, "sender"),
    recipient: readLegacyBundle(header.recipient, "recipient"),
    timestampMs: header.timestamp,
  }
}
