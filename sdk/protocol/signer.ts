import { secp256k1 } from "@wafer/crypto"
import { addressOf, keccak256, toAddress } from "./address.ts"
import { concat, fromHex, toHex, utf8 } from "../bytes.ts"
import { WaferError } from "../error.ts"
import type { Signature } from "./signature.ts"

/** A wallet in the shape of ethers: `Wallet`, `JsonRpcSigner`. */
export interface EthersSigner {
  /** The account's address. */
  getAddress(): string | Promise<string>
  /** Signs a text with `personal_sign`: 65 bytes in hex. */
  signMessage(message: string): Promise<string>
}

/** A wallet in the shape of viem: what `privateKeyToAccount` returns. */
export interface ViemAccount {
  /** The account's address. */
  readonly address: string
  /** Signs a text with `personal_sign`: 65 bytes in hex. */
  signMessage(parameters: { message: string }): Promise<string>
}

/** A wallet in the shape of viem's `WalletClient` with an account. */
export interface ViemWalletClient {
  /** The account it signs for. */
  readonly account: { readonly address: string }
  /** Signs a text with `personal_sign`: 65 bytes in hex. */
  // deno-lint-ignore no-explicit-any -- viem's own parameter is generic over chains and accounts
  signMessage(parameters: any): Promise<string>
}

/**
 * A wallet that signs texts with `personal_sign` (EIP-191), deterministically. It is asked twice when
 * an account is created and once when its keys are loaded again.
 */
export type Signer = EthersSigner | ViemAccount | ViemWalletClient

/** A signer whatever its shape. */
export interface Wallet {
  /** Checksummed. */
  readonly address: string
  /** R ‖ S ‖ v, 65 bytes, v as the wallet returned it. */
  sign(text: string): Promise<Uint8Array>
}

/** Asks a signer for its address and gives it one shape. */
export async function walletOf(signer: Signer): Promise<Wallet> {
  const address = await ask(async () =>
    toAddress(
      "getAddress" in signer
        ? await signer.getAddress()
        : "account" in signer
        ? signer.account.address
        : signer.address,
    )
  )
  const signText = (message: string): Promise<string> =>
    "getAddress" in signer
      ? signer.signMessage(message)
      : "account" in signer
      ? signer.signMessage({ message, account: signer.account })
      : signer.signMessage({ message })
  return {
    address,
    async sign(text) {
      const signature: unknown = await ask(() => signText(text))
      const bytes = typeof signature === "string" ? fromHex(signature) : undefined
      if (bytes?.length !== 65) {
        throw new WaferError(
          "wallet",
          "expected a signature of 65 bytes in hex; contract wallets are not supported",
        )
      }
      return bytes
    },
  }
}

async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    throw new WaferError("wallet", "the wallet did not answer", { cause })
  }
}

/**
 * A signer that holds the account's private key, 32 bytes.
 *
 * @example
 * ```ts
 * const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
 * ```
 */
export function privateKeySigner(secret: Uint8Array): EthersSigner {
  if (!secp256k1.isValidSecretKey(secret)) {
    throw new WaferError("invalid-argument", "expected a private key of 32 bytes, not zero")
  }
  const key = secret.slice()
  const address = addressOf(secp256k1.getPublicKey(key))
  return {
    getAddress: () => address,
    signMessage(message) {
      const { signature, recovery } = secp256k1.sign(personalDigest(message), key)
      return Promise.resolve(`0x${toHex(signature)}${toHex(Uint8Array.of(27 + recovery))}`)
    },
  }
}

/** What `personal_sign` signs (EIP-191, version 0x45). */
export function personalDigest(text: string): Uint8Array {
  const message = utf8(text)
  return keccak256(concat(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message))
}

/** A wallet's 65 bytes as a signature. Wallets write v as 27 and 28, or as 0 and 1. */
export function walletSignature(bytes: Uint8Array): Signature {
  const v = bytes[64]! < 2 ? bytes[64]! + 27 : bytes[64]!
  return { by: "wallet", bytes: bytes.slice(0, 64), recovery: 1 - (v % 2) }
}

/** The address whose wallet signed `text`. Throws `forged` when the signature is of nobody. */
export function recoverSigner(text: string, signature: Signature): string {
  try {
    return addressOf(
      secp256k1.recover(signature.bytes, signature.recovery, personalDigest(text)),
    )
  } catch (cause) {
    throw new WaferError("forged", "the wallet signature is of nobody", { cause })
  }
}
