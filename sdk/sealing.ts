import { WaferError } from "./error.ts"
import type { Outcome } from "./outcome.ts"
import type { SenderKeys } from "./protocol/proofs.ts"
import type { Envelope } from "./network/transport.ts"

/** A message's bytes, and the time in its header. */
export interface SealedPayload {
  readonly message: Uint8Array
  readonly timestampNs: bigint
}

/** A message that was opened and whose sender was proven. */
export interface OpenedPayload {
  /** Encoded content. */
  readonly payload: Uint8Array
  /** Checksummed. */
  readonly senderAddress: string
  readonly keys: SenderKeys
  readonly sentNs: bigint
}

/** How the messages of one conversation are sealed and opened: V1 and V2 differ in nothing else. */
export interface Sealing {
  /** Seals what was written at `writtenNs`, or now when that is absent. */
  seal(
    payload: Uint8Array,
    writtenNs: bigint | undefined,
    options: { readonly shouldPush: boolean; readonly signal: AbortSignal },
  ): Promise<SealedPayload>
  /** One outcome for each envelope, in their order. */
  open(envelopes: readonly Envelope[]): Promise<Outcome<OpenedPayload>[]>
  /** Where the next message is to be published. */
  topics(): readonly string[]
  /** The message was published to all of them. */
  delivered(): void
}

/** The error of a message that somebody published a second time. */
export function replayed(): WaferError {
  return new WaferError("misplaced", "a copy of a message, published at another time than its own")
}
