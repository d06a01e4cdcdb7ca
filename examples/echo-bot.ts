// A bot that answers every text with the same text. With a node running (deno task node):
//   deno run -A examples/echo-bot.ts http://localhost:5555
import { Client, http, privateKeySigner } from "@wafer/sdk"
import { text } from "@wafer/sdk/codecs/text"
import process from "node:process"

/** Answers what comes, and with `since` what came since, until the client closes. */
export async function echo(client: Client, options: { readonly since?: Date } = {}): Promise<void> {
  for await (const message of client.conversations.streamAllMessages(options)) {
    if (message.senderAddress === client.address || !message.is(text)) continue
    const conversations = await client.conversations.known()
    const conversation = conversations.find(({ topic }) => topic === message.conversationTopic)
    await conversation?.send(message.content)
  }
}

if (import.meta.main) {
  const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const transport = http(process.argv[2] ?? "http://localhost:5555")
  const client = await Client.create(signer, { transport })
  process.once("SIGINT", () => client.close())
  console.log(`say something to ${client.address}`)
  await echo(client)
}
