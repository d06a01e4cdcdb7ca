import { type JsonValue, toJson } from "@bufbuild/protobuf"
import type { ConnectError } from "@connectrpc/connect"
import {
  type BatchQueryResponse,
  type Envelope,
  type QueryResponse,
  SortDirection,
} from "@wafer/proto"
import { RetryInfoSchema } from "@wafer/proto/node"
import { encodeBase64 } from "../base64.ts"

// proto3 JSON as grpc-gateway prints it: every field present, absent messages null, 64-bit numbers
// as strings, bytes as padded base64. V1's clients parse nothing else.

/**
 * JSON as proto3 reads it: a whole number keeps all its digits, as 64 bits have more than a number of
 * JavaScript.
 */
export function parseJson(text: string): JsonValue {
  return largeNumber.test(text) ? JSON.parse(text, exact) : JSON.parse(text)
}

// Asking for each value is slow, and official clients send strings.
const largeNumber = /[:[,]\s*-?\d{16}/

function exact(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value
  return source !== undefined && /^-?\d+$/.test(source) ? source : value
}

export function envelopeJson({ contentTopic, timestampNs, message }: Envelope): unknown {
  return { contentTopic, timestampNs: String(timestampNs), message: encodeBase64(message) }
}

export function queryResponseJson({ envelopes, pagingInfo }: QueryResponse): unknown {
  return { envelopes: envelopes.map(envelopeJson), pagingInfo: pagingJson(pagingInfo) }
}

export function batchQueryResponseJson({ responses }: BatchQueryResponse): unknown {
  return { responses: responses.map(queryResponseJson) }
}

export function errorJson({ code, rawMessage, details }: ConnectError): unknown {
  return {
    code,
    message: rawMessage,
    details: details.flatMap((detail) =>
      "desc" in detail && detail.desc.typeName === RetryInfoSchema.typeName
        ? [{
          "@type": `type.googleapis.com/${RetryInfoSchema.typeName}`,
          ...toJson(RetryInfoSchema, detail.value as never) as object,
        }]
        : []
    ),
  }
}

const directions = new Map<number, string>(
  Object.entries(SortDirection).map(([name, number]) => [number, `SORT_DIRECTION_${name}`]),
)

function pagingJson(paging: QueryResponse["pagingInfo"]): unknown {
  if (!paging) return null
  const index = paging.cursor?.cursor.value
  return {
    limit: paging.limit,
    cursor: index
      ? { index: { digest: encodeBase64(index.digest), senderTimeNs: String(index.senderTimeNs) } }
      : null,
    direction: directions.get(paging.direction) ?? paging.direction,
  }
}
