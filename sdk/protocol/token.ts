import { create, toBinary } from "@bufbuild/protobuf"
import { AuthDataSchema, TokenSchema } from "@wafer/proto"
import { keccak256 } from "./address.ts"
import { toBase64 } from "../bytes.ts"
import { type PublicKey, writeTokenKey } from "./public-key.ts"
import { type Signature, writeSignature } from "./signature.ts"

/** How long a token is used before a new one is made; nodes accept it for an hour. */
export const tokenLifeMs = 3590 * 1000

/** Who publishes, and since when: what a token's signature covers. */
export function encodeAuthData(walletAddr: string, createdNs: bigint): Uint8Array {
  return toBinary(AuthDataSchema, create(AuthDataSchema, { walletAddr, createdNs }))
}

/** What the identity key signs: keccak-256 here, SHA-256 everywhere else. */
export function authDigest(authData: Uint8Array): Uint8Array {
  return keccak256(authData)
}

/** The bearer token, base64. */
export function encodeToken(
  identityKey: PublicKey,
  authData: Uint8Array,
  signature: Signature,
): string {
  return toBase64(toBinary(
    TokenSchema,
    create(TokenSchema, {
      identityKey: writeTokenKey(identityKey),
      authDataBytes: authData,
      authDataSignature: writeSignature(signature),
    }),
  ))
}
