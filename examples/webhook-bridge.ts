// Joins a chat to the web. A POST from a program becomes a message; a message becomes a POST to a
// program, signed so that it knows who calls.
//   deno run -A examples/webhook-bridge.ts http://localhost:5555 https://example.com/hook SECRET
import { Client, http, privateKeySigner, WaferError } from "@wafer/sdk"
import { createServer } from "node:http"
import process from "node:process"
import { text } from "node:stream/consumers"

/** Where messages are told, and the secret that both sides know. */
export interface Hook {
  readonly url: string
  readonly secret: string
  readonly fetch?: (request: Request) => Promise<Response>
}

/** Answers `POST {"to": ADDRESS, "text": TEXT}` from whoever knows the secret, by sending it. */
export async function receive(client: Client, hook: Hook, request: Request): Promise<Response> {
  const given = request.headers.get("authorization") ?? ""
  // Compared by their MACs: how long that takes says nothing about the secret.
  if (await sign(given, hook.secret) !== await sign(`Bearer ${hook.secret}`, hook.secret)) {
    return Response.json({ error: "unauthorized" }, { status: 401 })
  }
  const body = await request.json().catch(() => undefined)
  if (typeof body?.to !== "string" || typeof body.text !== "string") {
    return Response.json({ error: "expected to and text" }, { status: 400 })
  }
  try {
    const conversation = await client.conversations.newConversation(body.to)
    const { id } = await conversation.send(body.text)
    return Response.json({ id }, { status: 202 })
  } catch (error) {
    const code = error instanceof WaferError ? error.code : "internal"
    const status = { "not-registered": 404, "invalid-argument": 400 }[code as string] ?? 502
    return Response.json({ error: code }, { status })
  }
}

/**
 * Tells the hook what others write, each message until it is taken. Ends when the client has closed and
 * the hook has taken what came before.
 */
export async function tell(client: Client, hook: Hook): Promise<void> {
  const { fetch = globalThis.fetch } = hook
  for await (const message of client.conversations.streamAllMessages()) {
    const { id, senderAddress, sent, content, fallback, error } = message
    if (error || senderAddress === client.address) continue
    const body = JSON.stringify({ id, from: senderAddress, sent, content, fallback })
    const headers = {
      "content-type": "application/json",
      "x-signature": await sign(body, hook.secret),
    }
    const request = () => new Request(hook.url, { method: "POST", headers, body })
    for (let attempt = 0; !await taken(() => fetch(request())); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** attempt, 60) * 1000))
    }
  }
}

async function taken(call: () => Promise<Response>): Promise<boolean> {
  try {
    return (await call()).ok
  } catch {
    return false
  }
}

/** Hex of the HMAC-SHA-256 of a body. */
export async function sign(body: string, secret: string): Promise<string> {
  const utf8 = new TextEncoder()
  const algorithm = { name: "HMAC", hash: "SHA-256" }
  const key = await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["sign"])
  const mac = await crypto.subtle.sign("HMAC", key, utf8.encode(body))
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

if (import.meta.main) {
  const [node, url, secret] = process.argv.slice(2) as [string, string, string]
  const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const client = await Client.create(signer, { transport: http(node) })
  const hook = { url, secret }
  createServer(async (incoming, outgoing) => {
    const { method = "GET", headers: { authorization = "" } } = incoming
    const body = method === "POST" ? await text(incoming) : null
    const request = new Request(url, { method, headers: { authorization }, body })
    const response = await receive(client, hook, request)
    outgoing.writeHead(response.status).end(await response.text())
  }).listen(8080, () => console.log(`${client.address} is on http://localhost:8080`))
  await tell(client, hook)
}
