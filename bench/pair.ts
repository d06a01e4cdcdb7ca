import { Client, type Conversation, http } from "@wafer/sdk"
import { newWallet, officialClient } from "../tests/interop/official.ts"
import { type NodeProcess, root, startNode } from "../tests/processes.ts"
import { versionsOf } from "./results.ts"

/** The release of the official client that is measured: its last. */
export const OFFICIAL = 13

/** Its exact version. */
export const officialVersion = (): Promise<Record<string, string>> =>
  versionsOf(["@xmtp/xmtp-js"], `${root}/tests/interop/peers/xmtp-js-${OFFICIAL}`)

/** One conversation between two accounts on one node, in the hands of our client and of the official one. */
export interface Pair extends AsyncDisposable {
  readonly ours: Conversation
  // deno-lint-ignore no-explicit-any
  readonly theirs: any
  /** The same account from scratch, as on a new device: its conversation, once it is found. */
  oursAnew(): Promise<Conversation>
  // deno-lint-ignore no-explicit-any
  theirsAnew(): Promise<any>
  /** A new wallet's first client. */
  oursFirst(): Promise<unknown>
  theirsFirst(): Promise<unknown>
}

/** Lets Alice send Bob `messages` messages; the conversation is as Bob holds it. */
export async function createPair(messages: number): Promise<Pair> {
  const node: NodeProcess = await startNode("deno", { args: ["--limits", "off"] })
  const clients: Client[] = []
  const client = async (wallet: ReturnType<typeof newWallet>) => {
    const created = await Client.create(wallet, { transport: http(node.url) })
    clients.push(created)
    return created
  }
  const [alice, bob] = [newWallet(), newWallet()]
  const fromAlice = await client(alice)
  const anew = {
    async oursAnew() {
      const [conversation] = await (await client(bob)).conversations.list()
      return conversation!
    },
    async theirsAnew() {
      const [conversation] = await (await officialClient(OFFICIAL, node.url, bob)).conversations
        .list()
      return conversation
    },
    oursFirst: () => client(newWallet()),
    theirsFirst: () => officialClient(OFFICIAL, node.url, newWallet()),
  }
  const { address } = await client(bob)
  const conversation = await fromAlice.conversations.newConversation(address)
  const together = 100
  for (let first = 0; first < messages; first += together) {
    const texts = Array.from(
      { length: Math.min(together, messages - first) },
      (_, i) => `message ${first + i}: ${"gm ".repeat(30)}`,
    )
    await Promise.all(texts.map((text) => conversation.send(text)))
  }
  return {
    ...anew,
    ours: await anew.oursAnew(),
    theirs: await anew.theirsAnew(),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close()
      await node.stop()
    },
  }
}
