// The door for what peers send: the rules for peers here, then the same ingest as a client's.
import type { Envelope } from "@wafer/proto"
import type { Ingest } from "../ingest.ts"
import type { Limits } from "../refusal.ts"
import type { Arrival } from "../store/store.ts"
import { isEphemeral } from "../store/topic.ts"
import type { Windows } from "../store/window.ts"
import type { Body } from "./repair/fetch.ts"
import type { PeerLog } from "./metrics.ts"
import type { Key } from "./repair/rbsr/key.ts"

/** How an envelope came; part of its origin. */
type Way = "gossip" | "repair" | "forward"

const RELAY_AGE_MS = 60_000
const MAX_REPAIRED_NEWS = 64

export interface Intake {
  /** Stores an envelope that gossip brought and the validator passed. Throws when the store takes nothing. */
  gossiped(envelope: Envelope, peer: string): Promise<void>
  /** Stores what was fetched, is admissible and not known yet; returns how many were new. Throws likewise. */
  fetched(bodies: readonly Body[], peer: string): Promise<number>
  /** Stores what a client of a peer has published. Throws a `Refusal` as for a client of this node. */
  forwarded(envelopes: readonly Envelope[], peer: string): Promise<void>
  /** Envelopes on their way to the store. */
  readonly pending: number
}

export interface IntakeOptions {
  readonly ingest: Ingest
  readonly limits: Limits
  readonly windows: Windows
  /** Whether this node keeps the topic. */
  readonly keeps: (contentTopic: string) => boolean
  /** Whether an envelope is stored already: followers of the store must not hear it twice. */
  readonly stored: (contentTopic: string, key: Key) => boolean
  readonly log: PeerLog
}

const MAX_TIMESTAMP = (1n << 63n) - 1n
const utf8 = new TextEncoder()

export function createIntake(options: IntakeOptions): Intake {
  const { ingest, limits, windows, keeps, stored, log } = options
  let pending = 0

  function fault({ contentTopic, timestampNs, message }: Envelope): string | undefined {
    if (utf8.encode(contentTopic).length > limits.maxTopicBytes) return "oversized"
    if (!keeps(contentTopic)) return "shard"
    if (message.length > limits.maxMessageBytes) return "oversized"
    if (timestampNs > MAX_TIMESTAMP) return "timestamp"
    return windows.fault(contentTopic, timestampNs)
  }

  function admit(envelope: Envelope, way: Way, also?: string): boolean {
    const reason = fault(envelope) ?? also
    if (reason !== undefined) log.count("limited", { kind: `${way}-${reason}` })
    return reason === undefined
  }

  async function store(envelopes: readonly Envelope[], peer: string, way: Way): Promise<number> {
    if (envelopes.length === 0) return 0
    pending += envelopes.length
    try {
      const arrivals = await ingest.accept(envelopes, `${way}:${peer}`)
      return arrivals.filter(({ seq }) => seq !== undefined).length
    } finally {
      pending -= envelopes.length
    }
  }

  return {
    get pending() {
      return pending
    },
    async gossiped(envelope, peer) {
      if (admit(envelope, "gossip")) await store([envelope], peer, "gossip")
    },
    forwarded: async (envelopes, peer) => void await store(envelopes, peer, "forward"),
    async fetched(bodies, peer) {
      const sound = bodies.filter(({ envelope, key }) =>
        !stored(envelope.contentTopic, key) &&
        admit(envelope, "repair", isEphemeral(envelope.contentTopic) ? "ephemeral" : undefined)
      )
      const fresh = await store(sound.map(({ envelope }) => envelope), peer, "repair")
      if (fresh > 0) log.count("repaired", undefined, fresh)
      return fresh
    },
  }
}

/**
 * What this node brings to the network of what the store has taken: everything new from a client,
 * and what gossip missed while it is young. A repair of many is no news: others repair themselves.
 */
export function newsOf(arrivals: readonly Arrival[]): Arrival[] {
  const young = ({ envelope, receivedNs }: Arrival) => {
    const age = receivedNs - envelope.timestampNs
    return age >= 0n && age < BigInt(RELAY_AGE_MS) * 1_000_000n
  }
  const fresh = arrivals.filter(({ keep, seq }) => !keep || seq !== undefined)
  const repaired = fresh.filter(({ origin }) => origin.startsWith("repair:"))
  return fresh.filter((arrival) =>
    arrival.origin === "client" || arrival.origin.startsWith("forward:") ||
    (repaired.length <= MAX_REPAIRED_NEWS && repaired.includes(arrival) && young(arrival))
  )
}
