import { bytesOf, type Kv } from "../../store/deno-kv.ts"
import type { BookStorage } from "./book.ts"

/** The peer book in the node's own Deno KV, one row a peer under ["n", peer]. */
export function kvBook(kv: Kv): BookStorage {
  return {
    async load() {
      const rows: Uint8Array[] = []
      for await (const { value } of kv.list({ prefix: ["n"] })) rows.push(bytesOf(value))
      return rows
    },
    async save(peer, row) {
      const change = kv.atomic()
      await (row === undefined ? change.delete(["n", peer]) : change.set(["n", peer], row)).commit()
    },
  }
}
