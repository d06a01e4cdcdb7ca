#!/usr/bin/env node
// The one place that reads flags, opens the store and starts servers.
import { readFileSync } from "node:fs"
import process from "node:process"
import { RulesError } from "./access/rules.ts"
import { ArchiveError } from "./commands/archive.ts"
import { commands, commandUsage } from "./commands/commands.ts"
import { type Config, ConfigError, readConfig, usage } from "./config.ts"
import { type DataFolder, dataFolder } from "./data-folder.ts"
import { createLog, type Log } from "./log.ts"
import { createNode, type NetworkParts, type Node } from "./node.ts"
import { kvBook } from "./p2p/join/kv-book.ts"
import { type BookStorage, type Peers, startPeers } from "./p2p/mod.ts"
import type { Runtime, Server } from "./runtime.ts"
import { currentRuntime } from "./runtime/current.ts"
import { serveGrpc, serveTls } from "./runtime/http2.ts"
import { watchRules } from "./runtime/rules-file.ts"
import type { Store } from "./store/store.ts"
import { kvStore } from "./store/kv.ts"
import { memoryStore } from "./store/memory.ts"

interface Opened {
  readonly store: Store
  /** Undefined in memory and on a remote Deno KV. */
  readonly folder?: DataFolder
  /** Where the node remembers its peers; undefined in memory. */
  readonly book?: BookStorage
}

async function openStore({ data, kv: url }: Config, runtime: Runtime): Promise<Opened> {
  if (url !== undefined) {
    const kv = await runtime.openKv(url)
    return { store: await kvStore(kv, { shared: true }), book: kvBook(kv) }
  }
  if (data === ":memory:") return { store: memoryStore() }
  const folder = dataFolder(data)
  const other = await folder.running()
  if (other) throw new ConfigError(`another node works on ${data}, at ${other}`)
  const kv = await folder.openKv(runtime)
  return { store: await kvStore(kv), folder, book: kvBook(kv) }
}

async function joinPeers(config: Config, opened: Opened, parts: NetworkParts): Promise<Peers> {
  const { network, p2pPort, p2pTopic, p2pMaxBytes } = config
  const { book, folder } = opened
  const peers = await startPeers({
    ...parts,
    config: {
      network,
      listen: [`/${config.host.includes(":") ? "ip6" : "ip4"}/${config.host}/tcp/${p2pPort}`],
      announce: config.announce,
      seeds: config.peers,
      allow: config.allowPeers,
      retentionMs: config.retentionMs,
      ...(p2pTopic !== undefined && { pubsubTopic: p2pTopic }),
      ...(p2pMaxBytes !== undefined && { maxGossipBytes: p2pMaxBytes }),
    },
    ...(folder && { keyFile: folder.keyFile }),
    ...(book && { book }),
  })
  for (const address of peers.addresses) console.log(`peer ${address}`)
  return peers
}

interface Listening {
  readonly urls: { readonly http: string; readonly grpc: string }
  stop(): Promise<unknown>
}

async function listen(config: Config, node: Node, runtime: Runtime): Promise<Listening> {
  const { host, port, grpcPort, tls } = config
  const { fetch, handlers } = node
  const name = nameOf(host)
  if (tls) {
    const [cert, key] = [readFileSync(tls.cert, "utf8"), readFileSync(tls.key, "utf8")]
    const server = await opened(
      "--port",
      port,
      () => serveTls({ host, port, cert, key, fetch, handlers }),
    )
    const url = `https://${name}:${server.port}`
    return { urls: { http: url, grpc: url }, stop: server.stop }
  }
  const http = await opened("--port", port, () => runtime.serveHttp({ host, port, fetch }))
  const grpc = await opened(
    "--grpc-port",
    grpcPort,
    () => serveGrpc({ host, port: grpcPort, handlers }),
  )
  const urls = { http: `http://${name}:${http.port}`, grpc: `http://${name}:${grpc.port}` }
  return { urls, stop: () => Promise.all([http.stop(), grpc.stop()]) }
}

/** Servers tell that a port is taken, and not all of them which. */
async function opened(flag: string, port: number, serve: () => Promise<Server>): Promise<Server> {
  try {
    return await serve()
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    throw new ConfigError(`${flag} ${port} cannot be opened: ${reason}`)
  }
}

/** An address in a URL; one that stands for all is reached through the loopback of its kind. */
function nameOf(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1")
  if (bare === "0.0.0.0") return "127.0.0.1"
  if (bare === "::") return "[::1]"
  return bare.includes(":") ? `[${bare}]` : bare
}

/** What a start has found. What a death left between chunks and commit is swept, and told, soon after. */
function reportStore({ store, folder }: Opened, log: Log): void {
  const stored = store.fingerprint("kept").count + store.fingerprint("expiring").count
  const killed = folder?.wasKilled() ?? false
  const found = { log: Number(store.head), stored: Number(stored), killed }
  log(killed ? "warn" : "info", "store opened", found)
}

async function serve(config: Config, log: Log): Promise<void> {
  const runtime = await currentRuntime()
  const opened = await openStore(config, runtime)
  reportStore(opened, log)
  const node = await createNode({
    store: opened.store,
    network: config.network,
    shards: config.shards,
    log,
    trustedProxies: config.trustedProxies,
    retentionMs: config.retentionMs,
    operatorToken: config.operatorToken,
    traces: config.traces,
    ...(opened.folder && { disk: opened.folder.disk }),
    ...(!config.limits && { rates: false }),
    ...(config.rules !== undefined && { rules: watchRules(config.rules, log) }),
    ...(config.p2pPort !== undefined && { join: (parts) => joinPeers(config, opened, parts) }),
  })
  const { urls, stop: stopServers } = await listen(config, node, runtime)
  opened.folder?.occupy(urls.http)
  const data = config.kv ?? config.data
  console.log(`ready http=${urls.http} grpc=${urls.grpc} data=${data}`)
  log("info", "ready", { runtime: runtime.name, ...urls, log: Number(opened.store.head) })

  // What one request or one connection failed to handle must not end the service for all others. The
  // engine of the peer network has thrown from its own timers; what the store holds is safe whatever is thrown.
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    process.on(event, (reason: unknown) => log("error", event, { reason: String(reason) }))
  }

  let stopping = false
  async function stop(signal: string): Promise<void> {
    if (stopping) return
    stopping = true
    log("info", "stopping", { signal })
    const stopped = stopServers()
    await node.close()
    opened.folder?.leave()
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 3000))])
    log("info", "stopped")
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => void stop(signal))
  }
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) {
    console.log(`wafer-node [command] [flags]\n\n${commandUsage}\n\n${usage}`)
    return
  }
  const words = Object.hasOwn(commands, args.slice(0, 2).join(" ")) ? 2 : 1
  const command = commands[args.slice(0, words).join(" ")]
  if (!command) {
    const config = readConfig(args, process.env)
    await serve(config, createLog((line) => console.error(line), config.logLevel))
    return
  }
  const rest = args.slice(words)
  const file = rest[0]?.startsWith("--") ? undefined : rest[0]
  const flags = file === undefined ? rest : rest.slice(1)
  // Deno KV may keep the process alive after its last word.
  process.exit(await command(readConfig(flags, process.env), file) ?? 0)
}

/** A file that is not there or not an archive is the operator's to mend, and needs no stack. */
function toldOf(error: unknown): unknown {
  if (error instanceof ConfigError) return `${error.message}\nSee --help.`
  const plain = error instanceof ArchiveError || error instanceof RulesError ||
    error instanceof Error && "code" in error
  return plain ? error.message : error
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(toldOf(error))
  process.exit(1)
}
