import { create } from "@bufbuild/protobuf"
import {
  type Envelope,
  PagingInfoSchema,
  type QueryRequest,
  QueryRequestSchema,
  type QueryResponse,
  QueryResponseSchema,
} from "@wafer/proto"

const most = 1000
const mostBytes = 1024 * 1024

/**
 * The pages of a query one after the other, as one answer. It ends early where a page is refused:
 * asked from the cursor on, the caller learns why.
 *
 * @throws Refusal when the first page is refused
 */
export async function readPages(
  request: QueryRequest,
  { maxPage }: { readonly maxPage: number },
  query: (request: QueryRequest) => Promise<QueryResponse>,
): Promise<QueryResponse> {
  const limit = Math.min(request.pagingInfo?.limit || most, most)
  const envelopes: Envelope[] = []
  let bytes = 0
  let { pagingInfo } = request
  do {
    const page = { ...pagingInfo, limit: Math.min(limit - envelopes.length, maxPage) }
    const asked = { ...request, pagingInfo: create(PagingInfoSchema, page) }
    try {
      const answer = await query(create(QueryRequestSchema, asked))
      envelopes.push(...answer.envelopes)
      bytes += answer.envelopes.reduce((sum, { message }) => sum + message.length, 0)
      pagingInfo = answer.pagingInfo
    } catch (error) {
      if (envelopes.length === 0) throw error
      break
    }
  } while (pagingInfo?.cursor && envelopes.length < limit && bytes < mostBytes)
  return create(QueryResponseSchema, { envelopes, ...(pagingInfo && { pagingInfo }) })
}
