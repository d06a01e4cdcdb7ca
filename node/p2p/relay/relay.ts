// Between gossip and the store: what is committed here goes out, what arrives is judged, forwarded by
// the engine, and stored through the same door as a client's.
import type { PeerId } from "@libp2p/interface"
import type { Envelope } from "@wafer/proto"
import type { Arrival, Store } from "../../store/store.ts"
import type { Gossip } from "./gossip.ts"
import { type Intake, newsOf } from "../intake.ts"
import type { PeerLog } from "../metrics.ts"
import type { Offered } from "../repair/offers.ts"
import type { Pacer } from "./pacer.ts"
import type { Judgement } from "./validator.ts"
import { wakuOf } from "../waku/message.ts"

export interface RelayOptions {
  readonly gossip: Gossip
  /** The gossip topics of the shards that this node keeps. */
  readonly topics: readonly string[]
  /** The gossip topic that a content topic belongs to. */
  readonly pubsubTopicOf: (contentTopic: string) => string
  readonly store: Store
  readonly intake: Intake
  readonly pacer: Pacer
  readonly judge: (peer: string, data: Uint8Array, topic: string) => Judgement
  readonly maxGossipBytes: number
  /** Hands what cannot be gossiped to our own peers by its id. */
  readonly offer: (item: Offered) => void
  /** Told when a peer keeps on sending more than it may. */
  readonly flooded: (peer: string) => void
  /** Told when gossip was lost on the way to the store: repair must bring it. */
  readonly lost: () => void
  readonly log: PeerLog
  readonly now: () => number
}

const SKEW_MS = 300_000

/** Starts relaying; returns how to stop. */
export function startRelay(options: RelayOptions): () => void {
  const { gossip, topics, log, now } = options
  const accepted = new WeakMap<Uint8Array, Envelope>()

  function send({ envelope, id, keep }: Arrival): void {
    const data = wakuOf(envelope)
    // Waku nodes hold an empty payload or topic against the sender.
    const empty = envelope.message.length === 0 || envelope.contentTopic === ""
    if (!empty && data.length <= options.maxGossipBytes) {
      log.count("gossipBytes", { dir: "out" }, data.length)
      options.pacer.push(data, options.pubsubTopicOf(envelope.contentTopic))
    } else if (keep) {
      options.offer({ id, contentTopic: envelope.contentTopic })
    } else {
      log.count("publishDropped", { reason: "ephemeral-ungossipable" })
    }
  }

  async function receive(peer: string, data: Uint8Array, envelope: Envelope): Promise<void> {
    log.count("gossipBytes", { dir: "in" }, data.length)
    const seconds = now() / 1000 - Number(envelope.timestampNs / 1_000_000n) / 1000
    if (Math.abs(seconds) < SKEW_MS / 1000) log.propagationSeconds.observe(Math.max(0, seconds))
    try {
      await options.intake.gossiped(envelope, peer)
    } catch (error) {
      log.count("gossipIn", { result: "lost", reason: "store" })
      log.say("error", "gossip could not be stored", { error: String(error) })
      options.lost()
    }
  }

  function validate(topic: string, peer: PeerId, { data }: { data: Uint8Array }): Verdicts {
    const from = peer.toString()
    const started = performance.now()
    const { verdict, reason, envelope } = options.judge(from, data, topic)
    log.judgementSeconds.observe((performance.now() - started) / 1000)
    log.count("gossipIn", { result: verdict, reason })
    if (reason === "flood") options.flooded(from)
    if (envelope !== undefined) accepted.set(data, envelope)
    return verdict as Verdicts
  }

  for (const topic of topics) {
    gossip.topicValidators.set(topic, (peer, message) => validate(topic, peer, message))
  }
  const onMessage = (
    { detail }: CustomEvent<{ propagationSource: PeerId; msg: { data: Uint8Array } }>,
  ) => {
    const envelope = accepted.get(detail.msg.data)
    if (envelope !== undefined) {
      void receive(detail.propagationSource.toString(), detail.msg.data, envelope)
    }
  }
  gossip.addEventListener("gossipsub:message", onMessage)
  const unfollow = options.store.follow({
    arrived(arrivals) {
      for (const arrival of newsOf(arrivals)) send(arrival)
    },
  })
  return () => {
    unfollow()
    gossip.removeEventListener("gossipsub:message", onMessage)
    for (const topic of topics) gossip.topicValidators.delete(topic)
  }
}

/** The engine's enum has these strings as values. */
type Verdicts = Awaited<ReturnType<NonNullable<ReturnType<Gossip["topicValidators"]["get"]>>>>
