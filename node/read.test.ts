import { create } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import { EnvelopeSchema, type QueryRequest, QueryRequestSchema, SortDirection } from "@wafer/proto"
import fc from "fast-check"
import assert from "node:assert/strict"
import { test } from "node:test"
import { queryPage } from "./query.ts"
import { readPages } from "./read.ts"
import { defaultLimits, Refusal } from "./refusal.ts"
import { itemOf } from "./store/envelope.ts"
import { memoryStore } from "./store/memory.ts"

const topic = "/xmtp/0/m-long/proto"

async function storeOf(sizes: readonly number[]) {
  const store = memoryStore()
  await store.append(sizes.map((size, n) => {
    const message = new Uint8Array(size)
    // Not at time 0: V1 takes a cursor there for one that names no time.
    const timestampNs = BigInt(n + 1)
    const envelope = create(EnvelopeSchema, { contentTopic: topic, timestampNs, message })
    return itemOf(envelope, "client", 1n)
  }))
  return store
}

const ask = (limit: number, descending = false): QueryRequest =>
  create(QueryRequestSchema, {
    contentTopics: [topic],
    pagingInfo: {
      limit,
      direction: descending ? SortDirection.DESCENDING : SortDirection.ASCENDING,
    },
  })

test("one answer after the other tells what the pages of V1 tell", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2500 }),
      fc.integer({ min: 0, max: 1100 }),
      fc.boolean(),
      async (count, limit, descending) => {
        const store = await storeOf(Array.from({ length: count }, () => 8))
        const told: number[] = []
        let request = ask(limit, descending)
        for (;;) {
          const answer = await readPages(
            request,
            defaultLimits,
            (page) => queryPage(store, defaultLimits, page),
          )
          assert.ok(answer.envelopes.length <= Math.min(limit || 1000, 1000))
          told.push(...answer.envelopes.map(({ timestampNs }) => Number(timestampNs)))
          if (!answer.pagingInfo?.cursor || answer.envelopes.length === 0) break
          const { cursor, direction } = answer.pagingInfo
          request = create(QueryRequestSchema, {
            contentTopics: [topic],
            pagingInfo: { limit, direction, cursor },
          })
        }
        const numbers = Array.from({ length: count }, (_, i) => i + 1)
        assert.deepEqual(told, descending ? numbers.reverse() : numbers)
      },
    ),
    { numRuns: 12 },
  )
})

test("long messages make an answer of fewer", async () => {
  const store = await storeOf(Array.from({ length: 250 }, () => 20_000))
  const answer = await readPages(
    ask(0),
    defaultLimits,
    (page) => queryPage(store, defaultLimits, page),
  )
  assert.equal(answer.envelopes.length, 100)
  assert.equal(answer.pagingInfo!.cursor!.cursor.value!.senderTimeNs, 100n)
})

test("what is refused after the first page is refused to who asks again", async () => {
  const store = await storeOf(Array.from({ length: 500 }, () => 8))
  let allowed = 2
  const query = (page: QueryRequest) => {
    if (allowed-- > 0) return queryPage(store, defaultLimits, page)
    throw new Refusal(Code.ResourceExhausted, "enough", "rate-limit")
  }
  const first = await readPages(ask(0), defaultLimits, query)
  assert.equal(first.envelopes.length, 200)
  const { cursor, direction } = first.pagingInfo!
  const rest = create(QueryRequestSchema, {
    contentTopics: [topic],
    pagingInfo: { direction, ...(cursor && { cursor }) },
  })
  await assert.rejects(readPages(rest, defaultLimits, query), /enough/)
})
