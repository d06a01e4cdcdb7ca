// The links of the gossip engine, as the watchdog looks at them.
import type { Libp2p } from "@libp2p/interface"
import { peerIdFromString } from "@libp2p/peer-id"
import type { Roster } from "../join/roster.ts"
import { backlogOf, type Gossip, RELAY_PROTOCOLS } from "./gossip.ts"
import type { Links } from "./watchdog.ts"

export function gossipLinks(
  { libp2p, gossip }: { readonly libp2p: Libp2p; readonly gossip: Gossip },
  { roster, topics, silent }: {
    readonly roster: Roster
    readonly topics: readonly string[]
    /** Whether a peer has nothing to tell on any of the topics. */
    readonly silent: (peer: string) => boolean
  },
): Links {
  return {
    relays: () =>
      roster.all().filter(({ protocols }) => RELAY_PROTOCOLS.some((p) => protocols.includes(p)))
        .map(({ peer }) => peer),
    connections: (peer) => libp2p.getConnections(peerIdFromString(peer)),
    known: (peer) => gossip.peers.has(peer),
    sends: (peer) => gossip.streamsOutbound.has(peer),
    receives: (peer) => gossip.streamsInbound.has(peer),
    subscribed: (peer) =>
      silent(peer) ||
      topics.some((topic) => gossip.getSubscribers(topic).some((id) => id.toString() === peer)),
    backlog: (peer) => backlogOf(gossip, peer),
  }
}
