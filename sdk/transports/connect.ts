import { create } from "@bufbuild/protobuf"
import {
  Code,
  ConnectError,
  createClient,
  type Transport as ConnectTransport,
} from "@connectrpc/connect"
import { BatchQueryRequestSchema, MessageApi, PublishRequestSchema } from "@wafer/proto"
import { FollowRequestSchema, NodeApi } from "@wafer/proto/node"
import { WaferError, type WaferErrorCode } from "../error.ts"
import type { FollowEvent, Transport } from "../transport.ts"
import { retryAfterMs } from "./retry-after.ts"

const codes: Partial<Record<Code, WaferErrorCode>> = {
  [Code.InvalidArgument]: "rejected",
  [Code.NotFound]: "rejected",
  [Code.OutOfRange]: "rejected",
  [Code.FailedPrecondition]: "rejected",
  [Code.Unauthenticated]: "unauthenticated",
  [Code.PermissionDenied]: "permission-denied",
  [Code.ResourceExhausted]: "rate-limited",
  [Code.Unavailable]: "unavailable",
  [Code.DeadlineExceeded]: "unavailable",
  [Code.Aborted]: "unavailable",
  [Code.Unimplemented]: "unimplemented",
}

/** A node behind any transport of Connect. */
export function connect(transport: ConnectTransport): Transport {
  const messages = createClient(MessageApi, transport)
  const node = createClient(NodeApi, transport)
  return {
    async publish(envelopes, token, { signal } = {}) {
      await translated(
        signal,
        () =>
          messages.publish(create(PublishRequestSchema, { envelopes: [...envelopes] }), {
            ...withSignal(signal),
            headers: { authorization: `Bearer ${token}` },
          }),
      )
    },
    query: (request, { signal } = {}) =>
      translated(signal, () => messages.query(request, withSignal(signal))),
    async batchQuery(requests, { signal } = {}) {
      const { responses } = await translated(signal, () =>
        messages.batchQuery(
          create(BatchQueryRequestSchema, { requests: [...requests] }),
          withSignal(signal),
        ))
      return responses
    },
    subscribe: (topics, { signal, onOpen } = {}) =>
      translatedStream(signal, (signal) =>
        messages.subscribe({ contentTopics: [...topics] }, {
          signal,
          ...(onOpen && { onHeader: onOpen }),
        })),
    async *follow({ topics, cursor, sinceNs }, { signal } = {}) {
      const request = create(FollowRequestSchema, {
        contentTopics: [...topics],
        ...(cursor && { cursor }),
        ...(sinceNs !== undefined && { sinceNs }),
      })
      const responses = translatedStream(signal, (signal) => node.follow(request, { signal }))
      for await (const { event, cursor } of responses) {
        if (event.case === "heartbeat") yield { kind: "heartbeat" } satisfies FollowEvent
        if (event.case === "caughtUp") yield { kind: "caught-up", cursor } satisfies FollowEvent
        if (event.case === "item" && event.value.envelope) {
          yield { kind: "envelope", envelope: event.value.envelope, cursor } satisfies FollowEvent
        }
      }
    },
    close: () => Promise.resolve(),
  }
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

async function translated<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translate(error, signal)
  }
}

async function* translatedStream<T>(
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T> {
  // Leaving a Connect stream does not stop it: what ends it is its signal.
  const left = new AbortController()
  try {
    yield* open(signal ? AbortSignal.any([signal, left.signal]) : left.signal)
  } catch (error) {
    throw translate(error, signal)
  } finally {
    left.abort()
  }
}

function translate(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  const { code, rawMessage, metadata } = ConnectError.from(error)
  const wait = retryAfterMs(metadata.get("retry-after"))
  // Without an answer Connect says `unknown`; a node that answers so has an error of its own.
  const unreachable = code === Code.Unknown && !(error instanceof ConnectError && !error.cause)
  return new WaferError(unreachable ? "unavailable" : codes[code] ?? "node", rawMessage, {
    cause: error,
    ...(wait !== undefined && { retryAfterMs: wait }),
  })
}
