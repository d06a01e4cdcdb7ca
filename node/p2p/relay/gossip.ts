// The gossip engine, set up to be a Waku relay to Waku nodes and a faster one among ourselves.
import {
  type GossipSub as GossipSubInterface,
  gossipsub,
  type GossipSubComponents,
} from "@libp2p/gossipsub"
import type { PeerId } from "@libp2p/interface"
import type { RPC } from "@libp2p/gossipsub/message"
import type { PeerScoreParams, TopicScoreParams } from "@libp2p/gossipsub/score"
import { sha256 } from "@wafer/crypto"
import { splitRpc } from "./splitter.ts"

/** The first that both sides speak is taken: ours adds IDONTWANT and back-off to Waku's. */
export const RELAY_PROTOCOLS: readonly string[] = ["/meshsub/1.2.0", "/vac/waku/relay/2.0.0"]

/** What this network does with the engine beyond its interface; public at run time in 17.1.1, which is pinned. */
export interface Gossip extends GossipSubInterface {
  readonly peers: Map<string, PeerId>
  readonly streamsInbound: Map<string, unknown>
  readonly streamsOutbound: Map<
    string,
    { readonly rawStream: { readonly writeBufferLength: number } }
  >
  readonly mesh: Map<string, Set<string>>
  getMeshPeers(topic: string): string[]
  getSubscribers(topic: string): PeerId[]
  getScore(peer: string): number
  publish(topic: string, data: Uint8Array): Promise<{ recipients: PeerId[] }>
  sendRpc(peer: string, rpc: RPC): boolean
}

/** Bytes that wait to be sent to a peer. */
export function backlogOf({ streamsOutbound }: Gossip, peer: string): number {
  return streamsOutbound.get(peer)?.rawStream.writeBufferLength ?? 0
}

/** A score below this: the peer is not listened to any more. */
export const GRAYLIST = -10_000

const MAX_INBOUND = 16 * 1024 * 1024
const MAX_OUTBOUND_BUFFER = 256 * 1024 * 1024

/** The libp2p service for these topics. */
export function gossip(topics: readonly string[]): (components: GossipSubComponents) => Gossip {
  return (components) => {
    const engine = gossipsub({
      globalSignaturePolicy: "StrictNoSign",
      msgIdFn: ({ data }) => sha256(data),
      allowedTopics: [...topics],
      fallbackToFloodsub: false,
      emitSelf: false,
      allowPublishToZeroTopicPeers: true,
      ignoreDuplicatePublishError: true,
      doPX: true,
      floodPublish: true,
      D: 6,
      Dlo: 4,
      Dhi: 8,
      Dout: 3,
      Dlazy: 6,
      Dscore: 4,
      heartbeatInterval: 1000,
      mcacheLength: 6,
      mcacheGossip: 3,
      seenTTL: 120_000,
      fanoutTTL: 60_000,
      pruneBackoff: 60_000,
      // The option's own spelling.
      unsubcribeBackoff: 5000,
      maxInboundDataLength: MAX_INBOUND,
      maxOutboundBufferSize: MAX_OUTBOUND_BUFFER,
      scoreThresholds: {
        gossipThreshold: -100,
        publishThreshold: -1000,
        graylistThreshold: GRAYLIST,
        acceptPXThreshold: 10,
        opportunisticGraftThreshold: 0,
      },
      scoreParams: scoreParams(topics),
    })(components) as unknown as Gossip
    // The engine ignores its own option for this, but reads the list when it starts.
    engine.protocols.splice(0, Infinity, ...RELAY_PROTOCOLS)
    const send = engine.sendRpc.bind(engine)
    engine.sendRpc = (peer, rpc) => splitRpc(rpc).map((part) => send(peer, part)).every(Boolean)
    return engine
  }
}

const TOPIC_SCORE: TopicScoreParams = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 10,
  firstMessageDeliveriesWeight: 1,
  firstMessageDeliveriesDecay: 0.5,
  firstMessageDeliveriesCap: 10,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 10,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 5,
  meshMessageDeliveriesActivation: 1000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -100,
  invalidMessageDeliveriesDecay: 0.5,
}

/** Waku's numbers. Counters decay every 12 s: with the engine's own 1 s, twelve bad messages were forgiven at once. */
function scoreParams(topics: readonly string[]): Partial<PeerScoreParams> {
  return {
    topics: Object.fromEntries(topics.map((topic) => [topic, TOPIC_SCORE])),
    decayInterval: 12_000,
    decayToZero: 0.01,
    retainScore: 600_000,
    IPColocationFactorWeight: -50,
    IPColocationFactorThreshold: 5,
    IPColocationFactorWhitelist: new Set(["127.0.0.1", "::1"]),
    behaviourPenaltyWeight: -10,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.986,
    appSpecificScore: () => 0,
    appSpecificWeight: 10,
  }
}
