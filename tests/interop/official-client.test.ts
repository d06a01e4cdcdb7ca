// Unmodified official clients use our node as if it were their own.
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { type NodeProcess, type Runtime, startNode, until } from "../processes.ts"
import {
  newWallet,
  official,
  officialClient,
  type OfficialVersion,
  streaming,
  subscriptions,
} from "./official.ts"

const versions: OfficialVersion[] = [13, 11]
const runtimes: Runtime[] = ["deno", "bun"]

for (const runtime of runtimes) {
  describe(`official clients on a node in ${runtime}`, () => {
    let node: NodeProcess
    before(async () => {
      node = await startNode(runtime, { args: ["--limits", "off"] })
    })
    after(() => node.kill())

    for (const version of versions) {
      test(`xmtp-js ${version} creates an account and finds its keys again`, async () => {
        const wallet = newWallet()
        const first = await officialClient(version, node.url, wallet)
        const keys = await official(version).Client.getKeys(wallet, {
          env: "local",
          apiUrl: node.url,
        })
        const again = await officialClient(version, node.url, wallet)
        assert.equal(first.address, await wallet.getAddress())
        assert.deepEqual(
          again.publicKeyBundle.identityKey.secp256k1Uncompressed.bytes,
          first.publicKeyBundle.identityKey.secp256k1Uncompressed.bytes,
        )
        const restored = await official(version).Client.create(null, {
          env: "local",
          apiUrl: node.url,
          privateKeyOverride: keys,
        })
        assert.equal(restored.address, first.address)
      })

      test(`xmtp-js ${version}: two accounts converse, stream and page`, async () => {
        const alice = await officialClient(version, node.url, newWallet())
        const bob = await officialClient(version, node.url, newWallet())
        assert.equal(await alice.canMessage(bob.address), true)
        assert.equal(await alice.canMessage(await newWallet().getAddress()), false)

        const toBob = await alice.conversations.newConversation(bob.address)
        await toBob.send("hello Bob")
        const [toAlice] = await bob.conversations.list()
        assert.equal(toAlice.peerAddress, alice.address)
        await toAlice.send("hello Alice")
        // deno-lint-ignore no-explicit-any
        const texts = async (conversation: any) =>
          // deno-lint-ignore no-explicit-any
          (await conversation.messages()).map((message: any) => message.content)
        assert.deepEqual(await texts(toBob), ["hello Bob", "hello Alice"])
        assert.deepEqual(await texts(toAlice), ["hello Bob", "hello Alice"])

        const stream = await streaming(node.url, () => toAlice.streamMessages())
        await toBob.send("streamed")
        const { value } = await stream.next()
        assert.equal(value.content, "streamed")
        await stream.return()

        for (let i = 0; i < 150; i += 25) {
          await Promise.all(Array.from({ length: 25 }, (_, n) => toBob.send(`number ${i + n}`)))
        }
        const all = await texts(toAlice)
        assert.equal(all.length, 153)
        let paged = 0
        for await (const page of toAlice.messagesPaginated({ pageSize: 40 })) {
          assert.ok(page.length <= 40)
          paged += page.length
        }
        assert.equal(paged, 153)
      })

      test(`xmtp-js ${version} streams all messages of conversations that begin meanwhile`, async () => {
        const alice = await officialClient(version, node.url, newWallet())
        const bob = await officialClient(version, node.url, newWallet())
        const carol = await officialClient(version, node.url, newWallet())
        const begun = await subscriptions(node.url)
        /** Whether this stream has subscribed so often: each new conversation makes it do so again. */
        const subscribed = (times: number) =>
          until(async () => await subscriptions(node.url) >= begun + times)
        const stream = await bob.conversations.streamAllMessages()
        await subscribed(1)
        // The official client may tell a message twice: once live, once when it reads what a new
        // conversation holds already.
        const seen = new Set<string>()
        const reading = (async () => {
          for await (const message of stream) {
            seen.add(message.content)
            if (seen.size === 4) break
          }
        })()
        const fromAlice = await alice.conversations.newConversation(bob.address)
        await subscribed(2)
        await fromAlice.send("a1")
        const fromCarol = await carol.conversations.newConversation(bob.address)
        await subscribed(3)
        await fromCarol.send("c1")
        await fromAlice.send("a2")
        await fromCarol.send("c2")
        await reading
        assert.deepEqual([...seen].sort(), ["a1", "a2", "c1", "c2"])
      })
    }
  })
}
