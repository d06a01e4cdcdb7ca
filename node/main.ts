// The one place that reads flags, opens the store and starts servers.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { type Config, ConfigError, readConfig, usage } from "./config.ts"
import { createLog } from "./log.ts"
import { createNode, type NetworkParts } from "./node.ts"
import { kvBook } from "./p2p/kv-book.ts"
import { type BookStorage, type Peers, startPeers } from "./p2p/mod.ts"
import type { Runtime } from "./runtime.ts"
import { currentRuntime } from "./runtime/current.ts"
import { serveGrpc } from "./runtime/http2.ts"
import { watchRules } from "./runtime/rules-file.ts"
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

async function joinPeers(config: Config, { book }: Opened, parts: NetworkParts): Promise<Peers> {
  const { data, network, p2pPort, p2pTopic, p2pMaxBytes } = config
  const peers = await startPeers({
    ...parts,
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
  const node = await createNode({
    store: opened.store,
    network: config.network,
    log,
    trustedProxies: config.trustedProxies,
    retentionMs: config.retentionMs,
    ...(!config.limits && { rates: false }),
    ...(config.rules !== undefined && { rules: watchRules(config.rules, log) }),
    ...(config.p2pPort !== undefined && { join: (parts) => joinPeers(config, opened, parts) }),
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

  let stopping = false
  async function stop(signal: string): Promise<void> {
    if (stopping) return
    stopping = true
    log("info", "stopping", { signal })
    const stopped = Promise.all([http.stop(), grpc.stop()])
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
  console.log(`wafer-node [flags]\n\n${usage}`)
} else {
  try {
    await run(readConfig(args, process.env))
  } catch (error) {
    console.error(error instanceof ConfigError ? `${error.message}\n\n${usage}` : error)
    process.exitCode = 1
  }
}
