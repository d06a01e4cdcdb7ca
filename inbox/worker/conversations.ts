import type { Conversation as Channel } from "@wafer/sdk"
import type { Consent, Conversation } from "../model.ts"
import type { Database, StoredConversation } from "./database.ts"
import type { SharedState } from "./shared.ts"

/** The conversations of the account: in memory, in the database, and as the tabs list them. */
export interface Conversations {
  get(id: string): StoredConversation | undefined
  all(): Iterable<StoredConversation>
  /** Takes note of a conversation that the SDK told of; what is known of it stays. */
  add(
    channel: Pick<Channel, "topic" | "peerAddress" | "createdAt" | "version" | "context">,
    consent: Consent,
  ): StoredConversation
  change(id: string, change: Partial<StoredConversation>): void
  /** Which conversations have a message that could not be sent. */
  setFailed(ids: ReadonlySet<string>): void
}

export async function conversations(
  database: Database,
  shared: SharedState,
): Promise<Conversations> {
  const stored = await database.all("conversations")
  const whole = stored.filter(isWhole)
  if (whole.length < stored.length) shared.raise({ kind: "damaged" })
  const known = new Map(whole.map((one) => [one.id, one]))
  let failed: ReadonlySet<string> = new Set()
  const dirty = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function list(): Conversation[] {
    return [...known.values()]
      .map(({ readAt: _, ...one }) => ({ ...one, failed: failed.has(one.id) }))
      .sort((a, b) => (b.last?.at ?? b.createdAt) - (a.last?.at ?? a.createdAt))
  }
  function changed(id: string): void {
    dirty.add(id)
    timer ??= setTimeout(() => {
      timer = undefined
      const rows = [...dirty].map((one) => known.get(one)!)
      dirty.clear()
      shared.set({ conversations: list() })
      database.put({ conversations: rows }).catch(() => shared.raise({ kind: "damaged" }))
    })
  }

  shared.set({ conversations: list() })
  return {
    get: (id) => known.get(id),
    all: () => known.values(),
    add(channel, consent) {
      const before = known.get(channel.topic)
      if (before) return before
      const added: StoredConversation = {
        id: channel.topic,
        peer: channel.peerAddress,
        version: channel.version,
        ...(channel.context?.conversationId && { conversationId: channel.context.conversationId }),
        createdAt: channel.createdAt.getTime(),
        consent,
        unread: 0,
        readAt: 0,
      }
      known.set(added.id, added)
      changed(added.id)
      return added
    },
    change(id, change) {
      const before = known.get(id)
      if (!before) return
      known.set(id, { ...before, ...change })
      changed(id)
    },
    setFailed(ids) {
      failed = ids
      shared.set({ conversations: list() })
    },
  }
}

/** Storage can be damaged from outside; what is missing here can be fetched again. */
function isWhole(row: StoredConversation): boolean {
  return typeof row.peer === "string" && Number.isFinite(row.createdAt) &&
    Number.isFinite(row.unread) && (row.last === undefined || typeof row.last.text === "string")
}
