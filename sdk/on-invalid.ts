import type { WaferError } from "./error.ts"
import type { Envelope } from "./network/transport.ts"

/**
 * Told of what arrived and is nothing: forged or broken invitations, introductions and preferences.
 * Messages are not among them: those come as messages, with their error.
 */
export type OnInvalid = (error: WaferError, envelope: Envelope) => void
