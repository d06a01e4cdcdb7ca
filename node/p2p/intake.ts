// The door for what peers send: the rules for peers here, then the same ingest as a client's.
import type { Envelope } from "@wafer/proto"
import type { Ingest } from "../ingest.ts"
import type { Limits } from "../refusal.ts"
import type { Arrival } from "../store.ts"
import { isEphemeral } from "../topic.ts"
import type { PeerLog } from "./metrics.ts"
import type { Windows } from "./window.ts"

/** How an envelope came; part of its origin. */
export type Way = "gossip" | "repair"

const RELAY_AGE_MS = 60_000
const MAX_REPAIRED_NEWS = 64

export interface Intake {
  /** Stores what is admissible and returns how many were new. Throws when the store takes nothing. */
  take(envelopes: readonly Envelope[], peer: string, way: Way): Promise<number>
  /** Envelopes on their way to the store. */
  readonly pending: number
}

export interface IntakeOptions {
  readonly ingest: Ingest
  readonly limits: Limits
  readonly windows: Windows
  readonly log: PeerLog
}

const MAX_TIMESTAMP = (1n << 63n) - 1n
const utf8 = new TextEncoder()

export function createIntake({ ingest, limits, windows, log }: IntakeOptions): Intake {
  let pending = 0

  function fault({ contentTopic, timestampNs, message }: Envelope, way: Way): string | undefined {
    if (utf8.encode(contentTopic).length > limits.maxTopicBytes) return "oversized"
    if (message.length > limits.maxMessageBytes) return "oversized"
    if (timestampNs > MAX_TIMESTAMP) return "timestamp"
    if (windows.expired(contentTopic, timestampNs)) return "expired"
    if (way === "repair" && isEphemeral(contentTopic)) return "ephemeral"
    return undefined
  }

  return {
    get pending() {
      return pending
    },
    async take(envelopes, peer, way) {
      const sound = envelopes.filter((envelope) => {
        const reason = fault(envelope, way)
        if (reason !== undefined) log.count("limited", { kind: `${way}-${reason}` })
        return reason === undefined
      })
      if (sound.length === 0) return 0
      pending += sound.length
      try {
        const arrivals = await ingest.accept(sound, `${way}:${peer}`)
        const fresh = arrivals.filter(({ seq }) => seq !== undefined).length
        if (way === "repair" && fresh > 0) log.count("repaired", undefined, fresh)
        return fresh
      } finally {
        pending -= sound.length
      }
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
    arrival.origin === "client" ||
    (repaired.length <= MAX_REPAIRED_NEWS && repaired.includes(arrival) && young(arrival))
  )
}
