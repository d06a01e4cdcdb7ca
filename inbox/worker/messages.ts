import type { Message, Quote, Reaction } from "../model.ts"
import type { PageOfMessages } from "../protocol.ts"
import type { Hit } from "../state.ts"
import { oneLine } from "../text/plain.ts"
import { wordsOf } from "../text/words.ts"
import type { Database, StoredMessage, StoredReaction } from "./database.ts"

/** Messages as they are shown, from what is stored. */
export interface Messages {
  /** The newest `count` of a conversation, of those sent at `until` or before. */
  newest(conversation: string, count: number, until?: number): Promise<PageOfMessages>
  /** Everything from a message on, and a few before it. */
  from(conversation: string, message: string): Promise<PageOfMessages | undefined>
  view(stored: readonly StoredMessage[]): Promise<Message[]>
  search(text: string): Promise<Hit[]>
}

const HITS = 40
// IndexedDB counts in 32 bits.
const MOST = 2 ** 32 - 1
const SEARCH_CHUNK = 2000
const BEFORE_FOUND = 30

export function messages(database: Database): Messages {
  const upTo = (conversation: string, until = Infinity) =>
    IDBKeyRange.bound([conversation, -until], [conversation, Infinity])

  async function view(stored: readonly StoredMessage[]): Promise<Message[]> {
    const reactions = await reactionsTo(stored)
    return await Promise.all(
      stored.map(async ({ order: _, seen: __, remote: ___, local: ____, answers, ...rest }) => ({
        ...rest,
        ...(answers === undefined ? {} : { answers: await quote(answers) }),
        reactions: reactions.get(rest.id) ?? [],
      })),
    )
  }

  async function quote(id: string): Promise<Quote> {
    const quoted = await database.get("messages", id)
    return quoted
      ? { id, sender: quoted.sender, text: oneLine(wordsOf(quoted.body)).slice(0, 200) }
      : { id }
  }

  /** For a page one read of the conversation's reactions, for single messages one each. */
  async function reactionsTo(stored: readonly StoredMessage[]): Promise<Map<string, Reaction[]>> {
    const rows = stored.length > 3
      ? await Promise.all(
        [...new Set(stored.map((one) => one.conversation))].map((id) =>
          database.range("reactions", "conversation", IDBKeyRange.only(id))
        ),
      )
      : await Promise.all(
        stored.map(({ id }) => database.range("reactions", "reference", IDBKeyRange.only(id))),
      )
    return grouped(rows.flat())
  }

  async function page(range: IDBKeyRange, count: number): Promise<PageOfMessages> {
    // One more than asked for tells whether there are more.
    const found = await database.range("messages", "newest", range, Math.min(count + 1, MOST))
    return { messages: await view(found.slice(0, count).reverse()), more: found.length > count }
  }

  return {
    view,
    newest: (conversation, count, until) => page(upTo(conversation, until), count),
    async from(conversation, message) {
      const wanted = await database.get("messages", message)
      if (wanted?.conversation !== conversation) return undefined
      const later = IDBKeyRange.bound([conversation, -Infinity], [conversation, wanted.order])
      const count = (await database.range("messages", "newest", later)).length
      return await page(upTo(conversation), count + BEFORE_FOUND)
    },
    async search(text) {
      const wanted = text.trim().toLowerCase()
      const hits: Hit[] = []
      if (!wanted) return hits
      for (let from = -Infinity;;) {
        const chunk = await database.range(
          "messages",
          "order",
          IDBKeyRange.lowerBound(from, true),
          SEARCH_CHUNK,
        )
        for (const { id, conversation, body, at } of chunk) {
          const words = body.kind === "broken" ? "" : wordsOf(body)
          if (!words.toLowerCase().includes(wanted)) continue
          hits.push({ conversation, message: id, text: words.slice(0, 2000), at })
          if (hits.length === HITS) return hits
        }
        if (chunk.length < SEARCH_CHUNK) return hits
        from = chunk.at(-1)!.order
      }
    },
  }
}

function grouped(rows: readonly StoredReaction[]): Map<string, Reaction[]> {
  const byMessage = new Map<string, Map<string, string[]>>()
  for (const { reference, content, sender, added } of rows) {
    if (!added) continue
    const contents = byMessage.get(reference) ?? new Map<string, string[]>()
    contents.set(content, [...contents.get(content) ?? [], sender])
    byMessage.set(reference, contents)
  }
  return new Map(
    [...byMessage].map((
      [id, contents],
    ) => [id, [...contents].map(([content, senders]) => ({ content, senders }))]),
  )
}
