import { create } from "@bufbuild/protobuf"
import {
  type QueryRequest,
  QueryRequestSchema,
  type QueryResponse,
  SortDirection,
} from "@wafer/proto"
import type { Page, Query } from "../transport.ts"

const directions = {
  ascending: SortDirection.ASCENDING,
  descending: SortDirection.DESCENDING,
} as const

/** A query as it travels. */
export function writeQuery(query: Query): QueryRequest {
  const { topics, startNs, endNs, direction, limit, cursor } = query
  return create(QueryRequestSchema, {
    contentTopics: [...topics],
    ...(startNs !== undefined && { startTimeNs: startNs }),
    ...(endNs !== undefined && { endTimeNs: endNs }),
    pagingInfo: {
      ...(limit !== undefined && { limit }),
      ...(direction && { direction: directions[direction] }),
      ...(cursor && { cursor: { cursor: { case: "index", value: cursor } } }),
    },
  })
}

/** A page as it arrived. */
export function readPage({ envelopes, pagingInfo }: QueryResponse): Page {
  const index = pagingInfo?.cursor?.cursor.value
  return { envelopes, ...(index && { cursor: index }) }
}
