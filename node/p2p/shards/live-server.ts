// What arrives here, shown to a peer as it arrives: the Live of /wafer/forward/1.0.0, the answering side.
import type { ForwardFrame, ForwardRequest_Live } from "@wafer/proto/p2p"
import { topicCost } from "../../access/limit.ts"
import { createBacklog } from "../../backlog.ts"
import type { Arrival, Store } from "../../store/store.ts"
import { type Buckets, paid } from "../bucket.ts"
import { ProtocolError } from "../framing.ts"
import { type Answers, frame, MAX_CHANGES } from "./forward-frames.ts"

export interface LiveServerOptions {
  readonly store: Store
  readonly keeps: (contentTopic: string) => boolean
  /** What one peer may ask for. */
  readonly reads: Buckets
  /** A stream that is silent for so long says that it is alive. */
  readonly heartbeatMs: number
}

/** Topics of one stream. */
const MAX_LIVE = 100_000
/** Envelopes that may wait for a peer that reads slowly. */
const MAX_WAITING = 4096
/** Envelopes sent at once. */
const STEP = 16
const NEVER_MS = 2 ** 31 - 1

/** Shows what arrives under the topics of the first message and of those that follow, until the peer leaves. */
export async function showLive(
  answers: Answers,
  peer: string,
  first: ForwardRequest_Live,
  { store, keeps, reads, heartbeatMs }: LiveServerOptions,
): Promise<void> {
  const topics = new Set<string>()
  const backlog = createBacklog<Arrival>(MAX_WAITING)
  let wake = () => {}
  let over: Error | undefined

  const unfollow = store.follow({
    arrived(arrivals) {
      for (const arrival of arrivals) {
        const { envelope, keep, seq } = arrival
        // What was known before is no news.
        if (!topics.has(envelope.contentTopic) || keep && seq === undefined || over) continue
        if (!backlog.push(arrival)) {
          over = new ProtocolError("timeout", "the peer reads more slowly than envelopes arrive")
        }
      }
      if (backlog.length > 0) wake()
    },
  })

  async function change({ add, remove }: ForwardRequest_Live): Promise<void> {
    if (add.length > MAX_CHANGES || remove.length > MAX_CHANGES) {
      throw new ProtocolError("violation", "too many changes at once")
    }
    for (const topic of remove) topics.delete(topic)
    for (const topic of add) topics.add(topic)
    if (topics.size > MAX_LIVE || !add.every(keeps)) {
      throw new ProtocolError("violation", "topics that this node cannot show")
    }
    // Hashing topics is work: changes come no faster than pages.
    await paid(reads.borrow(peer, topicCost(add.length)))
    await answers.write(frame({ case: "done", value: {} }))
  }

  async function hear(): Promise<void> {
    await change(first)
    for (;;) {
      const { want } = await answers.read(NEVER_MS)
      if (want.case !== "live") {
        throw new ProtocolError("violation", `${want.case} on a live stream`)
      }
      await change(want.value)
    }
  }

  /** Resolves with whether there is something to tell, at the latest when it is time for a sign of life. */
  function somethingCame(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), heartbeatMs)
      wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }

  async function tell(): Promise<void> {
    while (over === undefined) {
      const some: ForwardFrame[] = []
      while (some.length < STEP && backlog.length > 0) {
        some.push(frame({ case: "envelope", value: backlog.shift()!.envelope }))
      }
      if (some.length > 0) {
        await answers.write(...some)
      } else if (!await somethingCame()) {
        await answers.write(frame({ case: "alive", value: {} }))
      }
    }
    throw over
  }

  const hearing = hear().catch((error) => {
    over ??= error as Error
    wake()
  })
  try {
    await tell()
  } catch (error) {
    // Who leaves between two messages has done nothing wrong.
    if (!(error instanceof ProtocolError && error.code === "closed")) throw error
  } finally {
    unfollow()
    answers.abort(new ProtocolError("closed", "the live stream ends"))
    await hearing
  }
}
