// Streams to peers: opened, answered, and closed on whoever breaks a protocol.
import type { Connection, Libp2p, Stream } from "@libp2p/interface"
import { peerIdFromString } from "@libp2p/peer-id"
import type { Multiaddr } from "@multiformats/multiaddr"
import { ProtocolError } from "./framing.ts"
import type { BanReason, Gate } from "./join/gate.ts"
import type { PeerLog } from "./metrics.ts"
import { ReconcileError } from "./repair/rbsr/error.ts"

const OPEN_MS = 10_000
const INBOUND_STREAMS = 8
/** Of one peer and protocol: as many as it may forward at once. The other protocols open few. */
export const MOST_STREAMS = 256

export interface Protocols {
  /** @throws ProtocolError when the peer is gone or does not speak the protocol */
  open(peer: string, protocol: string): Promise<Stream>
  /** Answers streams of a protocol, at most `most` of one peer at a time. */
  handle(
    protocol: string,
    answer: (stream: Stream, peer: string, remote: Multiaddr) => Promise<void>,
    most?: number,
  ): Promise<void>
  /** Slow and gone peers are counted; those that break a protocol are sent away. */
  blame(peer: string, protocol: string, error: unknown): void
  hangUp(peer: string): Promise<void>
  /** Hangs up, and lets the peer in again only when its ban is over. */
  sendAway(peer: string, reason: BanReason): void
}

export function createProtocols(
  { libp2p, gate, log }: {
    readonly libp2p: Libp2p
    readonly gate: Gate
    readonly log: PeerLog
  },
): Protocols {
  async function hangUp(peer: string): Promise<void> {
    await libp2p.hangUp(peerIdFromString(peer)).catch(() => {})
  }

  function sendAway(peer: string, reason: BanReason): void {
    gate.ban(peer, reason)
    void hangUp(peer)
  }

  function blame(peer: string, protocol: string, error: unknown): void {
    const code = error instanceof ProtocolError || error instanceof ReconcileError
      ? error.code
      : "internal"
    log.count("violations", { protocol, code })
    const facts = { peer, protocol, code, error: String(error) }
    if (code === "internal") log.say("error", "protocol failed here", facts)
    else if (code === "closed" || code === "timeout") {
      log.say("debug", "peer was slow or left", facts)
    } else {
      log.say("warn", "peer broke a protocol", facts)
      sendAway(peer, "violation")
    }
  }

  return {
    hangUp,
    sendAway,
    blame,

    async open(peer, protocol) {
      const [connection] = libp2p.getConnections(peerIdFromString(peer))
      if (connection === undefined) throw new ProtocolError("closed", "the peer is not connected")
      try {
        return await connection.newStream(protocol, {
          signal: AbortSignal.timeout(OPEN_MS),
          maxOutboundStreams: MOST_STREAMS,
        })
      } catch (cause) {
        throw new ProtocolError("closed", `no stream for ${protocol}`, { cause })
      }
    },

    handle: (protocol, answer, most = INBOUND_STREAMS) =>
      libp2p.handle(protocol, async (stream: Stream, connection: Connection) => {
        const peer = connection.remotePeer.toString()
        try {
          await answer(stream, peer, connection.remoteAddr)
        } catch (error) {
          blame(peer, protocol, error)
          stream.abort(error as Error)
        }
      }, { maxInboundStreams: most }),
  }
}
