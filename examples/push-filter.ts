// A push server. It cannot read messages, and yet wakes a phone only for what its owner did not write
// and the sender thinks worth it: messages carry that wish, and an HMAC that names the author to
// whoever was given the owner's keys.
//   deno run -A examples/push-filter.ts http://localhost:5555
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { GetConversationHmacKeysResponseSchema } from "@wafer/proto"
import { type Client, type Envelope, http, type Transport } from "@wafer/sdk"
import { type HmacKey, shouldNotify } from "@wafer/sdk/push"
import { createServer } from "node:http"
import process from "node:process"
import { buffer } from "node:stream/consumers"

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
  async function watch(
    phone: string,
    keys: ReadonlyMap<string, readonly HmacKey[]>,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const envelope of transport.subscribe([...keys.keys()], { signal })) {
      if (isWorthIt(envelope, keys.get(envelope.contentTopic) ?? [])) wake(phone, envelope)
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
        const keys = keysOf(new Uint8Array(await request.arrayBuffer()))
        if (!keys) return new Response("not a registration", { status: 400 })
        const watching = new AbortController()
        phones.set(phone, watching)
        // When the subscription ends, the phone has to register again.
        watch(phone, keys, watching.signal).catch(() => {}).finally(() => {
          if (phones.get(phone) === watching) phones.delete(phone)
        })
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

function keysOf(registration: Uint8Array): Map<string, readonly HmacKey[]> | undefined {
  try {
    const { hmacKeys } = fromBinary(GetConversationHmacKeysResponseSchema, registration)
    return new Map(Object.entries(hmacKeys).map(([topic, { values }]) => [topic, values]))
  } catch {
    return undefined
  }
}

/** Anybody may publish to a topic: what is no message wakes nobody. */
function isWorthIt({ message }: Envelope, keys: readonly HmacKey[]): boolean {
  try {
    return shouldNotify(message, keys)
  } catch {
    return false
  }
}

if (import.meta.main) {
  const transport = http(process.argv[2] ?? "http://localhost:5555")
  const server = pushServer(transport, (phone) => console.log(`wake ${phone}`))
  createServer(async (incoming, outgoing) => {
    const { method = "GET", url = "/" } = incoming
    const body = method === "PUT" ? Uint8Array.from(await buffer(incoming)) : null
    const request = new Request(new URL(url, "http://localhost"), { method, body })
    outgoing.writeHead((await server.handle(request)).status).end()
  }).listen(8081, () => console.log("phones register on http://localhost:8081"))
}
