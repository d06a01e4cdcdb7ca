import { hex } from "../text/hex.ts"
import { apart, date, seconds } from "../text/time.ts"
import type { Evidence } from "../verify.ts"
import type { StoredConversation, StoredMessage } from "./database.ts"

/** What is known of a stored message; `sender` is how its sender is called here. */
export function evidenceOf(
  message: StoredMessage,
  thread: StoredConversation,
  sender: string,
): Evidence {
  const { id, mine, at, seen: { type, bytes, code, keys, storedAt } } = message
  return {
    id,
    mine,
    sender,
    address: message.sender,
    version: thread.version,
    topic: thread.id,
    consent: thread.consent,
    contentType: type,
    bytes,
    clock: seconds(at),
    ...(keys && {
      identityKey: hex(keys.identity),
      preKey: hex(keys.pre),
      preKeyMade: date(keys.preMadeAt),
    }),
    ...(storedAt !== undefined && { stored: apart(storedAt - at) }),
    ...(code && { refused: code }),
  }
}
