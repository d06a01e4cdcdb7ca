// Two accounts exchange sealed messages through a node: deno task node, then run this on any runtime.
import { Client, http, privateKeySigner } from "@wafer/sdk"
import process from "node:process"

const transport = http(process.argv[2] ?? "http://localhost:5555")
const newSigner = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))

const alice = await Client.create(newSigner(), { transport })
const bob = await Client.create(newSigner(), { transport })

const toBob = await alice.conversations.newConversation(bob.address)
await toBob.send("gm, Bob")
await toBob.send("bye")

const [fromAlice] = await bob.conversations.list()
for await (const message of fromAlice!.stream({ since: new Date(0) })) {
  console.log(`${message.senderAddress.slice(0, 8)}: ${message.content}`)
  if (message.content === "bye") break
}

await alice.close()
await bob.close()
