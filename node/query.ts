import { create } from "@bufbuild/protobuf"
import {
  type PagingInfo,
  PagingInfoSchema,
  type QueryRequest,
  type QueryResponse,
  QueryResponseSchema,
  SortDirection,
} from "@wafer/proto"
import { invalid, type Limits } from "./refusal.ts"
import type { PageQuery, Position, Store, StoredEnvelope } from "./store/store.ts"

const endOfTime = 2n ** 63n - 1n

/** One page, by V1's rules: newest first unless asked otherwise, and a cursor only when the page is full. */
export async function queryPage(
  store: Pick<Store, "page">,
  limits: Limits,
  request: QueryRequest,
): Promise<QueryResponse> {
  const query = readQuery(request, limits)
  const page = await store.page(query)
  return create(QueryResponseSchema, {
    envelopes: page.map(({ envelope }) => envelope),
    pagingInfo: nextPage(page, query, limits),
  })
}

/** @throws Refusal for more topics than one request may name */
export function checkTopics(count: number, { maxTopics }: Limits): void {
  if (count > maxTopics) throw invalid(`cannot exceed ${maxTopics} topics`)
}

function readQuery(request: QueryRequest, limits: Limits): PageQuery {
  const { contentTopics: topics, startTimeNs, endTimeNs, pagingInfo } = request
  if (topics.length === 0) throw invalid("content topics required")
  checkTopics(topics.length, limits)
  const preferences = topics.length === 1 && topics[0]!.startsWith("/xmtp/0/userpreferences-")
  const most = preferences ? limits.maxPreferencesPage : limits.maxPage
  const limit = pagingInfo?.limit || limits.maxPage
  if (limit > most) {
    throw invalid(`cannot exceed ${limits.maxPage} rows per query`)
  }
  return {
    topics,
    startNs: startTimeNs,
    endNs: endTimeNs === 0n || endTimeNs > endOfTime ? endOfTime : endTimeNs,
    descending: pagingInfo?.direction !== SortDirection.ASCENDING,
    ...readCursor(pagingInfo),
    limit,
  }
}

function readCursor(
  pagingInfo: PagingInfo | undefined,
): { after?: Position; afterDigest?: Uint8Array } {
  const index = pagingInfo?.cursor?.cursor.value
  if (!index) return {}
  const { senderTimeNs: timestampNs, digest } = index
  if (timestampNs > endOfTime) throw invalid("cursor is out of range")
  if (digest.length === 0) {
    // The old node ignored such a cursor and sent the same page for ever.
    return timestampNs === 0n ? {} : { after: { timestampNs, digest: undefined } }
  }
  return timestampNs === 0n ? { afterDigest: digest } : { after: { timestampNs, digest } }
}

function nextPage(
  page: readonly StoredEnvelope[],
  { limit, descending }: PageQuery,
  limits: Limits,
): PagingInfo {
  const direction = descending ? SortDirection.DESCENDING : SortDirection.ASCENDING
  const last = page.at(-1)
  if (!last || page.length < limit) return create(PagingInfoSchema, { direction })
  const { digest, envelope } = last
  return create(PagingInfoSchema, {
    limit: Math.min(limit, limits.maxPage),
    direction,
    cursor: {
      cursor: { case: "index", value: { digest, senderTimeNs: envelope.timestampNs } },
    },
  })
}
