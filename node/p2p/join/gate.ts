// Who may be connected: everybody but the banned, or only those on a list.
import type { ConnectionGater } from "@libp2p/interface"
import type { PeerLog } from "../metrics.ts"

/** Why a peer was sent away, a metrics label. */
export type BanReason = "network" | "shards" | "violation" | "flood" | "score" | "cluster"

export interface Gate {
  /** "allowlist" when there is a list, else "open". */
  readonly mode: "open" | "allowlist"
  allows(peer: string): boolean
  /** Keeps a peer out for a while, ten minutes unless told otherwise. */
  ban(peer: string, reason: BanReason, ms?: number): void
  readonly libp2p: ConnectionGater
}

export const BAN_MS = 600_000
const MAX_BANS = 10_000

export function createGate(
  allowed: readonly string[],
  now: () => number,
  log: PeerLog,
): Gate {
  const list = new Set(allowed)
  const bans = new Map<string, number>()
  const allows = (peer: string) =>
    (list.size === 0 || list.has(peer)) && (bans.get(peer) ?? 0) <= now()
  const denies = (peer: { toString(): string }) => !allows(peer.toString())
  return {
    mode: list.size === 0 ? "open" : "allowlist",
    allows,
    ban(peer, reason, ms = BAN_MS) {
      // Identities cost nothing: a flood of them must not fill memory, so the oldest ban goes.
      if (bans.size >= MAX_BANS) bans.delete(bans.keys().next().value!)
      bans.set(peer, now() + ms)
      log.count("bans", { reason })
      log.say("warn", "peer banned", { peer, reason, ms })
    },
    libp2p: {
      denyDialPeer: denies,
      // Addresses are judged where they are learned; what is left may be dialled, private or not.
      denyDialMultiaddr: () => false,
      denyInboundEncryptedConnection: denies,
      denyOutboundEncryptedConnection: denies,
    },
  }
}

const FLOOD_MS = 60_000

/** Sends a peer away that keeps on sending more than it may for a minute; a single burst is forgiven. */
export function createFloodWatch(
  now: () => number,
  sendAway: (peer: string) => void,
): (peer: string) => void {
  const since = new Map<string, { first: number; last: number }>()
  return (peer) => {
    const flood = since.get(peer)
    if (flood === undefined || now() - flood.last > FLOOD_MS) {
      if (since.size >= MAX_BANS) since.delete(since.keys().next().value!)
      since.set(peer, { first: now(), last: now() })
    } else if (now() - flood.first > FLOOD_MS) {
      since.delete(peer)
      sendAway(peer)
    } else {
      flood.last = now()
    }
  }
}
