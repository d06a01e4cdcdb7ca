// Keeps the keys in a worker: no other code of the program, or of a page, can read them.
//   deno run -A examples/keystore-worker.ts http://localhost:5555
//
// A page does the same with its own Worker, whose `onmessage` hands the port over.
import { Client, http, privateKeySigner, type Transport } from "@wafer/sdk"
import { type Port, remoteKeystore, serveKeystore } from "@wafer/sdk/keystore-port"
import { localKeystore } from "@wafer/sdk/local-keystore"
import process from "node:process"
import { isMainThread, MessageChannel, Worker, workerData } from "node:worker_threads"

/** A client that works with the keys of `account`, which only the worker holds. */
export async function clientOverWorker(
  account: Uint8Array,
  transport: Transport,
): Promise<{ client: Client; worker: Worker }> {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { account, port: port2 },
    transferList: [port2],
  })
  const keystore = remoteKeystore(port1 as unknown as Port)
  return { client: await Client.withKeystore(keystore, { transport }), worker }
}

if (!isMainThread) {
  const { account, port } = workerData
  serveKeystore(localKeystore(account), port)
} else if (import.meta.main) {
  const transport = http(process.argv[2] ?? "http://localhost:5555")
  const signer = () => privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  const [alice, bob] = [
    await Client.create(signer(), { transport }),
    await Client.create(signer(), { transport }),
  ]
  const { client, worker } = await clientOverWorker(await alice.exportKeys(), transport)
  const conversation = await client.conversations.newConversation(bob.address)
  await conversation.send("sealed in a worker")
  const [received] = await (await bob.conversations.list())[0]!.messages()
  console.log(received!.content)
  await Promise.all([client.close(), alice.close(), bob.close()])
  await worker.terminate()
}
