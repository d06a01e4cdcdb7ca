import { utf8 } from "../bytes.ts"
import type { Codec } from "../content/content.ts"
import { WaferError } from "../error.ts"
import { parseJsonObject } from "./json.ts"

/** A transaction on a chain that the conversation is about. */
export interface TransactionReference {
  /** The kind of chain, such as `eip155`. */
  readonly namespace?: string
  /** The chain within that kind. Apps write it as a string or as a number. */
  readonly networkId: string | number
  /** The transaction's hash. */
  readonly reference: string
  /** What it does. */
  readonly metadata?: TransactionMetadata
}

/** What the sender says the transaction does. The chain is the witness, not this. */
export interface TransactionMetadata {
  /** Such as `transfer`. */
  readonly transactionType?: string
  /** Such as `USDC`. */
  readonly currency?: string
  /** In units of 10^-decimals. */
  readonly amount?: number
  /** How many of the digits of `amount` stand behind the point. */
  readonly decimals?: number
  /** Who paid. */
  readonly fromAddress?: string
  /** Who was paid. */
  readonly toAddress?: string
}

const metadataKinds: Record<keyof TransactionMetadata, "string" | "number"> = {
  transactionType: "string",
  currency: "string",
  amount: "number",
  decimals: "number",
  fromAddress: "string",
  toAddress: "string",
}

/** References to transactions. */
export const transactionReference: Codec<TransactionReference> = {
  type: {
    authorityId: "xmtp.org",
    typeId: "transactionReference",
    versionMajor: 1,
    versionMinor: 0,
  },
  encode: (value) => ({ parameters: {}, content: utf8(JSON.stringify(value)) }),
  decode({ content }) {
    const fields = parseJsonObject(content)
    if (fields === undefined || !isTransactionReference(fields)) {
      throw new WaferError("invalid-content", "not a transaction reference")
    }
    return fields
  },
  fallback({ reference }) {
    if (reference === "") return "Crypto transaction"
    return "[Crypto transaction] Use a blockchain explorer to learn more " +
      `using the transaction hash: ${reference}`
  },
}

function isTransactionReference(
  fields: Record<string, unknown>,
): fields is Record<string, unknown> & TransactionReference {
  const { namespace, networkId, reference, metadata } = fields
  return typeof reference === "string" &&
    (typeof networkId === "string" || typeof networkId === "number") &&
    (namespace === undefined || typeof namespace === "string") &&
    (metadata === undefined || isMetadata(metadata))
}

function isMetadata(value: unknown): value is TransactionMetadata {
  if (typeof value !== "object" || value === null) return false
  return Object.entries(metadataKinds).every(([name, kind]) => {
    const field = (value as Record<string, unknown>)[name]
    return field === undefined || typeof field === kind
  })
}
