import { sha256 } from "@wafer/crypto"
import { toHex } from "../bytes.ts"
import { asWaferError, WaferError } from "../error.ts"
import type { Network } from "./network.ts"
import { createQueue } from "./queue.ts"
import { pauseMs, sleep } from "./retry.ts"
import type { StreamOptions, StreamState } from "./stream.ts"
import { dateToNs, msToNs } from "../time.ts"
import type { Envelope } from "./transport.ts"

/** What to feed on. */
export interface FeedOptions {
  readonly topics: Iterable<string>
  /** First what was sent at this time or later. Absent: only what is published from now on. */
  readonly sinceNs?: bigint
  /** Ends the feed, which then throws the signal's reason. */
  readonly signal: AbortSignal
  readonly onState?: (state: StreamState, error?: Error) => void
  /** Asked once, when everything stored has been told: what to feed on besides. */
  readonly onLive?: () => Promise<Iterable<string>>
}

/** What a stream with these options feeds on. */
export function feedOptions(
  topics: Iterable<string>,
  { since, onState }: StreamOptions,
  signal: AbortSignal,
): FeedOptions {
  return {
    topics,
    signal,
    ...(since && { sinceNs: dateToNs(since) }),
    ...(onState && { onState }),
  }
}

/** The envelopes of some topics: each once, what is stored first, across lost connections. */
export interface Feed extends AsyncIterable<Envelope> {
  /** From the next envelope on, these too; and first what they hold already. */
  add(topics: Iterable<string>): void
}

// Nodes that are followed show a sign of life every ten seconds; a subscription may be silent.
const silentFollowMs = 30_000
const silentSubscriptionMs = 60_000
// Clocks of senders differ: looking again from the last known time needs to begin a little earlier.
const overlapNs = msToNs(60_000)
// What a subscription may be ahead of its reader.
const mostWaiting = 4096
// How long a node that does not tell has for registering a subscription.
const registeredAfterMs = 1000

/** Feeds on a node: follows it where that is offered, else subscribes and queries what it missed. */
export function createFeed(network: Network, options: FeedOptions): Feed {
  const { signal, onState } = options
  const { transport } = network
  const topics = new Set(options.topics)
  // Those whose stored envelopes are to be told first, and those where they are not to be told.
  const unread = new Set<string>()
  const unseeded = new Set(options.sinceNs === undefined ? topics : [])
  const isNew = createSieve()

  let restart = new AbortController()
  let state: StreamState | undefined
  function enter(next: StreamState, error?: Error): void {
    if (next !== state) onState?.(next, error)
    state = next
  }

  // How far the feed has come. A cursor is exact; times are as good as the senders' clocks.
  let cursor: Uint8Array | undefined
  // The own clock is a fallback: where it is ahead, it would hide what the node stores next.
  const beginNs = options.sinceNs ?? msToNs(Date.now())
  let positionNs = options.sinceNs ?? 0n
  function advance({ timestampNs }: Envelope): void {
    positionNs = later(positionNs, atMostNow(timestampNs))
  }

  let begun = options.sinceNs !== undefined
  async function* follow(signal: AbortSignal): AsyncGenerator<Envelope> {
    const sinceNs = later(beginNs, positionNs - overlapNs)
    const request = { topics: [...topics], ...(cursor ? { cursor } : begun ? { sinceNs } : {}) }
    begun = true
    const quiet = watch(silentFollowMs, signal)
    for await (const event of transport.follow!(request, { signal: quiet.signal })) {
      quiet.heard()
      if (event.kind === "heartbeat") continue
      cursor = event.cursor
      if (event.kind === "envelope") {
        advance(event.envelope)
        quiet.pause()
        yield event.envelope
        quiet.heard()
      } else if (await widen()) return
      else enter("live")
    }
  }

  async function* subscribe(signal: AbortSignal): AsyncGenerator<Envelope> {
    if (unseeded.size > 0) {
      // What is stored already is not to be told: get to know it before the subscription.
      for await (const page of newestOf(unseeded, signal)) page.forEach(isNew)
      unseeded.clear()
    }
    const quiet = watch(silentSubscriptionMs, signal)
    const queue = createQueue<Envelope>()
    // Aborts when the node has registered the subscription, or cannot.
    const answered = new AbortController()
    const reading = (async () => {
      const live = transport.subscribe([...topics], {
        signal: quiet.signal,
        onOpen: () => answered.abort(),
      })
      for await (const envelope of live) {
        quiet.heard()
        // The reader is slow: what it has not got to is stored, and costs no memory there.
        if (queue.length === mostWaiting) {
          throw new WaferError("unavailable", `more than ${mostWaiting} envelopes wait to be read`)
        }
        queue.push(envelope)
      }
    })()
    reading.then(() => queue.end(), (error) => queue.end(error)).finally(() => answered.abort())
    await sleep(registeredAfterMs, AbortSignal.any([signal, answered.signal])).catch(() => {})
    const startNs = later(options.sinceNs ?? 0n, positionNs - overlapNs)
    for await (const page of network.pages({ topics: [...topics], startNs }, { signal })) {
      for (const envelope of page) {
        advance(envelope)
        yield envelope
      }
    }
    if (await widen()) return
    enter("live")
    for await (const envelope of queue) {
      advance(envelope)
      yield envelope
    }
  }

  /** The last that is stored, as far back as later connections look again. */
  async function* newestOf(
    from: Iterable<string>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Envelope[]> {
    const range = { topics: [...from] }
    const [page] = await network.firstPages([{ ...range, direction: "descending", limit: 1 }], {
      signal,
    })
    const newest = page!.envelopes[0]
    if (!newest) return
    advance(newest)
    const startNs = later(0n, atMostNow(newest.timestampNs) - overlapNs)
    yield* network.pages({ ...range, startNs }, { signal })
  }

  let widened = options.onLive === undefined
  /** Feeds on more from the next connection on, which then has to follow: on all that came up so far. */
  async function widen(): Promise<boolean> {
    let more = unread.size > 0
    if (!widened) {
      const besides = [...await options.onLive!()].filter((topic) => !topics.has(topic))
      widened = true
      for (const topic of besides) {
        topics.add(topic)
        ;(options.sinceNs === undefined ? unseeded : unread).add(topic)
        more = true
      }
    }
    if (more) restart.abort()
    return more
  }

  async function* backlog(): AsyncGenerator<Envelope> {
    for (const topic of unread) {
      const range = {
        topics: [topic],
        ...(options.sinceNs !== undefined && { startNs: options.sinceNs }),
      }
      for await (const page of network.pages(range, { signal })) yield* page
      unread.delete(topic)
    }
  }

  let followable = transport.follow !== undefined
  async function* connection(signal: AbortSignal): AsyncGenerator<Envelope> {
    enter("connecting")
    yield* backlog()
    enter("catching-up")
    yield* followable ? follow(signal) : subscribe(signal)
  }

  async function* envelopes(): AsyncGenerator<Envelope> {
    for (let failures = 0;;) {
      restart = new AbortController()
      const left = new AbortController()
      let lost: WaferError
      try {
        const either = AbortSignal.any([signal, restart.signal, left.signal])
        for await (const envelope of connection(either)) {
          failures = 0
          if (isNew(envelope)) yield envelope
          if (restart.signal.aborted) break
        }
        lost = new WaferError("unavailable", "the node ended the stream")
      } catch (error) {
        lost = asWaferError(error, "unavailable")
      } finally {
        left.abort()
      }
      signal.throwIfAborted()
      if (restart.signal.aborted) continue
      if (lost.code === "unimplemented" && followable) {
        followable = false
        continue
      }
      // A node that has lost its data does not know the cursor; the time still says where to resume.
      if (lost.code === "rejected" && cursor) cursor = undefined
      else if (!mayPass(lost)) throw lost
      enter("waiting", lost)
      await sleep(pauseMs(++failures, lost), signal)
    }
  }

  return {
    add(more) {
      const fresh = [...more].filter((topic) => !topics.has(topic))
      if (fresh.length === 0) return
      for (const topic of fresh) {
        topics.add(topic)
        unread.add(topic)
      }
      // Until then each would cost a connection: they are taken together when the present one is live.
      if (state === "live") restart.abort()
    },
    [Symbol.asyncIterator]: envelopes,
  }
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** A clock that is years ahead must not carry the position beyond what comes next. */
function atMostNow(ns: bigint): bigint {
  const now = msToNs(Date.now())
  return ns < now ? ns : now
}

function mayPass({ code }: WaferError): boolean {
  return code === "unavailable" || code === "rate-limited" || code === "node"
}

/** A signal that aborts when nothing was heard for `ms`, or with `signal`. Nobody hears in a pause. */
function watch(
  ms: number,
  signal: AbortSignal,
): { signal: AbortSignal; heard(): void; pause(): void } {
  const silent = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const heard = () => {
    clearTimeout(timer)
    if (signal.aborted) return
    timer = setTimeout(
      () => silent.abort(new WaferError("unavailable", `nothing heard for ${ms} ms`)),
      ms,
    )
  }
  heard()
  signal.addEventListener("abort", heard, { once: true })
  return {
    signal: AbortSignal.any([signal, silent.signal]),
    heard,
    pause: () => clearTimeout(timer),
  }
}

/** Tells what comes for the first time, as far back as connections overlap. */
function createSieve(): (envelope: Envelope) => boolean {
  const seen = new Set<string>()
  return ({ contentTopic, timestampNs, message }) => {
    const name = `${contentTopic} ${timestampNs} ${toHex(sha256(message))}`
    if (seen.has(name)) return false
    seen.add(name)
    if (seen.size > 20_000) seen.delete(seen.values().next().value!)
    return true
  }
}
