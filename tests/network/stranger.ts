// A bare libp2p host on the gossip topic, as a Waku relay would be: the other side of tests that
// need to misbehave, or to break links under a node's feet.
import type { Connection, PrivateKey } from "@libp2p/interface"
import { generateKeyPair } from "@libp2p/crypto/keys"
import { multiaddr } from "@multiformats/multiaddr"
import { DEFAULT_CONFIG } from "../../node/p2p/config.ts"
import { prefixed } from "../../node/p2p/framing.ts"
import { createGate } from "../../node/p2p/join/gate.ts"
import { createHost, type Host } from "../../node/p2p/host.ts"
import { createPeerLog } from "../../node/p2p/metrics.ts"
import { createRegistry } from "../../node/metrics.ts"
import { silent } from "../../node/log.ts"
import type { LocalNode } from "./local.ts"

export interface Stranger extends AsyncDisposable {
  readonly host: Host
  readonly key: PrivateKey
  readonly id: string
  readonly address: string
  /** Opens one more connection to a node. */
  dial(address: string): Promise<Connection>
  /** Bytes on its gossip stream to a node, with their length before them. */
  push(peer: string, rpc: Uint8Array): void
}

/** What a test needs of the engine's streams. */
export interface RawStream {
  readonly rawStream: { abort(error: Error): void; send(data: Uint8Array): boolean }
}

export async function stranger(): Promise<Stranger> {
  const key = await generateKeyPair("Ed25519")
  const host = await createHost({
    key,
    listen: ["/ip4/127.0.0.1/tcp/0"],
    announce: [],
    pubsubTopics: [DEFAULT_CONFIG.pubsubTopic],
    gate: createGate([], Date.now, createPeerLog(createRegistry(), silent)),
    inboundPerSecond: 100,
    pingIntervalMs: DEFAULT_CONFIG.timings.ping,
    pingTimeoutMs: DEFAULT_CONFIG.timings.pingTimeout,
  })
  await host.start()
  return {
    host,
    key,
    id: host.libp2p.peerId.toString(),
    address: host.libp2p.getMultiaddrs()[0]!.toString(),
    dial: (address) => host.libp2p.dial(multiaddr(address), { force: true }),
    push: (peer, rpc) => void outbound(host, peer).rawStream.send(prefixed(rpc)),
    [Symbol.asyncDispose]: () => host.stop(),
  }
}

/** Whether a node knows what the stranger is. */
export function introduced({ peers }: LocalNode, { id }: Stranger): boolean {
  return peers.status().peers.some((peer) => peer.id === id && peer.wafer !== undefined)
}

export function outbound({ gossip }: Host, peer: string): RawStream {
  return gossip.streamsOutbound.get(peer) as unknown as RawStream
}

export function inbound({ gossip }: Host, peer: string): RawStream {
  return gossip.streamsInbound.get(peer) as unknown as RawStream
}
