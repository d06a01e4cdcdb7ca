import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, vectors } from "../../tests/vectors.ts"
import { Client } from "../client.ts"
import { type Port, remoteKeystore, serveKeystore } from "./port.ts"
import { localKeystore } from "./local-keystore.ts"
import { privateKeySigner } from "../protocol/signer.ts"
import { coded } from "../testing/coded.ts"
import { testNode } from "../testing/node.ts"
import { memory } from "../network/transports/memory.ts"

async function join(node: ReturnType<typeof testNode>): Promise<Client> {
  const signer = privateKeySigner(crypto.getRandomValues(new Uint8Array(32)))
  return await Client.create(signer, { transport: memory(node.routes) })
}

test("a client whose keys are behind a port does all that another does", async () => {
  const node = testNode()
  const [alice, bob] = await Promise.all([join(node), join(node)])
  const { port1, port2 } = new MessageChannel()
  serveKeystore(localKeystore(await alice.exportKeys()), port2 as Port)
  const remote = await Client.withKeystore(remoteKeystore(port1 as Port), {
    transport: memory(node.routes),
  })
  assert.equal(remote.address, alice.address)
  const conversation = await remote.conversations.newConversation(bob.address)
  await conversation.send("from behind")
  const [toAlice] = await bob.conversations.list()
  await toAlice!.send("seen")
  node.accept({ ...node.log.at(-1)!, message: Uint8Array.of(1), timestampNs: 0n })
  const messages = await conversation.messages()
  assert.deepEqual(messages.map(({ content }) => content), [undefined, "from behind", "seen"])
  assert.equal((await remote.conversations.hmacKeys()).size, 1)
  assert.equal(await conversation.consent(), "allowed")
  await remote.close()
  port1.close()
})

test("errors come through the port with their code", async () => {
  const { output } = vectors("keys_v1", "bundleV1")[0]!
  const { port1, port2 } = new MessageChannel()
  serveKeystore(localKeystore(fromHex(output.privateKeyBundle)), port2 as Port)
  const remote = remoteKeystore(port1 as Port)
  const [outcome] = await remote.saveInvitations([{ timestampNs: 0n, message: Uint8Array.of(1) }])
  assert.ok(coded("malformed")(outcome!.error))
  await assert.rejects(
    remote.sealV2("/xmtp/0/m-nowhere/proto", new Uint8Array(1), new Uint8Array(1)),
    coded("undecryptable"),
  )
  port1.close()
})
