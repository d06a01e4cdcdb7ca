import type { Client, Conversation as Channel } from "@wafer/sdk"
import type { Consents } from "./consent.ts"
import type { Conversations } from "./conversations.ts"
import type { StoredConversation } from "./database.ts"

/** The SDK's handles of conversations, by topic. */
export interface Channels {
  /** Throws when the account has no such conversation on this network. */
  get(topic: string): Promise<Channel>
  /** The stored conversation of a topic; learnt now if it has to be. */
  find(topic: string): Promise<StoredConversation>
  add(channel: Channel): Promise<StoredConversation>
  /** Learns all conversations of the account. */
  refresh(): Promise<void>
}

export function channels(
  { client, conversations, consents }: {
    client: () => Promise<Client>
    conversations: Conversations
    consents: Consents
  },
): Channels {
  const known = new Map<string, Channel>()

  const self: Channels = {
    async get(topic) {
      if (!known.has(topic)) {
        for (const one of await (await client()).conversations.list()) known.set(one.topic, one)
      }
      const found = known.get(topic)
      if (!found) throw new Error("This conversation is not on this network.")
      return found
    },
    find: async (topic) => conversations.get(topic) ?? await self.add(await self.get(topic)),
    async add(channel) {
      known.set(channel.topic, channel)
      return conversations.get(channel.topic) ??
        conversations.add(channel, await consents.of(channel.peerAddress))
    },
    async refresh() {
      for (const one of await (await client()).conversations.list()) await self.add(one)
    },
  }
  return self
}
