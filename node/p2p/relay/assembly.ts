// The assembly of this room: what is committed here goes out at a pace, what arrives is judged and stored.
import type { Limits } from "../../refusal.ts"
import type { Store } from "../../store/store.ts"
import type { Buckets } from "../bucket.ts"
import type { Intake } from "../intake.ts"
import { createFloodWatch, type Gate } from "../join/gate.ts"
import type { Roster } from "../join/roster.ts"
import type { PeerLog } from "../metrics.ts"
import type { Offered } from "../repair/offers.ts"
import { backlogOf, type Gossip } from "./gossip.ts"
import { createPacer } from "./pacer.ts"
import { startRelay } from "./relay.ts"
import { createValidator, type ValidatorOptions } from "./validator.ts"

export interface RelayRoomOptions {
  readonly gossip: Gossip
  /** The gossip topics of the shards that this node keeps. */
  readonly topics: readonly string[]
  /** The gossip topic that a content topic belongs to. */
  readonly pubsubTopicOf: (contentTopic: string) => string
  readonly store: Store
  readonly stored: ValidatorOptions["stored"]
  readonly intake: Intake
  readonly limits: Pick<Limits, "maxTopicBytes" | "maxMessageBytes">
  readonly maxGossipBytes: number
  readonly gate: Gate
  readonly roster: Roster
  /** Messages and bytes that a peer may send. */
  readonly messages: Buckets
  readonly bytes: Buckets
  readonly policy: ValidatorOptions["policy"]
  /** Hands what cannot be gossiped to our own peers by its id. */
  readonly offer: (item: Offered) => void
  /** Told when a peer keeps on sending more than it may. */
  readonly flooded: (peer: string) => void
  /** Told when gossip was lost: repair must bring it. */
  readonly lost: () => void
  readonly log: PeerLog
  readonly now: () => number
}

export interface RelayRoom {
  /** What waits to be gossiped. */
  readonly queuedBytes: number
  close(): void
}

const DAY_NS = 86_400_000_000_000n
/** Gossip that waits to be stored, beyond which more of it is left to repair. */
const MOST_PENDING = 10_000

export function assembleRelay(options: RelayRoomOptions): RelayRoom {
  const { gossip, intake, limits, gate, roster, lost, log, now } = options
  const pacer = createPacer({
    *backlogs() {
      // A publish goes to every subscriber, not only to the mesh.
      for (const { peer } of roster.all()) yield [peer, backlogOf(gossip, peer)] as const
    },
    async publish(data, topic) {
      try {
        const { recipients } = await gossip.publish(topic, data)
        log.recipients.observe(recipients.length)
      } catch (error) {
        log.count("publishDropped", { reason: "engine" })
        log.say("warn", "publish failed", { error: String(error) })
      }
    },
    dropped() {
      log.count("publishDropped", { reason: "queue" })
      lost()
    },
    now,
  })
  const judge = createValidator({
    maxTopicBytes: limits.maxTopicBytes,
    maxMessageBytes: limits.maxMessageBytes,
    maxFutureNs: gate.mode === "open" ? DAY_NS : undefined,
    // Only a peer that tells its network can tell a wrong one.
    admitted: (peer) => roster.get(peer)?.ours !== undefined && gate.allows(peer),
    messages: options.messages,
    bytes: options.bytes,
    stored: options.stored,
    pubsubTopicOf: options.pubsubTopicOf,
    behind: () => intake.pending > MOST_PENDING,
    policy: options.policy,
    now,
  })
  const stop = startRelay({
    gossip,
    topics: options.topics,
    pubsubTopicOf: options.pubsubTopicOf,
    store: options.store,
    intake,
    pacer,
    judge,
    maxGossipBytes: options.maxGossipBytes,
    offer: options.offer,
    flooded: createFloodWatch(now, options.flooded),
    lost,
    log,
    now,
  })

  return {
    get queuedBytes() {
      return pacer.queuedBytes
    },

    close() {
      stop()
      pacer.close()
    },
  }
}
