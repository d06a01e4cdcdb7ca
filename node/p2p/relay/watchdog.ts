// Links that look alive and carry no gossip. The engine drops a peer whose RPC was too large, or whose
// stream broke, and neither side opens it again while the connection stands: only closing all
// connections and dialling anew heals that.
import type { Connection } from "@libp2p/interface"
import { RELAY_PROTOCOLS } from "./gossip.ts"

/** What the watchdog looks at; the engine's state, by peer. */
export interface Links {
  /** Connected peers that speak a relay protocol. */
  relays(): string[]
  connections(peer: string): Connection[]
  known(peer: string): boolean
  sends(peer: string): boolean
  receives(peer: string): boolean
  subscribed(peer: string): boolean
  /** Bytes that wait to be sent to the peer. */
  backlog(peer: string): number
}

/** Why a link carries nothing, a metrics label. */
export type Sickness = "dropped" | "outbound" | "inbound" | "unsubscribed" | "stuck"

export interface WatchdogOptions {
  readonly links: Links
  readonly now: () => number
  /** How long a link may be sick before it is renewed. */
  readonly patienceMs: number
  /** A peer is renewed at most this often. */
  readonly restMs: number
  /** Unsent bytes that make a link stuck. */
  readonly maxBacklog: number
  readonly renew: (peer: string, sickness: Sickness) => Promise<void>
}

const DUPLICATE_AGE_MS = 10_000

/** One look at all links; call it every few seconds. */
export function createWatchdog(options: WatchdogOptions): { tick(): void } {
  const { links, now } = options
  const sickSince = new Map<string, number>()
  const renewedAt = new Map<string, number>()

  function sickness(peer: string): Sickness | undefined {
    if (!links.known(peer)) return "dropped"
    if (!links.sends(peer)) return "outbound"
    if (!links.receives(peer)) return "inbound"
    if (!links.subscribed(peer)) return "unsubscribed"
    if (links.backlog(peer) > options.maxBacklog) return "stuck"
    return undefined
  }

  return {
    tick() {
      const relays = new Set(links.relays())
      for (const peer of sickSince.keys()) if (!relays.has(peer)) sickSince.delete(peer)
      for (const [peer, at] of renewedAt) if (now() - at > options.restMs) renewedAt.delete(peer)
      for (const peer of relays) {
        const reason = sickness(peer)
        if (reason === undefined) {
          sickSince.delete(peer)
          closeDuplicates(links.connections(peer), now())
          continue
        }
        if (!sickSince.has(peer)) sickSince.set(peer, now())
        if (now() - sickSince.get(peer)! >= options.patienceMs && !renewedAt.has(peer)) {
          sickSince.delete(peer)
          renewedAt.set(peer, now())
          void options.renew(peer, reason)
        }
      }
    },
  }
}

/** Two nodes that dial each other at once have two connections; those without gossip streams can go. */
function closeDuplicates(connections: readonly Connection[], now: number): void {
  if (connections.length < 2) return
  const carries = (connection: Connection) =>
    connection.streams.some(({ protocol }) => RELAY_PROTOCOLS.includes(protocol))
  if (!connections.some(carries)) return
  for (const connection of connections) {
    const old = now - connection.timeline.open > DUPLICATE_AGE_MS
    if (old && !carries(connection) && connection.streams.length === 0) {
      connection.close().catch((error) => connection.abort(error))
    }
  }
}
