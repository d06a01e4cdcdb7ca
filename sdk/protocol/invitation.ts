import { create, toBinary } from "@bufbuild/protobuf"
import { hkdfSha256, hmacSha256 } from "@wafer/crypto"
import {
  ConsentProofPayloadVersion,
  type InvitationV1,
  InvitationV1Schema,
  SealedInvitationHeaderV1Schema,
  SealedInvitationSchema,
} from "@wafer/proto"
import { toHex, utf8 } from "../bytes.ts"
import {
  type Ciphertext,
  encrypt,
  fresh,
  type Freshness,
  readCiphertext,
  writeCiphertext,
} from "./ciphertext.ts"
import { WaferError } from "../error.ts"
import { type PublicKeyBundle, readBundle, writeBundle } from "./public-key.ts"
import { conversationTopic } from "./topics.ts"
import { decodeProto, required } from "./wire.ts"

/** Tells apart the conversations of two accounts. Absent, they have the one without a context. */
export interface ConversationContext {
  /** Free text; by convention `domain/path`. */
  readonly conversationId: string
  /** Whatever the application wants to tell its peer about it. */
  readonly metadata: Readonly<Record<string, string>>
}

/** The invited account's word that the inviter may write to it. */
export interface ConsentProof {
  /** By the wallet of the invited account: 0x and 130 hex digits. */
  readonly signature: string
  /** Milliseconds. */
  readonly timestampMs: bigint
}

/** What an invitation carries: where to meet, and the key of the conversation. */
export interface Invitation {
  /** Where the messages are published. */
  readonly topic: string
  /** 32 bytes. */
  readonly keyMaterial: Uint8Array
  /** Tells the conversation from others of the same two. */
  readonly context?: ConversationContext
  /** The invited account's word that the inviter may write to it. */
  readonly consentProof?: ConsentProof
}

/** What everybody may read on an invitation. */
export interface InvitationHeader {
  readonly sender: PublicKeyBundle
  readonly recipient: PublicKeyBundle
  readonly createdNs: bigint
}

/** An invitation before it is opened. */
export interface SealedInvitation {
  readonly header: InvitationHeader
  /** As received: the ciphertext is bound to these bytes. */
  readonly headerBytes: Uint8Array
  readonly ciphertext: Ciphertext
}

const keySalt = utf8("__XMTP__INVITATION__SALT__XMTP__")

/**
 * Topic and key of the conversation of two accounts, the same whoever invites. `secret` is their
 * agreement with the lesser address in the recipient's role.
 */
export function deriveConversation(
  secret: Uint8Array,
  addresses: readonly [string, string],
  conversationId: string | undefined,
): { topic: string; keyMaterial: Uint8Array } {
  const [first, second] = [...addresses].sort()
  const id = hmacSha256(secret, utf8(`${conversationId ?? ""}${first},${second}`))
  return {
    topic: conversationTopic(toHex(id)),
    // 0 is a sequence number that no client has ever raised.
    keyMaterial: hkdfSha256(secret, keySalt, utf8(`0|${first}|${second}`), 32),
  }
}

/** The plaintext of an invitation. */
export function encodeInvitation(invitation: Invitation): Uint8Array {
  return toBinary(InvitationV1Schema, writeInvitation(invitation))
}

/** As it is sealed, and as it is stored. */
export function writeInvitation(invitation: Invitation): InvitationV1 {
  const { topic, keyMaterial, context, consentProof } = invitation
  return create(InvitationV1Schema, {
    topic,
    ...(context && {
      context: { conversationId: context.conversationId, metadata: { ...context.metadata } },
    }),
    encryption: { case: "aes256GcmHkdfSha256", value: { keyMaterial } },
    ...(consentProof && {
      consentProof: {
        signature: consentProof.signature,
        timestamp: consentProof.timestampMs,
        payloadVersion: ConsentProofPayloadVersion.CONSENT_PROOF_PAYLOAD_VERSION_1,
      },
    }),
  })
}

/** Throws `malformed` when topic or key are missing. */
export function decodeInvitation(bytes: Uint8Array): Invitation {
  return readInvitation(decodeProto(InvitationV1Schema, bytes, "invitation"))
}

/** Checks that topic and key are there. Throws `malformed`. */
export function readInvitation(wire: InvitationV1): Invitation {
  const { topic, context, encryption, consentProof } = wire
  const keyMaterial = encryption.value?.keyMaterial
  if (topic === "") throw new WaferError("malformed", "an invitation without a topic")
  if (!keyMaterial?.length) throw new WaferError("malformed", "an invitation without a key")
  return {
    topic,
    keyMaterial,
    ...(context && {
      context: { conversationId: context.conversationId, metadata: context.metadata },
    }),
    ...(consentProof && {
      consentProof: {
        signature: consentProof.signature,
        timestampMs: consentProof.timestamp,
      },
    }),
  }
}

/** The readable part of an invitation; the sealed part is bound to these bytes. */
export function encodeInvitationHeader(header: InvitationHeader): Uint8Array {
  return toBinary(
    SealedInvitationHeaderV1Schema,
    create(SealedInvitationHeaderV1Schema, {
      sender: writeBundle(header.sender),
      recipient: writeBundle(header.recipient),
      createdNs: header.createdNs,
    }),
  )
}

/** Seals an invitation. `secret` is the plain agreement of sender and recipient. */
export function sealInvitation(
  invitation: Invitation,
  header: InvitationHeader,
  secret: Uint8Array,
  freshness: Freshness = fresh(),
): Uint8Array {
  const headerBytes = encodeInvitationHeader(header)
  const ciphertext = writeCiphertext(
    encrypt(secret, encodeInvitation(invitation), headerBytes, freshness),
  )
  return toBinary(
    SealedInvitationSchema,
    create(SealedInvitationSchema, { version: { case: "v1", value: { headerBytes, ciphertext } } }),
  )
}

/** Decodes what arrives on an invite topic. Throws `malformed`. */
export function decodeSealedInvitation(bytes: Uint8Array): SealedInvitation {
  const { version } = decodeProto(SealedInvitationSchema, bytes, "invitation")
  const { headerBytes, ciphertext } = required(version.value, "invitation")
  const header = decodeProto(SealedInvitationHeaderV1Schema, headerBytes, "invitation header")
  return {
    header: {
      sender: readBundle(header.sender, "sender"),
      recipient: readBundle(header.recipient, "recipient"),
      createdNs: header.createdNs,
    },
    headerBytes,
    ciphertext: readCiphertext(ciphertext),
  }
}
