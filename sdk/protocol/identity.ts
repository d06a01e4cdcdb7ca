import { create, toBinary } from "@bufbuild/protobuf"
import {
  EncryptedPrivateKeyBundleSchema,
  type EncryptedPrivateKeyBundleV1,
  EncryptedPrivateKeyBundleV1Schema,
} from "@wafer/proto"
import { randomBytes, toHex } from "../bytes.ts"
import {
  decrypt,
  encrypt,
  fresh,
  type Freshness,
  readCiphertext,
  writeCiphertext,
} from "./ciphertext.ts"
import { WaferError } from "../error.ts"
import { attempt } from "../outcome.ts"
import {
  createKey,
  createPreKey,
  decodePrivateKeyBundle,
  encodePrivateKeyBundle,
  isUnwrapped,
  type PrivateKeyBundle,
  randomSecret,
} from "./private-key.ts"
import { createIdentityText, walletAddress } from "./public-key.ts"
import { type Wallet, walletSignature } from "./signer.ts"
import { decodeProto } from "./wire.ts"

/**
 * New keys for a wallet, in the V1 form that every client reads. Asks the wallet to sign once.
 * Throws `wallet` when the signature is not by the wallet's address.
 */
export async function createIdentity(wallet: Wallet, nowMs: number): Promise<PrivateKeyBundle> {
  const created = BigInt(nowMs)
  const identityKey = await createKey(
    randomSecret(),
    created,
    async (keyBytes) => walletSignature(await wallet.sign(createIdentityText(keyBytes))),
  )
  if (walletAddress(identityKey.publicKey) !== wallet.address) {
    throw new WaferError("wallet", `the signature is not by ${wallet.address}`)
  }
  return { identityKey, preKeys: [await createPreKey(identityKey, created)] }
}

/** The text a wallet signs to open its key bundle. The signature is the bundle's secret. */
export function enableIdentityText(walletPreKey: Uint8Array): string {
  return `XMTP : Enable Identity\n${
    toHex(walletPreKey)
  }\n\nFor more info: https://xmtp.org/signatures/`
}

/** The bundle as it lies on the network, under a secret that only the wallet can make again. */
export async function encryptKeyBundle(
  bundle: PrivateKeyBundle,
  wallet: Wallet,
  walletPreKey: Uint8Array = randomBytes(32),
  freshness: Freshness = fresh(),
): Promise<Uint8Array> {
  const secret = await wallet.sign(enableIdentityText(walletPreKey))
  const ciphertext = encrypt(secret, encodePrivateKeyBundle(bundle), undefined, freshness)
  const value = create(EncryptedPrivateKeyBundleV1Schema, {
    walletPreKey,
    ciphertext: writeCiphertext(ciphertext),
  })
  return toBinary(
    EncryptedPrivateKeyBundleSchema,
    create(EncryptedPrivateKeyBundleSchema, { version: { case: "v1", value } }),
  )
}

/** A bundle that was opened. */
export interface OpenedKeyBundle {
  readonly bundle: PrivateKeyBundle
  /** Whether it lay in a form of early clients, and should be stored again in today's. */
  readonly outdated: boolean
}

/** Opens a bundle from the network. Asks the wallet to sign once. Throws `undecryptable`, `malformed`. */
export async function decryptKeyBundle(
  bytes: Uint8Array,
  wallet: Wallet,
): Promise<OpenedKeyBundle> {
  const { encrypted, bare } = readEncrypted(bytes)
  const ciphertext = readCiphertext(encrypted.ciphertext)
  const secret = await wallet.sign(enableIdentityText(encrypted.walletPreKey))
  const plaintext = openEither(secret, (secret) => decrypt(secret, ciphertext))
  return {
    bundle: decodePrivateKeyBundle(plaintext),
    outdated: bare || isUnwrapped(plaintext),
  }
}

/** Some wallets write the last byte of a signature as 0 and 1, others, or later, as 27 and 28. */
function openEither<T>(secret: Uint8Array, open: (secret: Uint8Array) => T): T {
  try {
    return open(secret)
  } catch (error) {
    const other = secret.slice()
    other[64] = secret[64]! < 27 ? secret[64]! + 27 : secret[64]! - 27
    try {
      return open(other)
    } catch {
      throw error
    }
  }
}

function readEncrypted(
  bytes: Uint8Array,
): { encrypted: EncryptedPrivateKeyBundleV1; bare: boolean } {
  const { value: wrapped } = attempt(() =>
    decodeProto(EncryptedPrivateKeyBundleSchema, bytes, "encrypted key bundle")
  )
  const encrypted = wrapped?.version.value
  if (isComplete(encrypted)) return { encrypted, bare: false }
  // Early clients stored the inner message alone.
  const inner = decodeProto(EncryptedPrivateKeyBundleV1Schema, bytes, "encrypted key bundle")
  if (isComplete(inner)) return { encrypted: inner, bare: true }
  throw new WaferError("malformed", "an encrypted key bundle lacks its parts")
}

function isComplete(
  encrypted: EncryptedPrivateKeyBundleV1 | undefined,
): encrypted is EncryptedPrivateKeyBundleV1 {
  return encrypted !== undefined && encrypted.walletPreKey.length > 0 &&
    encrypted.ciphertext?.union.value !== undefined
}
