// The assembly of the peer network: every part gets what it needs here, and only here.
import type { Connection, Stream } from "@libp2p/interface"
import { peerIdFromString } from "@libp2p/peer-id"
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr"
import { fingerprintDigest } from "../store/fingerprint.ts"
import { shardOf, unsharded } from "../store/shard.ts"
import type { SetName } from "../store/store.ts"
import { createWindows } from "../store/window.ts"
import { createAcquaintance } from "./join/acquaintance.ts"
import { openBook, peerOf } from "./join/book.ts"
import { createBuckets } from "./bucket.ts"
import { DEFAULT_CONFIG, DEFAULT_TIMINGS, type PeersConfig } from "./config.ts"
import { createDialer } from "./join/dialer.ts"
import { createElsewhere } from "./shards/elsewhere.ts"
import { createFetchServer, FETCH } from "./repair/fetch-server.ts"
import { createFetcher } from "./repair/fetch.ts"
import { createForwardServer, FORWARD } from "./shards/forward-server.ts"
import { createForwarder, Declined } from "./shards/forward.ts"
import { ProtocolError } from "./framing.ts"
import { type BanReason, createFloodWatch, createGate } from "./join/gate.ts"
import { addGauges } from "./gauges.ts"
import { GRAYLIST, RELAY_PROTOCOLS } from "./relay/gossip.ts"
import { createHost } from "./host.ts"
import { createIntake } from "./intake.ts"
import { createKeepers } from "./shards/keepers.ts"
import { loadKey } from "./join/key.ts"
import { createLive } from "./shards/live.ts"
import { METADATA, metadataOf, serveMetadata } from "./waku/metadata.ts"
import { createPeerLog } from "./metrics.ts"
import type { Peers, PeersOptions, PeerStatus, SetStatus, ShardStatus } from "./membership.ts"
import { createOffers } from "./repair/offers.ts"
import { createPacer, PACER_LIMITS } from "./relay/pacer.ts"
import { createExchange, PEERS } from "./join/peers.ts"
import { ReconcileError } from "./repair/rbsr/error.ts"
import { startRelay } from "./relay/relay.ts"
import { createRepair } from "./repair/repair.ts"
import { createRoster, type Member } from "./join/roster.ts"
import { SYNC } from "./repair/session.ts"
import { followSets, setNumber, setsOf } from "./repair/sets.ts"
import { createSyncServer } from "./repair/sync-server.ts"
import { createValidator } from "./relay/validator.ts"
import { createWakuStore, WAKU_STORE } from "./waku/store.ts"
import { pubsubTopicOf } from "./waku/message.ts"
import { createWatchdog } from "./relay/watchdog.ts"

const DAY_NS = 86_400_000_000_000n
const OPEN_MS = 10_000
/** Connections that a node opens while some shard has too few keepers among them. */
const SEARCHING = 64
const HAND_OVER_MS = 60_000
const STREAMS_PER_PEER = 8
const FORWARDS_PER_PEER = 256

export async function joinNetwork(options: PeersOptions): Promise<Peers> {
  const { store, limits, shards = unsharded, now = Date.now } = options
  const config: PeersConfig = {
    ...DEFAULT_CONFIG,
    ...options.config,
    timings: { ...DEFAULT_TIMINGS, ...options.config?.timings },
  }
  const { timings, network } = config
  const topics = shards.kept.map((shard) => topicOf(shard))
  const log = createPeerLog(options.registry, options.log)
  const seeds = config.seeds.map(readSeed)

  const gate = createGate(config.allow, now, log)
  const roster = createRoster(now)
  const windows = createWindows(config.retentionMs, now)
  const sets = await followSets(store, shards)
  const intake = createIntake({
    ingest: options.ingest,
    limits,
    windows,
    keeps: shards.keeps,
    stored: sets.has,
    log,
  })
  const key = await loadKey(options.keyFile)
  const host = await createHost({
    key,
    listen: config.listen,
    announce: config.announce,
    pubsubTopics: topics,
    gate,
    inboundPerSecond: config.inboundPerSecond,
    pingIntervalMs: timings.ping,
    pingTimeoutMs: timings.pingTimeout,
  })
  const { libp2p, gossip } = host
  const self = libp2p.peerId.toString()
  const book = await openBook(options.book, self, now)
  for (const seed of seeds) book.addSeed(seed)

  const fellows = () => roster.all().filter(({ ours }) => ours === true).map(({ peer }) => peer)
  const keepers = (shard: number) => fellows().filter((peer) => keptBy(peer).includes(shard))
  /** The sets that a peer has too. */
  const shared = (peer: string) =>
    setsOf(shards.kept.filter((shard) => keptBy(peer).includes(shard)))

  /** How many connected peers keep each shard. */
  function keeperCounts(): number[] {
    const counts = new Array<number>(shards.count).fill(0)
    for (const peer of fellows()) for (const shard of keptBy(peer)) counts[shard]!++
    return counts
  }

  function keptBy(peer: string): readonly number[] {
    return roster.get(peer)?.kept ?? []
  }

  function topicOf(shard: number): string {
    return pubsubTopicOf(config.pubsubTopic, shard, shards.count)
  }

  async function open(peer: string, protocol: string): Promise<Stream> {
    const [connection] = libp2p.getConnections(peerIdFromString(peer))
    if (connection === undefined) throw new ProtocolError("closed", "the peer is not connected")
    try {
      return await connection.newStream(protocol, {
        signal: AbortSignal.timeout(OPEN_MS),
        maxOutboundStreams: FORWARDS_PER_PEER,
      })
    } catch (cause) {
      throw new ProtocolError("closed", `no stream for ${protocol}`, { cause })
    }
  }

  async function hangUp(peer: string): Promise<void> {
    await libp2p.hangUp(peerIdFromString(peer)).catch(() => {})
  }

  function sendAway(peer: string, reason: BanReason): void {
    gate.ban(peer, reason)
    void hangUp(peer)
  }

  /** Slow and gone peers are counted; those that break a protocol are sent away. */
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

  function handle(
    protocol: string,
    answer: (stream: Stream, peer: string, remote: Multiaddr) => Promise<void>,
    maxInboundStreams = STREAMS_PER_PEER,
  ): Promise<void> {
    return libp2p.handle(protocol, async (stream: Stream, connection: Connection) => {
      const peer = connection.remotePeer.toString()
      try {
        await answer(stream, peer, connection.remoteAddr)
      } catch (error) {
        blame(peer, protocol, error)
        stream.abort(error as Error)
      }
    }, { maxInboundStreams })
  }

  // Who is who.
  const exchange = createExchange({
    network,
    shards,
    book,
    requests: createBuckets({ perSecond: 0.1, burst: 2 }, now),
    now,
  })
  const metadata = metadataOf(topics)

  const acquaintance = createAcquaintance({
    network,
    shards: shards.count,
    cluster: config.cluster,
    metadata,
    exchange,
    roster,
    book,
    recordOf: async (peer) => (await libp2p.peerStore.get(peer)).peerRecordEnvelope,
    open,
    blame,
    sendAway,
    // One side of a connection compares: the one that opened it.
    met: (peer) => roster.get(peer)?.direction === "outbound" && repair.greet(peer),
    learned: () => dialer.tick(),
    log,
  })

  // Bodies and comparisons.
  const fetcher = createFetcher((peer) => open(peer, FETCH), intake.fetched, sets)
  const offers = createOffers({
    store,
    fetcher,
    shardOf: (contentTopic) => shardOf(contentTopic, shards.count),
    keeps: (shard) => shards.kept.includes(shard),
    keepers,
    failed: (peer, error) => blame(peer, FETCH, error),
  })
  const session = {
    network,
    sets,
    windows,
    log,
    roundMs: timings.round,
    sessionMs: timings.session,
    now,
  }
  const repair = createRepair({
    session,
    store,
    fetcher,
    peers: () => fellows().filter((peer) => shared(peer).length > 0),
    shared,
    open: (peer) => open(peer, SYNC),
    blame: (peer, error) => blame(peer, SYNC, error),
    timings,
    log,
    now,
  })
  const sync = createSyncServer({
    ...session,
    sessions: createBuckets({ perSecond: 1000 / timings.sessionGap, burst: 2 }, now),
    retryAfterMs: timings.sessionGap,
    compared: repair.compared,
    outrun: (peer) => repair.greet(peer),
  })
  const served = {
    perPeer: createBuckets(config.servedBytes, now),
    total: createBuckets(config.servedBytesTotal, now),
  }
  const serve = createFetchServer({ store, sets, log, ...served, take: offers.take })

  // Other nodes' shards. Where anyone may join, one that lies must not be the only one to know.
  const witnesses = gate.mode === "open" ? 2 : 1
  const keepersOf = createKeepers({
    candidates: keepersByTrust,
    shards: shards.count,
    blame(peer, error) {
      if (error instanceof Declined) return log.count("limited", { kind: "forward" })
      live.drop(peer)
      blame(peer, FORWARD, error)
    },
    now,
  })
  const silenceMs = 3 * timings.heartbeat
  const live = createLive({
    open,
    arrived: (envelope) => options.deliver?.({ envelope, receivedNs: BigInt(now()) * 1_000_000n }),
    failed: keepersOf.failed,
    unwanted: () => log.count("forwards", { role: "asker", kind: "live", result: "unwanted" }),
    timeoutMs: timings.forward,
    silenceMs,
  })
  const elsewhere = createElsewhere({
    shards: shards.count,
    keepers: keepersOf,
    forwarder: createForwarder({ open, timeoutMs: timings.forward, silenceMs }),
    live,
    witnesses,
    log,
  })

  // Gossip.
  const flow = gate.mode === "open" ? 1 : 10
  const messages = createBuckets(scaled(config.gossipMessages, flow), now)
  const bytes = createBuckets(scaled(config.gossipBytes, flow), now)
  const pacer = createPacer({
    *backlogs() {
      // A publish goes to every subscriber, not only to the mesh.
      for (const { peer } of roster.all()) yield [peer, backlogOf(peer)] as const
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
      suspicious = true
    },
    now,
  })
  let suspicious = false
  const stopRelay = startRelay({
    gossip,
    topics,
    pubsubTopicOf: (contentTopic) => topicOf(shardOf(contentTopic, shards.count)),
    store,
    intake,
    pacer,
    judge: createValidator({
      maxTopicBytes: limits.maxTopicBytes,
      maxMessageBytes: limits.maxMessageBytes,
      maxFutureNs: gate.mode === "open" ? DAY_NS : undefined,
      // Only a peer that tells its network can tell a wrong one.
      admitted: (peer) => roster.get(peer)?.ours !== undefined && gate.allows(peer),
      messages,
      bytes,
      stored: sets.has,
      pubsubTopicOf: (contentTopic) => topicOf(shardOf(contentTopic, shards.count)),
      behind: () => intake.pending > 10_000,
      policy: options.policy,
      now,
    }),
    maxGossipBytes: config.maxGossipBytes,
    offer: offers.push,
    flooded: createFloodWatch(now, (peer) => sendAway(peer, "flood")),
    lost: () => suspicious = true,
    log,
    now,
  })

  const answer = createForwardServer({
    store,
    limits,
    keeps: shards.keeps,
    // A newcomer may ask before it has told its network; one of another is sent away when it does.
    admitted: (peer) => roster.get(peer)?.ours !== false,
    take: intake.forwarded,
    reads: createBuckets(scaled(config.forwardedReads, flow), now),
    // What a peer's clients publish counts as what it gossips.
    messages,
    bytes,
    ...served,
    heartbeatMs: timings.heartbeat,
    log,
  })

  /** Those that this node chose before those that came, each lot in any order. */
  function keepersByTrust(shard: number): string[] {
    return keepers(shard)
      .map((peer) => ({ peer, inbound: roster.get(peer)?.direction === "inbound" }))
      .map(({ peer, inbound }) => ({ peer, rank: Math.random() + (inbound ? 1 : 0) }))
      .sort((a, b) => a.rank - b.rank).map(({ peer }) => peer)
  }

  function backlogOf(peer: string): number {
    return gossip.streamsOutbound.get(peer)?.rawStream.writeBufferLength ?? 0
  }

  // Links.
  const dialer = createDialer({
    book,
    connected: () => new Map(roster.all().map(({ peer, direction }) => [peer, direction])),
    allows: gate.allows,
    async dial({ peer, addresses }, signal) {
      // Addresses of the book, with the name that the other side must prove.
      const named = addresses.map((a) =>
        peerOf(a) === undefined ? a.encapsulate(`/p2p/${peer}`) : a
      )
      await libp2p.dial(named, { signal })
    },
    dialled: (result) => log.count("dials", { result }),
    hangUp: (peer) => void hangUp(peer),
    get target() {
      // Who keeps what is known of connected peers only: a node that lacks keepers goes on looking.
      const lacking = shards.count > 1 && keeperCounts().some((count) => count < witnesses)
      return lacking ? Math.max(config.outbound, SEARCHING) : config.outbound
    },
    now,
  })
  const watchdog = createWatchdog({
    links: {
      relays: () =>
        roster.all().filter(({ protocols }) => RELAY_PROTOCOLS.some((p) => protocols.includes(p)))
          .map(({ peer }) => peer),
      connections: (peer) => libp2p.getConnections(peerIdFromString(peer)),
      known: (peer) => gossip.peers.has(peer),
      sends: (peer) => gossip.streamsOutbound.has(peer),
      receives: (peer) => gossip.streamsInbound.has(peer),
      subscribed(peer) {
        // A node that keeps none of our shards has no gossip for us.
        if (roster.get(peer)?.ours === true && shared(peer).length === 0) return true
        return topics.some((topic) =>
          gossip.getSubscribers(topic).some((id) => id.toString() === peer)
        )
      },
      backlog: backlogOf,
    },
    patienceMs: timings.patience,
    restMs: timings.renewRest,
    maxBacklog: PACER_LIMITS.skipBytes,
    async renew(peer, reason) {
      log.count("zombies", { reason })
      log.say("warn", "link renewed", { peer, reason })
      suspicious = true
      await hangUp(peer)
      dialer.redial(peer)
    },
    now,
  })

  libp2p.addEventListener("connection:open", ({ detail }) => roster.connected(detail))
  libp2p.addEventListener("peer:disconnect", ({ detail }) => {
    roster.disconnected(detail.toString())
    repair.forget(detail.toString())
  })
  libp2p.addEventListener("peer:identify", ({ detail: { peerId, protocols, connection } }) => {
    acquaintance.identified(peerId, protocols, connection)
  })
  await handle(PEERS, async (stream, peer, remote) => {
    acquaintance.told(peer, await exchange.serve(stream, peer, remote))
  })
  await handle(METADATA, async (stream) => void await serveMetadata(stream, metadata))
  await handle(SYNC, sync)
  await handle(FETCH, serve)
  await handle(FORWARD, answer, FORWARDS_PER_PEER)
  if (config.wakuStore ?? config.pubsubTopic.startsWith("/waku/2/rs/")) {
    await handle(
      WAKU_STORE,
      createWakuStore({
        store,
        pubsubTopicOf: (contentTopic) => topicOf(shardOf(contentTopic, shards.count)),
        requests: createBuckets({ perSecond: 5, burst: 50 }, now),
        bytes: createBuckets(config.servedBytes, now),
        log,
      }),
    )
  }
  await host.start()

  const ticks = [
    setInterval(dialer.tick, timings.dial),
    setInterval(dialer.rotate, timings.rotate),
    setInterval(watchdog.tick, timings.watch),
    setInterval(() => {
      if (suspicious) repair.suspect()
      suspicious = false
      for (const { peer } of roster.all()) {
        if (gossip.getScore(peer) < GRAYLIST) sendAway(peer, "score")
      }
    }, timings.watch),
    setInterval(() => {
      book.prune()
      const peers = fellows()
      const peer = peers[Math.floor(Math.random() * peers.length)]
      if (peer !== undefined) void acquaintance.ask(peer)
    }, timings.exchange),
  ]
  dialer.tick()
  addGauges(options.registry, {
    peers: () =>
      roster.all().map((member) => ({
        ...statusOf(member),
        connections: libp2p.getConnections(peerIdFromString(member.peer)).length,
      })),
    known: () => book.entries().length,
    mesh,
    queuedBytes: () => pacer.queuedBytes,
    pending: () => intake.pending,
    equalAt: () => repair.equalAt,
    sizeOf: (set) => Number(store.fingerprint(set).count),
    shards,
    leastKeepers: () => Math.min(...keeperCounts()),
    now,
  })

  async function leave(): Promise<void> {
    ticks.forEach(clearInterval)
    dialer.close()
    repair.close()
    live.close()
    stopRelay()
    pacer.close()
    offers.close()
    sets.close()
    await host.stop()
  }
  /** Peers that gossip goes to first, of the kept shard that has fewest. */
  function mesh(): number {
    if (topics.length === 0) return 0
    return Math.min(...topics.map((topic) => gossip.getMeshPeers(topic).length))
  }

  function whole(set: SetName): SetStatus {
    const fingerprint = store.fingerprint(set)
    return { count: Number(fingerprint.count), fingerprint: fingerprintDigest(fingerprint) }
  }

  function part(shard: number, set: SetName): SetStatus {
    const index = sets.of(setNumber(shard, set))
    return { count: index.size, fingerprint: index.fingerprint(0, index.size) }
  }

  function statusOf(member: Member): PeerStatus {
    return {
      id: member.peer,
      address: member.remote.toString(),
      direction: member.direction,
      connectedMs: now() - member.since,
      wafer: member.ours === true,
      shards: member.kept,
      inAgreement: repair.agrees(member.peer),
      ...repair.standing(member.peer),
      score: gossip.getScore(member.peer),
      backlog: backlogOf(member.peer),
    }
  }

  function shardStatuses(): ShardStatus[] {
    const kept = new Set(shards.kept)
    return keeperCounts().map((keepers, shard) => ({
      shard,
      keepers,
      sets: kept.has(shard)
        ? { kept: part(shard, "kept"), expiring: part(shard, "expiring") }
        : undefined,
    }))
  }

  let leaving: Promise<void> | undefined
  const close = () => leaving ??= leave()

  return {
    id: self,
    get addresses() {
      return libp2p.getMultiaddrs().map(String)
    },
    status: () => ({
      network,
      mode: gate.mode,
      peers: roster.all().map(statusOf),
      known: book.entries().length,
      mesh: mesh(),
      queuedBytes: pacer.queuedBytes,
      sets: { kept: whole("kept"), expiring: whole("expiring") },
      shards: shardStatuses(),
      equalAt: repair.equalAt,
    }),
    elsewhere,
    confirm: offers.confirm,
    handOver: async (items) => await offers.confirm(items, witnesses, HAND_OVER_MS) >= witnesses,
    mend: (peer) => repair.mend(peer, "full"),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function readSeed(address: string): Multiaddr {
  const wrong = `"${address}" expected a multiaddr like /ip4/192.0.2.1/tcp/5557/p2p/12D3KooW...`
  let seed: Multiaddr
  try {
    seed = multiaddr(address)
  } catch (cause) {
    throw new TypeError(wrong, { cause })
  }
  if (peerOf(seed) === undefined) throw new TypeError(wrong)
  return seed
}

function scaled({ perSecond, burst }: PeersConfig["gossipBytes"], factor: number): {
  perSecond: number
  burst: number
} {
  return { perSecond: perSecond * factor, burst: burst * factor }
}
