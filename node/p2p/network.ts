// The assembly of the peer network: every part gets what it needs here, or in the assembly of its room.
import { peerIdFromString } from "@libp2p/peer-id"
import { shardOf, unsharded } from "../store/shard.ts"
import { createWindows } from "../store/window.ts"
import { createBuckets, times } from "./bucket.ts"
import { DEFAULT_CONFIG, DEFAULT_TIMINGS, type PeersConfig } from "./config.ts"
import { addGauges } from "./gauges.ts"
import { createHost } from "./host.ts"
import { createIntake } from "./intake.ts"
import type { Peers, PeersOptions } from "./membership.ts"
import { createPeerLog } from "./metrics.ts"
import { createProtocols, MOST_STREAMS } from "./protocols.ts"
import { createStatus } from "./status.ts"
import { createAcquaintance } from "./join/acquaintance.ts"
import { peerOf, readSeed } from "./join/address.ts"
import { openBook } from "./join/book.ts"
import { createDialer, MAX_OUTBOUND } from "./join/dialer.ts"
import { createDirectory } from "./join/directory.ts"
import { createFellows } from "./join/fellows.ts"
import { createGate } from "./join/gate.ts"
import { loadKey } from "./join/key.ts"
import { createExchange, PEERS } from "./join/peers.ts"
import { createOwnRecord } from "./join/record.ts"
import { createRoster } from "./join/roster.ts"
import { assembleRelay } from "./relay/assembly.ts"
import { backlogOf, GRAYLIST } from "./relay/gossip.ts"
import { gossipLinks } from "./relay/links.ts"
import { PACER_LIMITS } from "./relay/pacer.ts"
import { createWatchdog } from "./relay/watchdog.ts"
import { assembleRepair } from "./repair/assembly.ts"
import { followSets, setsOf } from "./repair/sets.ts"
import { assembleShards } from "./shards/assembly.ts"
import { FORWARD } from "./shards/forward-frames.ts"
import { createForwardServer } from "./shards/forward-server.ts"
import { pubsubTopicOf } from "./waku/message.ts"
import { METADATA, metadataOf, serveMetadata } from "./waku/metadata.ts"
import { createWakuStore, WAKU_STORE } from "./waku/store.ts"

const HAND_OVER_MS = 60_000

export async function joinNetwork(options: PeersOptions): Promise<Peers> {
  const { store, limits, shards = unsharded, now = Date.now } = options
  const config: PeersConfig = {
    ...DEFAULT_CONFIG,
    ...options.config,
    timings: { ...DEFAULT_TIMINGS, ...options.config?.timings },
  }
  const { timings, network } = config
  const pubsubTopic = (shard: number) => pubsubTopicOf(config.pubsubTopic, shard, shards.count)
  const topics = shards.kept.map(pubsubTopic)
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

  const protocols = createProtocols({ libp2p, gate, log })
  const { open, handle, blame, hangUp, sendAway } = protocols
  const fellows = createFellows(roster, shards)
  /** The sets that a peer has too. */
  const shared = (peer: string) => setsOf(fellows.shared(peer))
  const backlog = (peer: string) => backlogOf(gossip, peer)
  const topicOf = (contentTopic: string) => pubsubTopic(shardOf(contentTopic, shards.count))

  // Who is who. Where anyone may join, a keeper that lies must not be the only one to know.
  const witnesses = gate.mode === "open" ? 2 : 1
  const directory = createDirectory({
    shards,
    book,
    fellows,
    isConnected: (peer) => roster.get(peer) !== undefined,
    allows: gate.allows,
    enough: witnesses,
  })
  const exchange = createExchange({
    network,
    shards,
    book,
    ownRecord: createOwnRecord({ key, addresses: () => libp2p.getMultiaddrs(), shards, now }),
    wanted: directory.scarce,
    requests: createBuckets({ perSecond: 0.1, burst: 2 }, now),
    refused: () => log.count("limited", { kind: "peers" }),
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
  const served = {
    perPeer: createBuckets(config.servedBytes, now),
    total: createBuckets(config.servedBytesTotal, now),
  }
  const { repair, offers, ...mending } = assembleRepair({
    network,
    store,
    sets,
    windows,
    keeps: (shard) => shards.kept.includes(shard),
    shardOf: (contentTopic) => shardOf(contentTopic, shards.count),
    peers: fellows.all,
    keepers: fellows.keepers,
    shared,
    take: intake.fetched,
    open,
    blame,
    sessions: createBuckets({ perSecond: 1000 / timings.sessionGap, burst: 2 }, now),
    ...served,
    timings,
    log,
    now,
  })

  // Other nodes' shards.
  const others = assembleShards({
    shards: shards.count,
    witnesses,
    fellows,
    directory,
    arrived: (envelope) => options.deliver?.({ envelope, receivedNs: BigInt(now()) * 1_000_000n }),
    async dial(peer) {
      if (!await dialer.call(peer)) return false
      await acquaintance.ask(peer)
      return roster.get(peer)?.ours === true
    },
    hangUp: (peer) => void hangUp(peer),
    misled(peer, wanted) {
      // Who keeps other shards by now has signed that too; who has not lies.
      const kept = book.get(peer)?.kept ?? []
      if (wanted.every((shard) => kept.includes(shard))) sendAway(peer, "shards")
      else dialer.rest(peer)
    },
    open,
    blame,
    timings,
    log,
    now,
  })

  // Gossip.
  const flow = gate.mode === "open" ? 1 : 10
  const messages = createBuckets(times(config.gossipMessages, flow), now)
  const bytes = createBuckets(times(config.gossipBytes, flow), now)
  let suspicious = false
  const suspect = () => {
    suspicious = true
  }
  const relay = assembleRelay({
    gossip,
    topics,
    pubsubTopicOf: topicOf,
    store,
    stored: sets.has,
    intake,
    limits,
    maxGossipBytes: config.maxGossipBytes,
    gate,
    roster,
    messages,
    bytes,
    policy: options.policy,
    offer: offers.push,
    flooded: (peer) => sendAway(peer, "flood"),
    lost: suspect,
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
    reads: createBuckets(times(config.forwardedReads, flow), now),
    // What a peer's clients publish counts as what it gossips.
    messages,
    bytes,
    ...served,
    heartbeatMs: timings.heartbeat,
    log,
  })

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
      // Those whose records do not tell what they keep say it when they are connected.
      const lacking = directory.scarce().length > 0
      return lacking ? Math.max(config.outbound, MAX_OUTBOUND) : config.outbound
    },
    needed: directory.needed,
    now,
  })
  const watchdog = createWatchdog({
    links: gossipLinks(host, {
      roster,
      topics,
      // A node that keeps none of our shards has no gossip for us.
      silent: (peer) => roster.get(peer)?.ours === true && shared(peer).length === 0,
    }),
    patienceMs: timings.patience,
    restMs: timings.renewRest,
    maxBacklog: PACER_LIMITS.skipBytes,
    async renew(peer, reason) {
      log.count("zombies", { reason })
      log.say("warn", "link renewed", { peer, reason })
      suspect()
      await hangUp(peer)
      dialer.redial(peer)
    },
    now,
  })

  libp2p.addEventListener("connection:open", ({ detail }) => roster.connected(detail))
  libp2p.addEventListener("peer:disconnect", ({ detail }) => {
    const peer = detail.toString()
    roster.disconnected(peer)
    repair.forget(peer)
    others.forget(peer)
  })
  libp2p.addEventListener("peer:identify", ({ detail: { peerId, protocols, connection } }) => {
    acquaintance.identified(peerId, protocols, connection)
  })
  await handle(PEERS, async (stream, peer, remote) => {
    acquaintance.told(peer, await exchange.serve(stream, peer, remote))
  })
  await handle(METADATA, async (stream) => void await serveMetadata(stream, metadata))
  for (const [protocol, answer] of Object.entries(mending.answers)) await handle(protocol, answer)
  await handle(FORWARD, answer, MOST_STREAMS)
  if (config.wakuStore ?? config.pubsubTopic.startsWith("/waku/2/rs/")) {
    await handle(
      WAKU_STORE,
      createWakuStore({
        store,
        pubsubTopicOf: topicOf,
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
    // Who has not been introduced is not listened to, and may have been too busy to answer.
    setInterval(() => {
      for (const { peer, protocols, ours } of roster.all()) {
        if (ours === undefined) {
          void (protocols.length === 0 ? host.identify(peer) : acquaintance.ask(peer))
        }
      }
    }, timings.patience),
    setInterval(() => {
      book.prune()
      others.tick()
      const peers = fellows.all()
      const peer = peers[Math.floor(Math.random() * peers.length)]
      if (peer !== undefined) void acquaintance.ask(peer)
    }, timings.exchange),
  ]
  dialer.tick()
  const known = () => book.entries().length
  /** Peers that gossip goes to first, of the kept shard that has fewest. */
  const mesh = () =>
    topics.length === 0 ? 0 : Math.min(...topics.map((topic) => gossip.getMeshPeers(topic).length))
  const queuedBytes = () => relay.queuedBytes
  const status = createStatus({
    network,
    mode: gate.mode,
    store,
    shards,
    sets,
    roster,
    keeperCounts: directory.keeperCounts,
    repair,
    scoreOf: (peer) => gossip.getScore(peer),
    backlogOf: backlog,
    known,
    mesh,
    queuedBytes,
    now,
  })
  addGauges(options.registry, {
    peers: () =>
      status.peers().map((peer) => ({
        ...peer,
        connections: libp2p.getConnections(peerIdFromString(peer.id)).length,
      })),
    known,
    mesh,
    queuedBytes,
    pending: () => intake.pending,
    equalAt: () => repair.equalAt,
    sizeOf: (set) => Number(store.fingerprint(set).count),
    shards,
    leastKeepers: () => Math.min(...directory.keeperCounts()),
    now,
  })

  async function leave(): Promise<void> {
    ticks.forEach(clearInterval)
    dialer.close()
    mending.close()
    others.close()
    relay.close()
    sets.close()
    await host.stop()
  }
  let leaving: Promise<void> | undefined
  const close = () => leaving ??= leave()

  return {
    id: self,
    get addresses() {
      return libp2p.getMultiaddrs().map(String)
    },
    status: status.whole,
    elsewhere: others.elsewhere,
    confirm: offers.confirm,
    async handOver(items) {
      const some = new Set(items.map(({ contentTopic }) => shardOf(contentTopic, shards.count)))
      await Promise.all([...some].map(others.call))
      return await offers.confirm(items, witnesses, HAND_OVER_MS) >= witnesses
    },
    mend: (peer) => repair.mend(peer, "full"),
    close,
    [Symbol.asyncDispose]: close,
  }
}
