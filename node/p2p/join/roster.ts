// The peers that are connected now, and what is known of them.
import type { Connection } from "@libp2p/interface"
import type { Multiaddr } from "@multiformats/multiaddr"

export interface Member {
  readonly peer: string
  readonly direction: "inbound" | "outbound"
  readonly since: number
  readonly remote: Multiaddr
  /** From identify; empty until then. */
  readonly protocols: readonly string[]
  /** True when the peer told our network, undefined until it has told one or shown that it cannot. */
  readonly ours: boolean | undefined
  /** The shards that it says it keeps. */
  readonly kept: readonly number[]
}

export interface Roster {
  get(peer: string): Member | undefined
  all(): Member[]
  connected(connection: Connection): void
  disconnected(peer: string): void
  identified(peer: string, protocols: readonly string[]): void
  /** False for nodes of another kind, for example Waku relays. */
  told(peer: string, ours: boolean, kept?: readonly number[]): void
}

export function createRoster(now: () => number): Roster {
  const members = new Map<string, Member>()
  const change = (peer: string, facts: Partial<Member>) => {
    const member = members.get(peer)
    if (member !== undefined) members.set(peer, { ...member, ...facts })
  }
  return {
    get: (peer) => members.get(peer),
    all: () => [...members.values()],
    connected({ remotePeer, direction, remoteAddr }) {
      const peer = remotePeer.toString()
      if (members.has(peer)) return
      members.set(peer, {
        peer,
        direction,
        since: now(),
        remote: remoteAddr,
        protocols: [],
        ours: undefined,
        kept: [],
      })
    },
    disconnected: (peer) => void members.delete(peer),
    identified: (peer, protocols) => change(peer, { protocols }),
    told: (peer, ours, kept = []) => change(peer, { ours, kept }),
  }
}
