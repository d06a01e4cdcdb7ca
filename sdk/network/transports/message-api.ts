import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageShape,
} from "@bufbuild/protobuf"
import {
  BatchQueryRequestSchema,
  MessageApi,
  PublishRequestSchema,
  SubscribeRequestSchema,
} from "@wafer/proto"
import { FollowRequestSchema, NodeApi } from "@wafer/proto/node"
import type { FollowEvent, Transport } from "../transport.ts"
import { readPage, writeQuery } from "./query.ts"

/** Options of one call of a remote procedure. */
export interface RpcOptions {
  readonly signal?: AbortSignal | undefined
  /** Bearer token. */
  readonly token?: string
  /** The response has begun. */
  readonly onOpen?: (() => void) | undefined
}

/** Remote procedures, however they are called. They throw `WaferError`, or the signal's reason. */
export interface Rpc {
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    input: MessageShape<I>,
    options: RpcOptions,
  ): Promise<MessageShape<O>>
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    input: MessageShape<I>,
    options: RpcOptions,
  ): AsyncIterable<MessageShape<O>>
}

/** A transport that calls the services of a Wafer node. */
export function messageApi(rpc: Rpc): Transport {
  const { publish, query, batchQuery, subscribe } = MessageApi.method
  return {
    async publish(envelopes, token, { signal } = {}) {
      const request = create(PublishRequestSchema, { envelopes: [...envelopes] })
      await rpc.unary(publish, request, { signal, token })
    },
    query: async (asked, { signal } = {}) =>
      readPage(await rpc.unary(query, writeQuery(asked), { signal })),
    read: async (asked, { signal } = {}) =>
      readPage(await rpc.unary(NodeApi.method.read, writeQuery(asked), { signal })),
    async batchQuery(queries, { signal } = {}) {
      const request = create(BatchQueryRequestSchema, { requests: queries.map(writeQuery) })
      return (await rpc.unary(batchQuery, request, { signal })).responses.map(readPage)
    },
    async *subscribe(topics, { signal, onOpen } = {}) {
      const request = create(SubscribeRequestSchema, { contentTopics: [...topics] })
      for await (const envelope of rpc.stream(subscribe, request, { signal, onOpen })) {
        // An empty one is a sign of life.
        if (envelope.contentTopic !== "") yield envelope
      }
    },
    async *follow({ topics, cursor, sinceNs }, { signal } = {}) {
      const request = create(FollowRequestSchema, {
        contentTopics: [...topics],
        ...(cursor && { cursor }),
        ...(sinceNs !== undefined && { sinceNs }),
      })
      const responses = rpc.stream(NodeApi.method.follow, request, { signal })
      for await (const { event, cursor } of responses) {
        if (event.case === "heartbeat") yield { kind: "heartbeat" } satisfies FollowEvent
        if (event.case === "caughtUp") yield { kind: "caught-up", cursor } satisfies FollowEvent
        if (event.case === "item" && event.value.envelope) {
          const { envelope, receivedNs } = event.value
          const told = receivedNs === 0n ? envelope : { ...envelope, storedNs: receivedNs }
          yield { kind: "envelope", envelope: told, cursor } satisfies FollowEvent
        }
      }
    },
    close: () => Promise.resolve(),
  }
}
