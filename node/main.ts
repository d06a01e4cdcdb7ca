// The one place that reads flags, opens the store and starts servers.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { type Config, ConfigError, readConfig, usage } from "./config.ts"
import { createLog, type Log } from "./log.ts"
import { createMetrics, type Metrics } from "./metrics.ts"
import { createNode, type Node } from "./node.ts"
import { kvBook } from "./p2p/kv-book.ts"
import { type BookStorage, type Peers, startPeers } from "./p2p/mod.ts"
import { defaultLimits } from "./refusal.ts"
import type { Runtime } from "./runtime.ts"
import { currentRuntime } from "./runtime/current.ts"
import { serveGrpc } from "./runtime/http2.ts"
import type { Store } from "./store.ts"
import { kvStore } from "./stores/kv.ts"
import { memoryStore } from "./stores/memory.ts"

interface Opened {
  readonly store: Store
  /** Where the node remembers its peers; undefined in memory. */
  readonly book?: BookStorage
}

async function openStore({ data, kv: url }: Config, runtime: Runtime): Promise<Opened> {
  if (url === undefined && data === ":memory:") return { store: memoryStore() }
  if (url === undefined) mkdirSync(data, { recursive: true })
  const kv = await runtime.openKv(url ?? join(data, "wafer.kv"))
  return { store: await kvStore(kv, { shared: url !== undefined }), book: kvBook(kv) }
}

/** Joins the peer network; undefined when the node stays alone. */
async function joinPeers(
  config: Config,
  node: Node,
  metrics: Metrics,
  { store, book }: Opened,
  log: Log,
): Promise<Peers | undefined> {
  const { data, network, p2pPort, p2pTopic, p2pMaxBytes } = config
  if (p2pPort === undefined) return undefined
  const peers = await startPeers({
    store,
    ingest: node.ingest,
    limits: defaultLimits,
    registry: metrics.registry,
    log,
    config: {
      network,
      listen: [`/${config.host.includes(":") ? "ip6" : "ip4"}/${config.host}/tcp/${p2pPort}`],
      announce: config.announce,
      seeds: config.peers,
      allow: config.allowPeers,
      ...(p2pTopic !== undefined && { pubsubTopic: p2pTopic }),
      ...(p2pMaxBytes !== undefined && { maxGossipBytes: p2pMaxBytes }),
    },
    ...(data !== ":memory:" && { keyFile: join(data, "node.key") }),
    ...(book && { book }),
  })
  for (const address of peers.addresses) console.log(`peer ${address}`)
  return peers
}

async function run(config: Config): Promise<void> {
  const log = createLog((line) => console.error(line), config.logLevel)
  const runtime = await currentRuntime()
  const opened = await openStore(config, runtime)
  const metrics = createMetrics()
  const node = await createNode({
    store: opened.store,
    metrics,
    ...(!config.limits && { rates: false }),
  })
  const http = await runtime.serveHttp({ host: config.host, port: config.port, fetch: node.fetch })
  const grpc = await serveGrpc({ host: config.host, port: config.grpcPort, routes: node.routes })
  const host = config.host === "0.0.0.0" ? "127.0.0.1" : config.host
  console.log(
    `ready http=http://${host}:${http.port} grpc=http://${host}:${grpc.port} ` +
      `data=${config.kv ?? config.data}`,
  )
  log("info", "ready", {
    runtime: runtime.name,
    port: http.port,
    grpcPort: grpc.port,
    network: config.network,
  })

  const peers = await joinPeers(config, node, metrics, opened, log)

  let stopping = false
  async function stop(signal: string): Promise<void> {
    if (stopping) return
    stopping = true
    log("info", "stopping", { signal })
    const stopped = Promise.all([http.stop(), grpc.stop()])
    await peers?.close()
    await node.close()
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 3000).unref?.())])
    log("info", "stopped")
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => void stop(signal))
  }
}

const args = process.argv.slice(2)
if (args.includes("--help")) {
  console.log(usage)
} else {
  try {
    await run(readConfig(args, process.env))
  } catch (error) {
    console.error(error instanceof ConfigError ? `${error.message}\n\n${usage}` : error)
    process.exitCode = 1
  }
}
