import {
  create,
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf"
import {
  BatchQueryRequestSchema,
  BatchQueryResponseSchema,
  EnvelopeSchema,
  PublishRequestSchema,
  QueryRequestSchema,
  QueryResponseSchema,
  SubscribeRequestSchema,
} from "@wafer/proto"
import { WaferError, type WaferErrorCode } from "../../error.ts"
import type { Envelope, Transport } from "../transport.ts"
import { lines } from "./lines.ts"
import { readPage, writeQuery } from "./query.ts"
import { refusal } from "./refusal.ts"
import { unlessAborted, unreachable } from "./unreachable.ts"

/** How to reach a node's JSON gateway. */
export interface GatewayOptions {
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Tells the node's operator which application calls, as `X-App-Version`. */
  readonly appVersion?: string
}

// The codes of gRPC, which the gateway writes as numbers.
const codes: Record<number, WaferErrorCode> = {
  3: "rejected",
  4: "unavailable",
  5: "rejected",
  7: "permission-denied",
  8: "rate-limited",
  9: "rejected",
  11: "rejected",
  12: "unimplemented",
  14: "unavailable",
  16: "unauthenticated",
}

/**
 * A node over its JSON gateway: what the official clients speak, and any node of the network answers.
 *
 * @example
 * ```ts
 * const client = await Client.create(signer, { transport: gateway("http://localhost:5555") })
 * ```
 */
export function gateway(url: string | URL, options: GatewayOptions = {}): Transport {
  const base = String(url).replace(/\/+$/, "")
  const fetch = options.fetch ?? globalThis.fetch
  const headers = {
    "content-type": "application/json",
    "x-client-version": "wafer/0.1.0",
    ...(options.appVersion && { "x-app-version": options.appVersion }),
  }

  async function post(
    verb: string,
    body: JsonValue,
    signal: AbortSignal | undefined,
    token?: string,
  ): Promise<Response> {
    const response = await unlessAborted(signal, () =>
      fetch(`${base}/message/v1/${verb}`, {
        method: "POST",
        headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      }))
    if (response.ok) return response
    const { code, message } = errorOf(await unlessAborted(signal, () => response.text()))
    throw refusal(response, codes[code ?? -1], message)
  }

  async function call<Desc extends DescMessage>(
    verb: string,
    body: JsonValue,
    schema: Desc,
    signal: AbortSignal | undefined,
  ): Promise<MessageShape<Desc>> {
    const response = await post(verb, body, signal)
    return read(schema, await unlessAborted(signal, () => response.json()))
  }

  return {
    async publish(envelopes, token, { signal } = {}) {
      const request = create(PublishRequestSchema, { envelopes: [...envelopes] })
      const response = await post("publish", toJson(PublishRequestSchema, request), signal, token)
      await unlessAborted(signal, () => response.arrayBuffer())
    },
    async query(query, { signal } = {}) {
      const body = toJson(QueryRequestSchema, writeQuery(query))
      return readPage(await call("query", body, QueryResponseSchema, signal))
    },
    async batchQuery(queries, { signal } = {}) {
      const request = create(BatchQueryRequestSchema, { requests: queries.map(writeQuery) })
      const body = toJson(BatchQueryRequestSchema, request)
      const { responses } = await call("batch-query", body, BatchQueryResponseSchema, signal)
      return responses.map(readPage)
    },
    async *subscribe(topics, { signal, onOpen } = {}) {
      const left = new AbortController()
      const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
      const request = create(SubscribeRequestSchema, { contentTopics: [...topics] })
      try {
        const response = await post("subscribe", toJson(SubscribeRequestSchema, request), either)
        onOpen?.()
        if (!response.body) return
        for await (const line of lines(response.body, maxLine)) {
          const envelope = readLine(line)
          // An empty result is a sign of life.
          if (envelope.contentTopic !== "") yield envelope
        }
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        throw error instanceof WaferError ? error : unreachable(error)
      } finally {
        left.abort()
      }
    },
    close: () => Promise.resolve(),
  }
}

// Beyond the largest message in base64: whatever sends more is no node.
const maxLine = 2 * 1024 * 1024

/** Unary calls answer with the error itself, streams with `{error}`. Anything else has no code. */
function errorOf(text: string): { code?: number; message?: string } {
  try {
    const body = JSON.parse(text)
    const { code, message } = body?.error ?? body ?? {}
    return {
      ...(typeof code === "number" && { code }),
      ...(typeof message === "string" && { message }),
    }
  } catch {
    return {}
  }
}

function readLine(line: string): Envelope {
  let body: { result?: JsonValue; error?: unknown }
  try {
    body = JSON.parse(line)
  } catch (cause) {
    throw new WaferError("node", "the node sent a line that is not JSON", { cause })
  }
  if (body.result !== undefined) return read(EnvelopeSchema, body.result)
  const { code, message } = errorOf(line)
  throw new WaferError(codes[code ?? -1] ?? "node", message ?? "the node ended the stream")
}

function read<Desc extends DescMessage>(schema: Desc, json: JsonValue): MessageShape<Desc> {
  try {
    return fromJson(schema, json, { ignoreUnknownFields: true })
  } catch (cause) {
    throw new WaferError("node", `the node's answer is not a ${schema.name}`, { cause })
  }
}
