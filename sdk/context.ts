import type { ConsentList } from "./consent-list.ts"
import type { Codec } from "./content/content.ts"
import type { ContactDirectory } from "./network/contact-directory.ts"
import type { Keystore } from "./keystore/keystore.ts"
import type { Network } from "./network/network.ts"
import type { OnInvalid } from "./on-invalid.ts"
import type { Pace } from "./pace.ts"
import type { Proofs } from "./protocol/proofs.ts"
import type { PublicKeyBundle } from "./protocol/public-key.ts"
import type { Clock } from "./time.ts"

/** What conversations work with. */
export interface Context {
  /** The own address, checksummed. */
  readonly address: string
  /** What the account shows to others. */
  readonly bundle: PublicKeyBundle
  readonly keystore: Keystore
  readonly network: Network
  readonly contacts: ContactDirectory
  readonly consent: ConsentList
  readonly proofs: Proofs
  /** The peers that were sent a V1 message since the client began. */
  readonly introduced: Set<string>
  readonly codecs: readonly Codec<unknown>[]
  readonly onInvalid: OnInvalid
  readonly clock: Clock
  /** Awaited between pieces of work, so that a long one does not block the page. */
  readonly pace: Pace
  /** Aborts when the client closes. */
  readonly closed: AbortSignal
}

/** The signal of a call: the caller's, or the client's end. */
export function signalOf(context: Context, signal: AbortSignal | undefined): AbortSignal {
  return signal ? AbortSignal.any([context.closed, signal]) : context.closed
}
