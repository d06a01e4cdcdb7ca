// A newsletter. Readers subscribe with a signature of their wallet, on a web page perhaps; it travels
// with the first message, and their inboxes let the newsletter in without asking.
//   deno run -A examples/broadcast.ts http://localhost:5555
import { Client, http, privateKeySigner, type Signer } from "@wafer/sdk"
import { signConsent } from "@wafer/sdk/consent-proof"
import process from "node:process"

/** Who subscribed, by address, with the proof of it. */
export type Subscribers = Map<string, Awaited<ReturnType<typeof signConsent>>>

/** What the subscription page does. Proofs count for thirty days, until the first message. */
export async function subscribe(
  subscribers: Subscribers,
  reader: Signer & { getAddress(): string | Promise<string> },
  newsletter: string,
): Promise<void> {
  subscribers.set(await reader.getAddress(), await signConsent(reader, newsletter))
}

/** Sends an issue to everybody, some at a time. Resolves to who could not be reached, and why. */
export async function broadcast(
  client: Client,
  subscribers: Subscribers,
  issue: string,
  atATime = 25,
): Promise<Map<string, unknown>> {
  const unreached = new Map<string, unknown>()
  const waiting = [...subscribers]
  await Promise.all(Array.from({ length: atATime }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [address, consentProof] = next
      try {
        const { conversations } = client
        await (await conversations.newConversation(address, { consentProof })).send(issue)
      } catch (error) {
        unreached.set(address, error)
      }
    }
  }))
  return unreached
}

if (import.meta.main) {
  const transport = http(process.argv[2] ?? "http://localhost:5555")
  const newSigner = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const newsletter = await Client.create(newSigner(), { transport })
  const subscribers: Subscribers = new Map()
  const readers = [newSigner(), newSigner(), newSigner()]
  for (const reader of readers) await subscribe(subscribers, reader, newsletter.address)
  const clients = await Promise.all(readers.map((reader) => Client.create(reader, { transport })))
  await broadcast(newsletter, subscribers, "Issue 1: hello")
  for (const client of clients) {
    const [conversation] = await client.conversations.list()
    const [first] = await conversation!.messages()
    console.log(await client.contacts.consent(newsletter.address), first!.content)
  }
  await Promise.all([newsletter, ...clients].map((client) => client.close()))
}
