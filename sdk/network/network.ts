import { equalBytes } from "../bytes.ts"
import { WaferError } from "../error.ts"
import { createPublisher, type Publish } from "./publisher.ts"
import { retrying } from "./retry.ts"
import type { Tokens } from "./tokens.ts"
import type { CallOptions, Cursor, Envelope, Page, Query, Transport } from "./transport.ts"

/** Reading with patience: calls that fail in passing are made again. */
export interface Reader {
  readonly transport: Transport
  /** Pages until there are no more; the next ones are on their way while one is looked at. */
  pages(query: Query, options?: CallOptions): AsyncGenerator<readonly Envelope[]>
  /** The first page of each query, in their order. */
  firstPages(queries: readonly Query[], options?: CallOptions): Promise<Page[]>
}

/** Publishing too, with the account's token. */
export interface Network extends Reader {
  readonly publish: Publish
}

const largestPage = 100
const largestRead = 1000
const largestBatch = 50
// Two: whoever opens a page may not let go before its end, and then one more must have arrived.
const pagesAhead = 2

/** Gives a transport patience and tokens. */
export function createNetwork(transport: Transport, tokens: Tokens): Network {
  const attempt: Publish = (envelopes, { signal } = {}) =>
    retrying(
      async (signal) => transport.publish(envelopes, await tokens.current(), { signal }),
      signal,
    )
  return {
    ...createReader(transport),
    publish: createPublisher(async (envelopes, options) => {
      try {
        await attempt(envelopes, options)
      } catch (error) {
        if (!(error instanceof WaferError) || error.code !== "unauthenticated") throw error
        tokens.discard()
        await attempt(envelopes, options)
      }
    }),
  }
}

/** Gives a transport patience. */
export function createReader(transport: Transport): Reader {
  let readable = transport.read !== undefined
  async function read(query: Query, options: CallOptions): Promise<Page> {
    if (readable) {
      try {
        return await transport.read!(query, options)
      } catch (error) {
        if (!(error instanceof WaferError) || error.code !== "unimplemented") throw error
        readable = false
      }
    }
    return await transport.query(complete(query), options)
  }

  return {
    transport,

    async *pages(query, { signal } = {}) {
      // Whoever leaves early takes the page on its way along.
      const left = new AbortController()
      const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
      const first = complete(query)
      // As much again as has been asked for: who reads on wants more, who stops has not paid for all.
      let asked = 0
      async function fetch(cursor: Cursor | undefined): Promise<Page> {
        const limit = Math.min(Math.max(first.limit, asked), largestRead)
        asked += limit
        const page = await retrying(
          (signal) =>
            cursor
              ? read({ ...first, limit, cursor }, { signal })
              : transport.query(first, { signal }),
          either,
        )
        if (cursor && page.cursor && equalCursors(page.cursor, cursor)) {
          throw new WaferError("node", "the node's pages go in a circle")
        }
        return page
      }
      async function fetchAfter(before: Promise<Page | undefined>): Promise<Page | undefined> {
        const page = await before
        return page?.cursor && page.envelopes.length > 0 ? await fetch(page.cursor) : undefined
      }
      let last: Promise<Page | undefined> = fetch(query.cursor)
      const coming = [last]
      let rest: Envelope[] = []
      try {
        for (;;) {
          while (coming.length <= pagesAhead) {
            last = fetchAfter(last)
            last.catch(() => {}) // Thrown when it is awaited, if ever.
            coming.push(last)
          }
          const page = await coming.shift()
          const envelopes = rest.concat(page?.envelopes ?? [])
          const isLast = !page?.cursor || page.envelopes.length === 0
          // An answer ends where it grew too long: what is no whole page waits for the next.
          const end = isLast ? envelopes.length : envelopes.length - envelopes.length % first.limit
          for (let i = 0; i < end; i += first.limit) {
            yield envelopes.slice(i, Math.min(i + first.limit, end))
          }
          if (isLast) return
          rest = envelopes.slice(end)
        }
      } finally {
        left.abort()
      }
    },

    async firstPages(queries, { signal } = {}) {
      const pages: Page[] = []
      for (let i = 0; i < queries.length; i += largestBatch) {
        const batch = queries.slice(i, i + largestBatch).map(complete)
        const answers = await retrying(
          (signal) => transport.batchQuery(batch, { signal }),
          signal,
        )
        if (answers.length !== batch.length) {
          throw new WaferError("node", `expected ${batch.length} answers, got ${answers.length}`)
        }
        pages.push(...answers)
      }
      return pages
    },
  }
}

/** Says what nodes would otherwise choose themselves. */
function complete(query: Query): Query & { readonly limit: number } {
  return {
    ...query,
    direction: query.direction ?? "ascending",
    limit: Math.min(query.limit ?? largestPage, largestPage),
  }
}

function equalCursors(a: Cursor, b: Cursor): boolean {
  return a.senderTimeNs === b.senderTimeNs && equalBytes(a.digest, b.digest)
}
