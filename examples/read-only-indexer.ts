// A search index over an account's messages. It can read everything and do nothing: its keystore
// refuses to sign, to seal and to hand out keys.
//   deno run -A examples/read-only-indexer.ts http://localhost:5555 keys.base64 WORD
import { Client, http, type Message } from "@wafer/sdk"
import { text } from "@wafer/sdk/codecs/text"
import type { Keystore } from "@wafer/sdk/keystore"
import { localKeystore } from "@wafer/sdk/local-keystore"
import { readFile } from "node:fs/promises"
import process from "node:process"

/** The keystore without everything that acts for the account. */
export function readOnly(keystore: Keystore): Keystore {
  const refuse = () => Promise.reject(new Error("this keystore only reads"))
  return {
    ...keystore,
    sign: refuse,
    invite: refuse,
    sealV1: refuse,
    sealV2: refuse,
    sealForSelf: refuse,
    exportKeys: refuse,
    exportConversations: refuse,
  }
}

/** Which messages hold a word. */
export class SearchIndex {
  readonly #messages = new Map<string, Message<string>>()
  readonly #byWord = new Map<string, Set<string>>()

  add(message: Message<string>): void {
    this.#messages.set(message.id, message)
    for (const word of wordsOf(message.content)) {
      const ids = this.#byWord.get(word) ?? new Set()
      this.#byWord.set(word, ids.add(message.id))
    }
  }

  /** The messages with all words of `query`, oldest first. */
  search(query: string): Message<string>[] {
    const [first = new Set<string>(), ...others] = wordsOf(query)
      .map((word) => this.#byWord.get(word) ?? new Set<string>())
    const ids = [...first].filter((id) => others.every((other) => other.has(id)))
    return ids.map((id) => this.#messages.get(id)!).sort((a, b) => +a.sent - +b.sent)
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Adds every text of the account to `index`: what there is, then what comes until the client closes. */
export async function follow(client: Client, index: SearchIndex): Promise<void> {
  for await (const message of client.conversations.streamAllMessages({ since: new Date(0) })) {
    if (message.is(text)) index.add(message)
  }
}

if (import.meta.main) {
  const [url, file, word] = process.argv.slice(2) as [string, string, string]
  const keys = Uint8Array.from(atob(await readFile(file, "utf8")), (char) => char.charCodeAt(0))
  const client = await Client.withKeystore(readOnly(localKeystore(keys)), { transport: http(url) })
  const index = new SearchIndex()
  for (const conversation of await client.conversations.list()) {
    for await (const page of conversation.pages()) {
      for (const message of page) if (message.is(text)) index.add(message)
    }
  }
  for (const { sent, content } of index.search(word)) console.log(sent.toISOString(), content)
  await client.close()
}
