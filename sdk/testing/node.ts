import { create } from "@bufbuild/protobuf"
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect"
import { sha256 } from "@wafer/crypto"
import {
  BatchQueryResponseSchema,
  type Envelope,
  MessageApi,
  type QueryRequest,
  type QueryResponse,
  QueryResponseSchema,
  SortDirection,
} from "@wafer/proto"
import { FollowResponseSchema, NodeApi } from "@wafer/proto/node"
import { concat, equalBytes, toHex, utf8 } from "../bytes.ts"

/**
 * A node for tests: it keeps everything in arrays, and pages, streams and follows as a real one does. It
 * says that it stored each envelope 5 ns after its time.
 */
export interface TestNode {
  readonly routes: (router: ConnectRouter) => void
  /** In the order of their publication. Tests may add what nobody would publish. */
  readonly log: Envelope[]
  /** Every call, as its method's name. */
  readonly calls: string[]
  /** The bearer tokens of publishes, in their order. */
  readonly tokens: string[]
  /** Fails the next calls of these names, once each. */
  failNext(...failures: { call: string; code: Code; retryAfterSeconds?: number }[]): void
  /** Stores and tells an envelope, as if a client had published it. */
  accept(envelope: Envelope): void
  /** Ends every open stream, as a restart does. */
  cut(): void
}

export interface TestNodeOptions {
  /** Whether it offers more than the V1 API: following, and long answers. */
  readonly follow?: boolean
}

export function testNode({ follow = false }: TestNodeOptions = {}): TestNode {
  const log: Envelope[] = []
  const calls: string[] = []
  const tokens: string[] = []
  const failures: { call: string; code: Code; retryAfterSeconds?: number }[] = []
  let change = Promise.withResolvers<void>()
  let cuts = 0

  function wake(): void {
    change.resolve()
    change = Promise.withResolvers()
  }

  function enter(call: string): void {
    calls.push(call)
    const i = failures.findIndex((failure) => failure.call === call)
    if (i < 0) return
    const [{ code, retryAfterSeconds }] = failures.splice(i, 1) as [typeof failures[0]]
    throw new ConnectError("as the test wanted", code, {
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    })
  }

  function accept(envelope: Envelope): void {
    log.push(envelope)
    wake()
  }

  /** The log from a position on: what is there, then what comes. Ends when the streams are cut. */
  async function* tail(position: number, signal: AbortSignal): AsyncGenerator<[Envelope, number]> {
    const mine = cuts
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true })
    )
    while (!signal.aborted && cuts === mine) {
      while (position < log.length) yield [log[position]!, ++position]
      await Promise.race([change.promise, aborted])
    }
  }

  return {
    log,
    calls,
    tokens,
    accept,
    failNext: (...more) => void failures.push(...more),
    cut() {
      cuts++
      wake()
    },
    routes(router) {
      router.service(MessageApi, {
        publish({ envelopes }, { requestHeader }) {
          enter("publish")
          const [scheme, token] = requestHeader.get("authorization")?.split(" ") ?? []
          if (scheme !== "Bearer" || !token) {
            throw new ConnectError("no token", Code.Unauthenticated)
          }
          tokens.push(token)
          envelopes.forEach(accept)
          return {}
        },
        query(request) {
          enter("query")
          const limit = request.pagingInfo?.limit ?? 0
          if (limit > 100) {
            throw new ConnectError("cannot exceed 100 rows per query", Code.InvalidArgument)
          }
          return page(log, request)
        },
        batchQuery({ requests }) {
          enter("batchQuery")
          return create(BatchQueryResponseSchema, { responses: requests.map((r) => page(log, r)) })
        },
        async *subscribe({ contentTopics }, { signal }) {
          enter("subscribe")
          for await (const [envelope] of tail(log.length, signal)) {
            if (contentTopics.includes(envelope.contentTopic)) yield envelope
          }
        },
      })
      if (!follow) return
      router.service(NodeApi, {
        read(request) {
          enter("read")
          return page(log, request)
        },
        async *follow({ contentTopics, cursor, sinceNs }, { signal }) {
          enter("follow")
          const head = log.length
          const replay = cursor.length > 0 || sinceNs !== undefined
          const start = cursor.length > 0 ? fromCursor(cursor) : replay ? 0 : head
          if (start >= head) yield caughtUp(head)
          for await (const [envelope, position] of tail(start, signal)) {
            const wanted = contentTopics.includes(envelope.contentTopic) &&
              (position > head || cursor.length > 0 || envelope.timestampNs >= (sinceNs ?? 0n))
            if (wanted) {
              yield create(FollowResponseSchema, {
                event: { case: "item", value: { envelope, receivedNs: envelope.timestampNs + 5n } },
                cursor: toCursor(position),
              })
            }
            if (position === head) yield caughtUp(head)
          }
        },
      })
    },
  }
}

function caughtUp(position: number) {
  return create(FollowResponseSchema, {
    event: { case: "caughtUp", value: {} },
    cursor: toCursor(position),
  })
}

const toCursor = (position: number): Uint8Array => utf8(String(position + 1))
const fromCursor = (cursor: Uint8Array): number => Number(new TextDecoder().decode(cursor)) - 1

function page(log: readonly Envelope[], request: QueryRequest): QueryResponse {
  const { contentTopics, startTimeNs, endTimeNs, pagingInfo } = request
  const descending = pagingInfo?.direction !== SortDirection.ASCENDING
  const limit = pagingInfo?.limit || 100
  const index = pagingInfo?.cursor?.cursor.value

  const rows = log
    .filter(({ contentTopic, timestampNs }) =>
      contentTopics.includes(contentTopic) && timestampNs >= startTimeNs &&
      (endTimeNs === 0n || timestampNs <= endTimeNs)
    )
    .map((envelope) => ({
      envelope,
      digest: sha256(concat(utf8(envelope.contentTopic), envelope.message)),
    }))
    .sort((a, b) => order(a, b))
  const unique = rows.filter((row, i) => i === 0 || order(rows[i - 1]!, row) !== 0)
  if (descending) unique.reverse()
  const start = index
    ? unique.findIndex(({ envelope, digest }) =>
      envelope.timestampNs === index.senderTimeNs && equalBytes(digest, index.digest)
    ) + 1
    : 0
  const found = unique.slice(start, start + limit)
  const last = found.at(-1)
  const direction = pagingInfo?.direction ?? SortDirection.UNSPECIFIED
  return create(QueryResponseSchema, {
    envelopes: found.map(({ envelope }) => envelope),
    pagingInfo: last && found.length === limit
      ? {
        limit,
        direction,
        cursor: {
          cursor: {
            case: "index",
            value: { digest: last.digest, senderTimeNs: last.envelope.timestampNs },
          },
        },
      }
      : { direction },
  })
}

interface Row {
  readonly envelope: Envelope
  readonly digest: Uint8Array
}

function order(a: Row, b: Row): number {
  if (a.envelope.timestampNs !== b.envelope.timestampNs) {
    return a.envelope.timestampNs < b.envelope.timestampNs ? -1 : 1
  }
  return toHex(a.digest) < toHex(b.digest) ? -1 : toHex(a.digest) > toHex(b.digest) ? 1 : 0
}
