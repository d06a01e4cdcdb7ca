// A push server's filter. It cannot read messages, and yet wakes a phone only for what its owner did
// not write and the sender thinks worth it: messages carry a wish, and an HMAC that names the author
// to whoever was given the owner's keys.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import {
  type Envelope,
  GetConversationHmacKeysResponseSchema,
  MessageSchema,
  type MessageV2,
} from "@wafer/proto"
import type { Client, Transport } from "@wafer/sdk"

/** What a phone hands to the push server: topics, and keys that tell its owner's own messages. */
export async function registration(client: Client): Promise<Uint8Array> {
  const keys = await client.conversations.hmacKeys()
  const hmacKeys = Object.fromEntries([...keys].map(([topic, values]) => [topic, { values }]))
  const response = create(GetConversationHmacKeysResponseSchema, { hmacKeys })
  return toBinary(GetConversationHmacKeysResponseSchema, response)
}

/** A server that phones register with, and that calls `wake` for each message worth it. */
export function pushServer(transport: Transport, wake: (phone: string, of: Envelope) => void) {
  const phones = new Map<string, AbortController>()

  /** One subscription a phone is enough for an example; a service would share them. */
  async function watch(phone: string, keys: Keys, signal: AbortSignal): Promise<void> {
    for await (const envelope of transport.subscribe([...keys.keys()], { signal })) {
      if (await isWorthIt(envelope, keys.get(envelope.contentTopic) ?? [])) wake(phone, envelope)
    }
  }

  return {
    /** `PUT /phones/ID` with a registration begins, or begins anew; `DELETE` ends it. */
    async handle(request: Request): Promise<Response> {
      const phone = new URL(request.url).pathname.match(/^\/phones\/([^/]+)$/)?.[1]
      if (!phone) return new Response("not found", { status: 404 })
      phones.get(phone)?.abort()
      phones.delete(phone)
      if (request.method === "PUT") {
        const keys = keysOf(await request.bytes())
        const watching = new AbortController()
        phones.set(phone, watching)
        watch(phone, keys, watching.signal).catch(() => phones.delete(phone))
      }
      return new Response(null, { status: 204 })
    },
    /** Ends all watching. */
    close(): void {
      for (const watching of phones.values()) watching.abort()
      phones.clear()
    },
  }
}

type Keys = ReadonlyMap<string, readonly Uint8Array[]>

function keysOf(registration: Uint8Array): Keys {
  const { hmacKeys } = fromBinary(GetConversationHmacKeysResponseSchema, registration)
  const entries = Object.entries(hmacKeys)
  return new Map(entries.map(([topic, { values }]) => [topic, values.map((key) => key.hmacKey)]))
}

/** Whether the sender wishes a push, and is not the one who holds `keys`. */
export async function isWorthIt(
  envelope: Envelope,
  keys: readonly Uint8Array[],
): Promise<boolean> {
  const message = messageOf(envelope)
  if (!message || message.shouldPush === false) return false
  const own = await Promise.all(keys.map((key) => isBy(message, key)))
  return !own.includes(true)
}

function messageOf(envelope: Envelope): MessageV2 | undefined {
  try {
    const { version } = fromBinary(MessageSchema, envelope.message)
    return version.case === "v2" ? version.value : undefined
  } catch {
    return undefined
  }
}

async function isBy({ headerBytes, senderHmac }: MessageV2, key: Uint8Array): Promise<boolean> {
  if (!senderHmac) return false
  const algorithm = { name: "HMAC", hash: "SHA-256" }
  const bytes = (view: Uint8Array) => Uint8Array.from(view)
  const hmac = await crypto.subtle.importKey("raw", bytes(key), algorithm, false, ["verify"])
  return await crypto.subtle.verify("HMAC", hmac, bytes(senderHmac), bytes(headerBytes))
}
