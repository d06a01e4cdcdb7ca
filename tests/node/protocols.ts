// One node, asked in four ways that answer alike: values as values, refusals as a code and a text.
import { create, fromJson, toJson } from "@bufbuild/protobuf"
import { ConnectError, createClient, type Transport } from "@connectrpc/connect"
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node"
import {
  BatchQueryRequestSchema,
  type BatchQueryResponse,
  BatchQueryResponseSchema,
  type Envelope,
  EnvelopeSchema,
  MessageApi,
  PublishRequestSchema,
  type QueryRequest,
  QueryRequestSchema,
  type QueryResponse,
  QueryResponseSchema,
} from "@wafer/proto"

/** A refusal as every protocol carries it. */
export class Refused extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface Asked {
  publish(envelopes: Envelope[], authorization?: string): Promise<void>
  query(request: QueryRequest): Promise<QueryResponse>
  batchQuery(requests: QueryRequest[]): Promise<BatchQueryResponse>
  /** Resolves when the subscription is open. */
  subscribe(topics: string[], signal: AbortSignal): Promise<AsyncIterable<Envelope>>
  subscribeAll(signal: AbortSignal): Promise<AsyncIterable<Envelope>>
}

/** The four protocols of a node. */
export function protocols(http: string, grpc: string): Record<string, Asked> {
  return {
    gRPC: rpc(createGrpcTransport({ baseUrl: grpc })),
    Connect: rpc(createConnectTransport({ baseUrl: http, httpVersion: "1.1" })),
    "Connect, JSON": rpc(
      createConnectTransport({ baseUrl: http, httpVersion: "1.1", useBinaryFormat: false }),
    ),
    "gRPC-Web": rpc(createGrpcWebTransport({ baseUrl: http, httpVersion: "1.1" })),
    "the JSON gateway": gateway(http),
  }
}

function rpc(transport: Transport): Asked {
  const client = createClient(MessageApi, transport)
  const told = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error)
      throw new Refused(code, rawMessage)
    }
  }
  const opened = (open: (onHeader: () => void) => AsyncIterable<Envelope>) =>
    new Promise<AsyncIterable<Envelope>>((resolve, reject) => {
      const queue = queued(open(() => resolve(queue.rest)))
      queue.failed.catch((error) => {
        const { code, rawMessage } = ConnectError.from(error)
        reject(new Refused(code, rawMessage))
      })
    })
  return {
    async publish(envelopes, authorization) {
      await told(client.publish({ envelopes }, authorization ? { headers: { authorization } } : {}))
    },
    query: (request) => told(client.query(request)),
    batchQuery: (requests) => told(client.batchQuery({ requests })),
    subscribe: (contentTopics, signal) =>
      opened((onHeader) => client.subscribe({ contentTopics }, { signal, onHeader })),
    subscribeAll: (signal) => opened((onHeader) => client.subscribeAll({}, { signal, onHeader })),
  }
}

/** Reads a stream at once, as a stream must be for its headers to come. */
function queued(
  source: AsyncIterable<Envelope>,
): { rest: AsyncIterable<Envelope>; failed: Promise<void> } {
  const waiting: Envelope[] = []
  let wake = (): void => {}
  const failed = (async () => {
    for await (const envelope of source) {
      waiting.push(envelope)
      wake()
    }
  })()
  failed.catch(() => {})
  async function* rest(): AsyncGenerator<Envelope> {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!
      await new Promise<void>((resolve) => wake = resolve)
    }
  }
  return { rest: rest(), failed }
}

function gateway(url: string): Asked {
  async function post(verb: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    const answer = await fetch(`${url}/message/v1/${verb}`, {
      ...init,
      method: "POST",
      body: JSON.stringify(body),
    })
    if (answer.ok) return answer
    const { error, ...plain } = await answer.json()
    const { code, message } = error ?? plain
    throw new Refused(code, message)
  }
  const stream = async (verb: string, body: unknown, signal: AbortSignal) => {
    const { body: lines } = await post(verb, body, { signal })
    return readLines(lines!)
  }
  return {
    async publish(envelopes, authorization) {
      const request = toJson(PublishRequestSchema, create(PublishRequestSchema, { envelopes }))
      const answer = await post(
        "publish",
        request,
        authorization ? { headers: { authorization } } : {},
      )
      await answer.body?.cancel()
    },
    async query(request) {
      const answer = await post("query", toJson(QueryRequestSchema, request))
      return fromJson(QueryResponseSchema, await answer.json())
    },
    async batchQuery(requests) {
      const request = create(BatchQueryRequestSchema, { requests })
      const answer = await post("batch-query", toJson(BatchQueryRequestSchema, request))
      return fromJson(BatchQueryResponseSchema, await answer.json())
    },
    subscribe: (contentTopics, signal) => stream("subscribe", { contentTopics }, signal),
    subscribeAll: (signal) => stream("subscribe-all", {}, signal),
  }
}

async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<Envelope> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const lines = text.split("\n")
    text = lines.pop()!
    for (const line of lines) {
      const { result } = JSON.parse(line)
      if (result.contentTopic) yield fromJson(EnvelopeSchema, result)
    }
  }
}
