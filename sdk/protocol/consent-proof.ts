import { fromHex, toHex } from "../bytes.ts"
import type { ConsentProof } from "./invitation.ts"
import { recoverSigner, type Signer, walletOf, walletSignature } from "./signer.ts"

// As old as a proof may be.
const validForMs = 30 * 24 * 60 * 60 * 1000

/** The text by which a wallet lets `broadcaster` write to it. */
export function consentProofText(broadcaster: string, timestampMs: number): string {
  const time = new Date(timestampMs).toUTCString()
  return `XMTP : Grant inbox consent to sender\n\nCurrent Time: ${time}\nFrom Address: ${broadcaster}\n\nFor more info: https://xmtp.org/signatures/`
}

/**
 * Lets `broadcaster` write to the signer's account: it sends the proof along with its invitation.
 *
 * @example
 * ```ts
 * const proof = await signConsent(subscriber, broadcaster.address)
 * await broadcaster.conversations.newConversation(address, { consentProof: proof })
 * ```
 */
export async function signConsent(
  signer: Signer,
  broadcaster: string,
  now: Date = new Date(),
): Promise<ConsentProof> {
  const wallet = await walletOf(signer)
  const bytes = await wallet.sign(consentProofText(broadcaster, now.getTime()))
  return { signature: `0x${toHex(bytes)}`, timestampMs: BigInt(now.getTime()) }
}

/** Whether the wallet of `address` lets `broadcaster` write to it, by a proof of the last thirty days. */
export function verifyConsent(
  { signature, timestampMs }: ConsentProof,
  address: string,
  broadcaster: string,
  nowMs: number = Date.now(),
): boolean {
  const signedMs = Number(timestampMs)
  const bytes = fromHex(signature)
  if (bytes?.length !== 65 || signedMs === 0) return false
  if (signedMs > nowMs || nowMs - signedMs > validForMs) return false
  try {
    const text = consentProofText(broadcaster, signedMs)
    return recoverSigner(text, walletSignature(bytes)) === address
  } catch {
    return false
  }
}
