/**
 * What a push server decides by: it sees sealed messages and the keys its users gave it, never their
 * content.
 *
 * @module
 */
import { hmacSha256 } from "@wafer/crypto"
import { MessageSchema } from "@wafer/proto"
import type { HmacKey } from "./protocol/hmac-keys.ts"
import { decodeProto } from "./protocol/wire.ts"

export type { HmacKey } from "./protocol/hmac-keys.ts"

/**
 * Whether a message should wake a user's phone: not if its sender says so, and not if the user sent
 * it. `keys` are the user's for the message's topic, as `conversations.hmacKeys` returns them.
 * Throws `malformed` for what is no message.
 *
 * @example
 * ```ts
 * for await (const { contentTopic, message } of envelopes) {
 *   for (const user of subscribers.get(contentTopic) ?? []) {
 *     if (shouldNotify(message, user.keys.get(contentTopic) ?? [])) await user.notify()
 *   }
 * }
 * ```
 */
export function shouldNotify(message: Uint8Array, keys: readonly HmacKey[]): boolean {
  const { version } = decodeProto(MessageSchema, message, "message")
  // V1 messages and those of clients before 11.5 say nothing about it.
  if (version.case !== "v2") return true
  const { headerBytes, senderHmac, shouldPush } = version.value
  if (shouldPush === false) return false
  return !senderHmac ||
    !keys.some(({ hmacKey }) => equalInConstantTime(hmacSha256(hmacKey, headerBytes), senderHmac))
}

function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
