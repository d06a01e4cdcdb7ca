// The README's program with both ends of its conversation: what every cell of the matrix runs.
import { Client, http, privateKeySigner } from "@wafer/sdk"

/** Lets two new accounts talk through the node at `url`; what the second one received. */
export async function chat(url: string): Promise<unknown[]> {
  const newSigner = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const alice = await Client.create(newSigner(), { transport: http(url) })
  const bob = await Client.create(newSigner(), { transport: http(url) })

  const conversation = await alice.conversations.newConversation(bob.address)
  await conversation.send("gm")
  await conversation.send("bye")

  const [fromAlice] = await bob.conversations.list()
  const received: unknown[] = []
  for await (const message of fromAlice!.stream({ since: new Date(0) })) {
    received.push(message.content)
    if (message.content === "bye") break
  }
  await alice.close()
  await bob.close()
  return received
}
