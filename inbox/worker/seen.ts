import type { Message } from "@wafer/sdk"
import { nameOf } from "./content.ts"

/** What the drawer tells about a message, as it is stored with it. */
export interface Seen {
  readonly type: string
  /** Of the content, opened. */
  readonly bytes: number
  /** Why the SDK refused it. */
  readonly code?: string
  /** The keys that it was proved with. */
  readonly keys?: {
    readonly identity: Uint8Array
    readonly pre: Uint8Array
    readonly preMadeAt: number
  }
  /** When the node stored it, if it told. */
  readonly storedAt?: number
}

/** Of a message that is not sealed yet. */
export const unseen: Seen = { type: "", bytes: 0 }

/** What the SDK says about a message. */
export function seenOf({ contentType, encoded, error, senderKeys, storedAt }: Message): Seen {
  return {
    type: contentType ? nameOf(contentType) : "",
    bytes: encoded?.content.length ?? 0,
    ...(error && { code: error.code }),
    ...(senderKeys && {
      keys: {
        identity: senderKeys.identityKey.publicKey,
        pre: senderKeys.preKey.publicKey,
        preMadeAt: senderKeys.preKey.created.getTime(),
      },
    }),
    ...(storedAt && { storedAt: storedAt.getTime() }),
  }
}
