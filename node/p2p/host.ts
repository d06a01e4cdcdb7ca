// The libp2p host: TCP, Noise, yamux, identify, ping and gossip. The numbers are those that kept
// links alive under load; the comments say what went wrong with the defaults.
import { noise, pureJsCrypto } from "@libp2p/noise"
import { identify, identifyPush } from "@libp2p/identify"
import type { Libp2p, PrivateKey } from "@libp2p/interface"
import { peerIdFromString } from "@libp2p/peer-id"
import { ping } from "@libp2p/ping"
import { quietTcp } from "./transport.ts"
import { yamux } from "@libp2p/yamux"
import { createLibp2p } from "libp2p"
import { getCiphers } from "node:crypto"
import { reachOf } from "./join/address.ts"
import type { Gate } from "./join/gate.ts"
import { type Gossip, gossip } from "./relay/gossip.ts"

/** Pings that may be on their way at the same time. */
const PINGS = 16

export interface HostOptions {
  readonly key: PrivateKey
  /** Multiaddrs, for example /ip4/0.0.0.0/tcp/5557. */
  readonly listen: readonly string[]
  /** How others reach this node, when that differs from where it listens. */
  readonly announce: readonly string[]
  readonly pubsubTopics: readonly string[]
  readonly gate: Gate
  /** New connections a second from one address. */
  readonly inboundPerSecond: number
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

export interface Host {
  readonly libp2p: Libp2p
  readonly gossip: Gossip
  /** Asks a peer again who it is: libp2p asks once, for five seconds. Never rejects. */
  identify(peer: string): Promise<void>
  /** Listens and subscribes. Whoever handles a protocol or an event has said so before. */
  start(): Promise<void>
  /** Resolves when the host is stopped, or after three seconds without it. */
  stop(): Promise<void>
}

const STOP_MS = 3000

export async function createHost(options: HostOptions): Promise<Host> {
  // Bun has no such cipher in node:crypto, and Noise breaks on the first longer frame.
  const native = getCiphers().includes("chacha20-poly1305")
  const libp2p = await createLibp2p({
    start: false,
    privateKey: options.key,
    addresses: {
      listen: [...options.listen],
      announce: [...options.announce],
      announceFilter(addresses) {
        const outside = addresses.filter((address) => reachOf(address) !== "loopback")
        return outside.length > 0 ? outside : addresses
      },
    },
    transports: [quietTcp()],
    connectionEncrypters: [noise(native ? {} : { crypto: pureJsCrypto })],
    streamMuxers: [yamux({ streamOptions: { maxReadBufferLength: 64 * 1024 * 1024 } })],
    // A busy peer is late with its pong: the default of 5 s cut healthy links under load.
    connectionMonitor: {
      pingInterval: options.pingIntervalMs,
      pingTimeout: { minTimeout: options.pingTimeoutMs, maxTimeout: 3 * options.pingTimeoutMs },
    },
    connectionManager: {
      maxConnections: 100,
      inboundConnectionThreshold: options.inboundPerSecond,
      maxIncomingPendingConnections: 10,
      maxParallelDials: 5,
    },
    connectionGater: options.gate.libp2p,
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      // A ping may be late by several intervals: with the default of one at a time, the next one
      // would count as a failure, and cut the link.
      ping: ping({ maxOutboundStreams: PINGS, maxInboundStreams: PINGS }),
      pubsub: gossip(options.pubsubTopics),
    },
  })
  return {
    libp2p,
    gossip: libp2p.services.pubsub,
    async identify(peer) {
      const [connection] = libp2p.getConnections(peerIdFromString(peer))
      await (connection && libp2p.services.identify.identify(connection).catch(() => {}))
    },
    async start() {
      await libp2p.start()
      for (const topic of options.pubsubTopics) libp2p.services.pubsub.subscribe(topic)
    },
    async stop() {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, STOP_MS))
      await Promise.race([Promise.resolve(libp2p.stop()).catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}
