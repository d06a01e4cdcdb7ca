import type { Message } from "@wafer/sdk"
import type { News } from "../protocol.ts"
import { wordsOf } from "../text/words.ts"
import type { Conversations } from "./conversations.ts"
import { contentOf } from "./content.ts"
import type { Database, StoredConversation, StoredMessage, StoredReaction } from "./database.ts"
import type { Messages } from "./messages.ts"
import { seenOf } from "./seen.ts"

/** Takes what the SDK read into the database, and tells the tabs. */
export interface Incoming {
  /** Messages in any order; those stored before are nothing new. */
  take(received: readonly Message[], live: boolean): Promise<void>
}

export interface IncomingOptions {
  readonly me: string
  readonly database: Database
  readonly conversations: Conversations
  /** A conversation by its topic, learnt now if it has to be. */
  readonly find: (topic: string) => Promise<StoredConversation>
  readonly messages: Messages
  readonly tell: (news: News) => void
  /** Everything up to this sender time is stored. */
  readonly seen: (at: number) => void
  /** The peer of this conversation has finished writing. */
  readonly wrote: (conversation: string) => void
}

export function incoming(
  { me, database, conversations, find, messages, tell, seen, wrote }: IncomingOptions,
): Incoming {
  return {
    async take(received, live) {
      const rows: StoredMessage[] = []
      const reactions: StoredReaction[] = []
      const files: { id: string; data: Blob }[] = []
      const arrived: StoredMessage[] = []
      const stored = await database.some("messages", received.map((one) => one.id))
      for (const [i, message] of received.entries()) {
        // Its invitation may be on the way still, in the other stream.
        const conversation = await find(message.conversationTopic)
        const known = stored[i]
        if (known?.delivery.state === "sent") {
          // Only a stream tells when the node stored it, and that may come after the message itself.
          const isNews = message.storedAt && known.seen.storedAt === undefined
          if (isNews) rows.push({ ...known, seen: seenOf(message) })
          continue
        }
        const content = await contentOf(message)
        const sender = message.senderAddress || conversation.peer
        const at = message.sent.getTime()
        switch (content.kind) {
          case "reaction": {
            const { reference, action, content: emoji } = content.reaction
            const added = action === "added"
            reactions.push({
              conversation: conversation.id,
              reference,
              sender,
              content: emoji,
              added,
              at,
            })
            break
          }
          case "receipt":
            if (sender !== me && at > (conversation.peerReadAt ?? 0)) {
              conversations.change(conversation.id, { peerReadAt: at })
            }
            break
          case "shown": {
            const row: StoredMessage = {
              id: message.id,
              conversation: conversation.id,
              sender,
              mine: sender === me,
              at,
              order: -at,
              body: content.body,
              ...(content.answers === undefined ? {} : { answers: content.answers }),
              delivery: { state: "sent" },
              seen: seenOf(message),
              ...(content.remote === undefined ? {} : { remote: content.remote }),
            }
            rows.push(row)
            if (content.file) files.push({ id: message.id, data: content.file })
            note(conversation, row)
            if (live && !row.mine) arrived.push(row)
            if (!row.mine) wrote(conversation.id)
          }
        }
      }
      await database.put({ messages: rows, reactions: await newest(reactions), files })
      seen(Math.max(...received.map((one) => one.sent.getTime())))
      await tellOf(rows, reactions)
      for (const message of await messages.view(arrived)) tell({ kind: "arrived", message })
    },
  }

  /** Brings the conversation's row up to date. */
  function note({ id }: StoredConversation, row: StoredMessage): void {
    const now = conversations.get(id)!
    const newest = row.at >= (now.last?.at ?? 0)
    const unread = !row.mine && row.body.kind !== "broken" && row.at > now.readAt
    conversations.change(id, {
      ...(newest &&
        { last: { text: wordsOf(row.body).slice(0, 200), mine: row.mine, at: row.at } }),
      ...(unread &&
        { unread: now.unread + 1, unreadFrom: Math.min(row.at, now.unreadFrom ?? row.at) }),
      // Whoever answers elsewhere has read what is here.
      ...(row.mine && row.at > now.readAt && { readAt: row.at, unread: 0 }),
    })
  }

  /** Of several words by one person about one message the last one counts. */
  async function newest(reactions: readonly StoredReaction[]): Promise<StoredReaction[]> {
    const kept = new Map<string, StoredReaction>()
    for (const one of reactions) {
      const key = [one.reference, one.sender, one.content]
      const before = kept.get(key.join("\n")) ?? await database.get("reactions", key)
      if (!before || before.at <= one.at) kept.set(key.join("\n"), one)
    }
    return [...kept.values()]
  }

  async function tellOf(
    rows: readonly StoredMessage[],
    reactions: readonly StoredReaction[],
  ): Promise<void> {
    const reacted = await Promise.all(
      reactions.map(({ reference }) => database.get("messages", reference)),
    )
    const changed = new Map(
      [...rows, ...reacted].filter((one) => one !== undefined).map((one) => [one.id, one]),
    )
    const shown = Map.groupBy(await messages.view([...changed.values()]), (one) => one.conversation)
    for (const [conversation, changed] of shown) {
      tell({ kind: "messages", conversation, changed, removed: [] })
    }
  }
}
