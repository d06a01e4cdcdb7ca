import type { Account, Body, Conversation, Delivery, Settings } from "../model.ts"
import type { Seen } from "./seen.ts"

// One IndexedDB database for each profile: what was received and decided, so that the page opens
// without a node. Keys are sealed by the vault; messages lie open, as in any mail program.

/** A conversation, and how far it was read. */
export interface StoredConversation extends Omit<Conversation, "failed"> {
  /** Nothing older than this is unread. */
  readonly readAt: number
}

/** A message, without what is computed when it is shown. */
export interface StoredMessage {
  readonly id: string
  /** The id under which the page first showed it, for one that was written here. */
  readonly local?: string
  readonly conversation: string
  readonly sender: string
  readonly mine: boolean
  readonly at: number
  /** -at: the newest come first from an index. */
  readonly order: number
  readonly body: Body
  /** The id of the message that this one answers. */
  readonly answers?: string
  readonly delivery: Delivery
  readonly seen: Seen
  /** How to fetch and open a remote attachment, as the codec decoded it. */
  readonly remote?: unknown
}

/** Who reacted with what; the last word of each person counts. */
export interface StoredReaction {
  readonly conversation: string
  readonly reference: string
  readonly sender: string
  readonly content: string
  readonly added: boolean
  readonly at: number
}

/** Something that I wrote and that the node has not stored yet. */
export interface Outbound {
  /** Grows: the order of writing. */
  readonly seq: number
  /** Where it belongs; empty for what I say about people. */
  readonly conversation: string
  /** The message that shows it; none for reactions and receipts. */
  readonly message?: string
  readonly content:
    | { readonly kind: "text"; readonly text: string; readonly answers?: string }
    | { readonly kind: "file"; readonly name: string; readonly type: string; readonly data: Blob }
    | {
      readonly kind: "reaction"
      readonly reference: string
      readonly content: string
      readonly added: boolean
    }
    | { readonly kind: "receipt" }
    | { readonly kind: "consent"; readonly peer: string; readonly consent: "allowed" | "denied" }
  /** Why it is not tried again by itself. */
  readonly failed?: string
}

/** The single values of a profile. */
export interface Values {
  readonly account: Account
  /** The account's secrets, sealed. */
  readonly vault: unknown
  readonly deviceKey: CryptoKey
  readonly settings: Partial<Settings>
  readonly names: Record<string, string>
  readonly muted: string[]
  readonly node: { url: string; network?: string }
  /** Up to which sender time everything is stored. */
  readonly seenAt: number
}

interface Tables {
  conversations: StoredConversation
  messages: StoredMessage
  reactions: StoredReaction
  outbox: Outbound
  files: { readonly id: string; readonly data: Blob }
  values: unknown
}
type Table = keyof Tables

/** A promise of what a request resolves to. */
export function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

export interface Database {
  get<T extends Table>(table: T, key: IDBValidKey): Promise<Tables[T] | undefined>
  /** Those of `keys`, in one transaction and in their order; undefined for what is not there. */
  some<T extends Table>(
    table: T,
    keys: readonly IDBValidKey[],
  ): Promise<(Tables[T] | undefined)[]>
  all<T extends Table>(table: T): Promise<Tables[T][]>
  /** Everything in one transaction: it is all there, or none of it is. */
  put(rows: { readonly [T in Table]?: readonly Tables[T][] }): Promise<void>
  remove(table: Table, keys: readonly IDBValidKey[]): Promise<void>
  /** At most `count` rows from an index. */
  range<T extends Table>(
    table: T,
    index: string,
    range: IDBKeyRange,
    count?: number,
  ): Promise<Tables[T][]>
  count(table: Table): Promise<number>
  values<K extends keyof Values>(...names: K[]): Promise<Pick<Partial<Values>, K>>
  setValue<K extends keyof Values>(name: K, value: Values[K]): Promise<void>
  /** Empties tables: what the node still has can be fetched again. */
  clear(tables: readonly Table[]): Promise<void>
  close(): void
}

export const databaseName = (profile: string): string => `wafer-${profile}`

/** Opens the database of a profile. Throws when the browser refuses, or what is there is damaged. */
export async function openDatabase(profile: string): Promise<Database> {
  const opening = indexedDB.open(databaseName(profile), 1)
  opening.onupgradeneeded = () => layOut(opening.result)
  const db = await result(opening)
  db.onversionchange = () => db.close()

  const table = (name: Table, mode: IDBTransactionMode = "readonly") =>
    db.transaction(name, mode).objectStore(name)
  const done = (transaction: IDBTransaction) =>
    new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })

  return {
    get: (name, key) => result(table(name).get(key)),
    some(name, keys) {
      if (!keys.length) return Promise.resolve([])
      const store = table(name)
      return Promise.all(keys.map((key) => result(store.get(key))))
    },
    all: (name) => result(table(name).getAll()),
    async put(rows) {
      const names = (Object.keys(rows) as Table[]).filter((name) => rows[name]?.length)
      if (!names.length) return
      const transaction = db.transaction(names, "readwrite")
      for (const name of names) {
        const store = transaction.objectStore(name)
        for (const row of rows[name]!) store.put(row)
      }
      await done(transaction)
    },
    async remove(name, keys) {
      if (!keys.length) return
      const store = table(name, "readwrite")
      for (const key of keys) store.delete(key)
      await done(store.transaction)
    },
    range: (name, index, range, count) => result(table(name).index(index).getAll(range, count)),
    count: (name) => result(table(name).count()),
    async values(...names) {
      const store = table("values")
      const read = await Promise.all(names.map((name) => result(store.get(name))))
      return Object.fromEntries(names.map((name, i) => [name, read[i]])) as Partial<Values>
    },
    async setValue(name, value) {
      const store = table("values", "readwrite")
      store.put(value, name)
      await done(store.transaction)
    },
    async clear(names) {
      const transaction = db.transaction(names, "readwrite")
      for (const name of names) transaction.objectStore(name).clear()
      await done(transaction)
    },
    close: () => db.close(),
  }
}

function layOut(db: IDBDatabase): void {
  db.createObjectStore("conversations", { keyPath: "id" })
  const messages = db.createObjectStore("messages", { keyPath: "id" })
  messages.createIndex("newest", ["conversation", "order"])
  messages.createIndex("order", "order")
  messages.createIndex("local", "local")
  const reactions = db.createObjectStore("reactions", {
    keyPath: ["reference", "sender", "content"],
  })
  reactions.createIndex("conversation", "conversation")
  reactions.createIndex("reference", "reference")
  db.createObjectStore("outbox", { keyPath: "seq" })
  db.createObjectStore("files", { keyPath: "id" })
  db.createObjectStore("values")
}
