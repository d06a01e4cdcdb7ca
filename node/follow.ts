import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { Code } from "@connectrpc/connect"
import {
  type FollowCursor,
  FollowCursorSchema,
  type FollowRequest,
  type FollowResponse,
  FollowResponseSchema,
} from "@wafer/proto/node"
import { compareBytes, storageId } from "./store/envelope.ts"
import { listen } from "./listen.ts"
import { invalid, Refusal } from "./refusal.ts"
import type { Arrival, LogEntry, Store } from "./store/store.ts"

export interface FollowOptions {
  /** How often a silent stream says that it is alive. */
  readonly heartbeatMs: number
  /** Live envelopes that may wait; a slower reader is served from the log again. */
  readonly buffer?: number
}

const pageSize = 100
const endOfTime = 2n ** 63n - 1n

type Topics = ReadonlySet<string> | undefined

/**
 * From a cursor: what is stored, "caught up", then what arrives; every stored envelope exactly once.
 * A reader that falls behind loses nothing that is stored: it reads the log until it is back.
 *
 * @throws Refusal for a cursor that is not of this store
 */
export async function* follow(
  store: Store,
  request: FollowRequest,
  signal: AbortSignal,
  { heartbeatMs, buffer = 1024 }: FollowOptions,
): AsyncGenerator<FollowResponse> {
  const topics: Topics = request.contentTopics.length > 0
    ? new Set(request.contentTopics)
    : undefined
  const start = beginning(store, request, topics)
  if (start.history && topics) yield* showHistory(store, topics, start.seq, start.history)
  let seq = start.seq
  let caughtUp = false
  while (!signal.aborted) {
    // Before the log is read: then it has an end, however fast others write, and nothing arrives unseen.
    const live = listen(store, topics, { buffer, heartbeatMs, signal })
    try {
      const leastNs = caughtUp ? 0n : start.leastNs
      let toldMs = performance.now()
      for await (const [upTo, items] of readLog(store, seq, topics, leastNs)) {
        yield* items
        seq = upTo
        const nowMs = performance.now()
        // A long way through what others wrote is no silence either.
        if (items.length === 0 && nowMs - toldMs < heartbeatMs) continue
        if (items.length === 0) yield marker("heartbeat", store, seq)
        toldMs = nowMs
      }
      if (!caughtUp) yield marker("caughtUp", store, seq)
      caughtUp = true
      for await (const arrival of live) {
        if (arrival === "heartbeat") {
          yield marker("heartbeat", store, seq)
        } else if (arrival.seq === undefined || arrival.seq > seq) {
          seq = arrival.seq ?? seq
          yield item(arrival.envelope, arrival.receivedNs, cursorAt(store, seq))
        }
      }
    } finally {
      live.stop()
    }
  }
}

interface Beginning {
  /** The log is followed from here on. */
  readonly seq: bigint
  /** Stored envelopes to show before that. */
  readonly history?: NonNullable<FollowCursor["history"]>
  /** Without topics the log itself is the history, from this sender time on. */
  readonly leastNs: bigint
}

function beginning(store: Store, request: FollowRequest, topics: Topics): Beginning {
  const { cursor, sinceNs } = request
  if (cursor.length > 0) {
    const { seq, history, ...place } = readCursor(cursor)
    if (compareBytes(place.store, store.name) !== 0 || seq > store.head) {
      throw new Refusal(Code.OutOfRange, "the cursor is not of this node's log", "invalid")
    }
    return { seq, leastNs: 0n, ...(history && { history }) }
  }
  if (sinceNs === undefined) return { seq: store.head, leastNs: 0n }
  if (!topics) return { seq: 0n, leastNs: sinceNs }
  const history = create(FollowCursorSchema, { history: { sinceNs } }).history!
  return { seq: store.head, leastNs: 0n, history }
}

/** What the topics held when the log stood at `upTo`, in V1's order. */
async function* showHistory(
  store: Store,
  topics: ReadonlySet<string>,
  upTo: bigint,
  history: NonNullable<FollowCursor["history"]>,
): AsyncGenerator<FollowResponse> {
  const { sinceNs } = history
  let { timestampNs, digest } = history
  for (;;) {
    const page = await store.page({
      topics: [...topics],
      startNs: sinceNs,
      endNs: endOfTime,
      descending: false,
      after: digest.length > 0 ? { timestampNs, digest } : undefined,
      limit: pageSize,
    })
    const entries = await store.entries(page.map(({ envelope }) => storageId(envelope)))
    for (const [i, { envelope, digest: shown }] of page.entries()) {
      timestampNs = envelope.timestampNs
      digest = shown
      const entry = entries[i]
      // What was committed meanwhile comes from the log.
      if (!entry || entry.seq > upTo) continue
      const cursor = cursorAt(store, upTo, { sinceNs, timestampNs, digest })
      yield item(envelope, entry.receivedNs, cursor)
    }
    if (page.length < pageSize) return
  }
}

/** The log from `after` to where it ends now: how far each step went, and what it shows of the topics. */
async function* readLog(
  store: Store,
  after: bigint,
  topics: Topics,
  leastNs: bigint,
): AsyncGenerator<[upTo: bigint, items: FollowResponse[]]> {
  const { head } = store
  for (let seq = after; seq < head;) {
    const entries = await store.log(seq, 2 * pageSize)
    // Retention leaves gaps, at the end too.
    seq = entries.at(-1)?.seq ?? head
    const wanted = entries.filter(({ contentTopic, timestampNs }) =>
      timestampNs >= leastNs && (topics?.has(contentTopic) ?? true)
    )
    yield [seq, await itemsOf(store, wanted)]
  }
}

async function itemsOf(store: Store, entries: readonly LogEntry[]): Promise<FollowResponse[]> {
  const envelopes = await store.envelopes(entries)
  return entries.flatMap(({ seq, receivedNs }, i) => {
    const envelope = envelopes[i]
    return envelope ? [item(envelope, receivedNs, cursorAt(store, seq))] : []
  })
}

function item(
  envelope: Arrival["envelope"],
  receivedNs: bigint,
  cursor: Uint8Array,
): FollowResponse {
  return create(FollowResponseSchema, {
    event: { case: "item", value: { envelope, receivedNs } },
    cursor,
  })
}

function marker(kind: "caughtUp" | "heartbeat", store: Store, seq: bigint): FollowResponse {
  return create(FollowResponseSchema, {
    event: { case: kind, value: {} },
    cursor: cursorAt(store, seq),
  })
}

function cursorAt(
  store: Store,
  seq: bigint,
  history?: { sinceNs: bigint; timestampNs: bigint; digest: Uint8Array },
): Uint8Array {
  const place = { store: store.name, seq, ...(history && { history }) }
  return toBinary(FollowCursorSchema, create(FollowCursorSchema, place))
}

function readCursor(bytes: Uint8Array): FollowCursor {
  try {
    return fromBinary(FollowCursorSchema, bytes)
  } catch {
    throw invalid("the cursor is not one of a node")
  }
}
