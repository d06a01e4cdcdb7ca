import { create } from "@bufbuild/protobuf"
import {
  type Envelope,
  type IndexCursor,
  type QueryRequest,
  QueryRequestSchema,
  type QueryResponse,
  SortDirection,
} from "@wafer/proto"
import { equalBytes } from "./bytes.ts"
import { WaferError } from "./error.ts"
import { retrying } from "./retry.ts"
import type { Tokens } from "./tokens.ts"
import type { CallOptions, Transport } from "./transport.ts"

/** Oldest first, or newest first. */
export type Direction = "ascending" | "descending"

/** Which envelopes, in which order. Both ends are included. */
export interface Range {
  readonly topics: readonly string[]
  readonly startNs?: bigint
  readonly endNs?: bigint
  /** `ascending` when absent. */
  readonly direction?: Direction
  /** Envelopes in one page, at most 100, which is the default. */
  readonly pageSize?: number
}

/** Reading with patience: calls that fail in passing are made again. */
export interface Reader {
  readonly transport: Transport
  /** Pages until there are no more; the next one is on its way while one is looked at. */
  pages(range: Range, options?: CallOptions): AsyncGenerator<Envelope[]>
  /** The first page of each range, in their order. */
  firstPages(ranges: readonly Range[], options?: CallOptions): Promise<Envelope[][]>
}

/** Publishing too, with the account's token. */
export interface Network extends Reader {
  publish(envelopes: readonly Envelope[], options?: CallOptions): Promise<void>
}

const largestPage = 100
const largestBatch = 50

/** Gives a transport patience and tokens. */
export function createNetwork(transport: Transport, tokens: Tokens): Network {
  return {
    ...createReader(transport),
    async publish(envelopes, { signal } = {}) {
      const attempt = () =>
        retrying(
          async () => transport.publish(envelopes, await tokens.current(), withSignal(signal)),
          signal,
        )
      try {
        await attempt()
      } catch (error) {
        if (!(error instanceof WaferError) || error.code !== "unauthenticated") throw error
        tokens.discard()
        await attempt()
      }
    },
  }
}

/** Gives a transport patience. */
export function createReader(transport: Transport): Reader {
  function query(request: QueryRequest, signal: AbortSignal | undefined): Promise<QueryResponse> {
    return retrying(() => transport.query(request, withSignal(signal)), signal)
  }

  return {
    transport,

    async *pages(range, { signal } = {}) {
      // Whoever leaves early takes the page on its way along.
      const left = new AbortController()
      const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
      let request = requestOf(range)
      let next: Promise<QueryResponse> | undefined = query(request, either)
      try {
        while (next) {
          const { envelopes, pagingInfo } = await next
          const cursor = pagingInfo?.cursor
          next = undefined
          if (envelopes.length > 0 && cursor?.cursor.case === "index") {
            if (equalCursors(cursor.cursor.value, request.pagingInfo?.cursor?.cursor.value)) {
              throw new WaferError("node", "the node's pages go in a circle")
            }
            request = { ...request, pagingInfo: { ...request.pagingInfo!, cursor } }
            next = query(request, either)
            next.catch(() => {}) // Thrown when it is awaited, if ever.
          }
          if (envelopes.length > 0) yield envelopes
        }
      } finally {
        left.abort()
      }
    },

    async firstPages(ranges, { signal } = {}) {
      const pages: Envelope[][] = []
      for (let i = 0; i < ranges.length; i += largestBatch) {
        const requests = ranges.slice(i, i + largestBatch).map(requestOf)
        const responses = await retrying(
          () => transport.batchQuery(requests, withSignal(signal)),
          signal,
        )
        if (responses.length !== requests.length) {
          throw new WaferError(
            "node",
            `expected ${requests.length} answers, got ${responses.length}`,
          )
        }
        pages.push(...responses.map(({ envelopes }) => envelopes))
      }
      return pages
    },
  }
}

function equalCursors(a: IndexCursor, b: IndexCursor | undefined): boolean {
  return b !== undefined && a.senderTimeNs === b.senderTimeNs && equalBytes(a.digest, b.digest)
}

function requestOf({ topics, startNs, endNs, direction, pageSize }: Range): QueryRequest {
  return create(QueryRequestSchema, {
    contentTopics: [...topics],
    ...(startNs !== undefined && { startTimeNs: startNs }),
    ...(endNs !== undefined && { endTimeNs: endNs }),
    pagingInfo: {
      limit: Math.min(pageSize ?? largestPage, largestPage),
      direction: direction === "descending" ? SortDirection.DESCENDING : SortDirection.ASCENDING,
    },
  })
}

function withSignal(signal: AbortSignal | undefined): CallOptions {
  return signal ? { signal } : {}
}
