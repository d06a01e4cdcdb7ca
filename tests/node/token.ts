// Makes accounts that may publish, from nothing but the primitives: what a node's tests need of a client.
import { create, toBinary } from "@bufbuild/protobuf"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { secp256k1 } from "@wafer/crypto"
import { AuthDataSchema, PublicKeySchema, TokenSchema } from "@wafer/proto"

export interface Account {
  readonly address: string
  /** The value of an Authorization header. */
  authorization(createdAt?: Date): string
}

const utf8 = new TextEncoder()

/** An account whose keys follow from a number. */
export function account(seed: number): Account {
  const wallet = new Uint8Array(32).fill(0x11, 0, 28)
  const identity = new Uint8Array(32).fill(0x22, 0, 28)
  new DataView(wallet.buffer).setUint32(28, seed + 1)
  new DataView(identity.buffer).setUint32(28, seed + 1)
  const address = addressOf(secp256k1.getPublicKey(wallet))

  const unsigned = create(PublicKeySchema, {
    timestamp: 1_700_000_000_000n,
    union: {
      case: "secp256k1Uncompressed",
      value: { bytes: secp256k1.getPublicKey(identity) },
    },
  })
  const text = `XMTP : Create Identity\n${hexOf(toBinary(PublicKeySchema, unsigned))}\n\n` +
    "For more info: https://xmtp.org/signatures/"
  const message = utf8.encode(`\x19Ethereum Signed Message:\n${text.length}${text}`)
  const { signature: bytes, recovery } = secp256k1.sign(keccak_256(message), wallet)
  const { timestamp, union } = unsigned
  const identityKey = create(PublicKeySchema, {
    timestamp,
    union,
    signature: { union: { case: "ecdsaCompact", value: { bytes, recovery } } },
  })

  return {
    address,
    authorization(createdAt = new Date()) {
      const authDataBytes = toBinary(
        AuthDataSchema,
        create(AuthDataSchema, {
          walletAddr: address,
          createdNs: BigInt(createdAt.getTime()) * 1_000_000n,
        }),
      )
      const signed = secp256k1.sign(keccak_256(authDataBytes), identity)
      const token = create(TokenSchema, {
        identityKey,
        authDataBytes,
        authDataSignature: {
          union: {
            case: "ecdsaCompact",
            value: { bytes: signed.signature, recovery: signed.recovery },
          },
        },
      })
      return `Bearer ${btoa(String.fromCharCode(...toBinary(TokenSchema, token)))}`
    },
  }
}

function addressOf(publicKey: Uint8Array): string {
  const hex = hexOf(keccak_256(publicKey.subarray(1)).subarray(12))
  const hash = hexOf(keccak_256(utf8.encode(hex)))
  return "0x" + [...hex].map((c, i) => parseInt(hash[i]!, 16) > 7 ? c.toUpperCase() : c).join("")
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
