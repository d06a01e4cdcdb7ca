import { toHex } from "../hex.ts"
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { secp256k1 } from "@wafer/crypto"
import {
  AuthDataSchema,
  type PublicKey,
  PublicKeySchema,
  type Signature,
  type Token,
  TokenSchema,
} from "@wafer/proto"
import { decodeBase64 } from "../base64.ts"
import { Refusal } from "../refusal.ts"
import { ownerOf } from "../store/topic.ts"

const maxAgeMs = 3_600_000
const utf8 = new TextEncoder()

/** Tells whose wallet stands behind an Authorization header. */
export interface Authenticator {
  /**
   * @returns the checksummed address of the wallet
   * @throws Refusal unauthenticated, with V1's text for what is wrong
   */
  authenticate(authorization: string | null): string
}

/** A verified token costs two signature checks once: clients send the same one for an hour. */
export function createAuthenticator(now: () => Date, cacheSize = 10_000): Authenticator {
  const verified = new Map<string, { wallet: string; createdNs: bigint }>()

  return {
    authenticate(authorization) {
      const encoded = bearerOf(authorization)
      let known = verified.get(encoded)
      if (!known) {
        known = verify(decode(encoded))
        if (verified.size >= cacheSize) verified.delete(verified.keys().next().value!)
        verified.set(encoded, known)
      }
      const ageNs = BigInt(now().getTime()) * 1_000_000n - known.createdNs
      if (ageNs >= BigInt(maxAgeMs) * 1_000_000n) throw unauthenticated("token expired")
      return known.wallet
    },
  }
}

/** Refuses a write to a topic that belongs to somebody else. */
export function authorize(wallet: string, topics: Iterable<string>): void {
  for (const topic of topics) {
    const owner = ownerOf(topic)
    if (owner !== undefined && owner !== wallet) {
      throw new Refusal(
        Code.PermissionDenied,
        "publishing to restricted topic",
        "restricted-topic",
      )
    }
  }
}

function bearerOf(authorization: string | null): string {
  if (authorization === null || authorization === "") {
    throw unauthenticated("authorization token is not provided")
  }
  const words = authorization.split(" ")
  if (words.length !== 2) throw unauthenticated("invalid authorization header")
  if (words[0] !== "Bearer") {
    throw unauthenticated(`unrecognized authorization scheme ${words[0]}`)
  }
  return words[1]!
}

function decode(encoded: string): Token {
  try {
    return fromBinary(TokenSchema, decodeBase64(encoded))
  } catch (error) {
    throw unauthenticated(`extracting token: ${error instanceof Error ? error.message : error}`)
  }
}

function verify(token: Token): { wallet: string; createdNs: bigint } {
  if (!token.identityKey?.signature) throw unauthenticated("missing identity key")
  const recovered = recoverWallet(token.identityKey)
  if (token.authDataBytes.length === 0) throw unauthenticated("missing auth data")
  if (!token.authDataSignature) throw unauthenticated("missing auth data signature")
  checkAuthData(token.identityKey, token.authDataBytes, token.authDataSignature)
  const { walletAddr, createdNs } = readAuthData(token.authDataBytes)
  if (walletAddr !== recovered) throw unauthenticated("wallet address mismatch")
  return { wallet: recovered, createdNs }
}

/** The wallet that signed the identity key: its text, EIP-191, recovered. */
function recoverWallet(key: PublicKey): string {
  try {
    const { timestamp, union, signature } = key
    const bytes = toBinary(PublicKeySchema, create(PublicKeySchema, { timestamp, union }))
    const text = utf8.encode(
      `XMTP : Create Identity\n${toHex(bytes)}\n\nFor more info: https://xmtp.org/signatures/`,
    )
    const prefix = utf8.encode(`\x19Ethereum Signed Message:\n${text.length}`)
    const digest = keccak_256(new Uint8Array([...prefix, ...text]))
    // V1 keys keep a wallet's signature in the slot of keys; some clients use the wallet's own slot.
    const compact = signature!.union.value
    if (!compact) throw new Error("missing signature")
    return addressOf(secp256k1.recover(compact.bytes, compact.recovery, digest))
  } catch (error) {
    throw unauthenticated(`validating token: ${error instanceof Error ? error.message : error}`)
  }
}

function checkAuthData(key: PublicKey, data: Uint8Array, signature: Signature): void {
  const publicKey = key.union.value?.bytes ?? new Uint8Array()
  if (publicKey.length !== 65) throw unauthenticated("invalid public key length")
  if (signature.union.case !== "ecdsaCompact") throw unauthenticated("unknown signature type")
  const compact = signature.union.value.bytes
  if (compact.length !== 64) throw unauthenticated("invalid signature length")
  let valid = false
  try {
    valid = secp256k1.verify(compact, keccak_256(data), publicKey)
  } catch {
    throw unauthenticated("invalid public key")
  }
  if (!valid) throw unauthenticated("invalid signature")
}

function readAuthData(bytes: Uint8Array): { walletAddr: string; createdNs: bigint } {
  try {
    return fromBinary(AuthDataSchema, bytes)
  } catch {
    throw unauthenticated("invalid auth data")
  }
}

/** EIP-55: a letter is upper case where the hash of the address has a high nibble. */
function addressOf(publicKey: Uint8Array): string {
  const hex = toHex(keccak_256(publicKey.subarray(1)).subarray(12))
  const hash = toHex(keccak_256(utf8.encode(hex)))
  const mixed = [...hex].map((c, i) => parseInt(hash[i]!, 16) >= 8 ? c.toUpperCase() : c)
  return `0x${mixed.join("")}`
}

function unauthenticated(message: string): Refusal {
  return new Refusal(Code.Unauthenticated, message, "unauthenticated")
}
