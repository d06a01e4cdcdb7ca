// The one place that reads flags, opens the store and starts servers.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { type Config, ConfigError, readConfig, usage } from "./config.ts"
import { createLog } from "./log.ts"
import { createNode } from "./node.ts"
import type { Runtime } from "./runtime.ts"
import { currentRuntime } from "./runtime/current.ts"
import { serveGrpc } from "./runtime/http2.ts"
import type { Store } from "./store.ts"
import { kvStore } from "./stores/kv.ts"
import { memoryStore } from "./stores/memory.ts"

async function openStore({ data, kv }: Config, runtime: Runtime): Promise<Store> {
  if (kv !== undefined) return await kvStore(await runtime.openKv(kv), { shared: true })
  if (data === ":memory:") return memoryStore()
  mkdirSync(data, { recursive: true })
  return await kvStore(await runtime.openKv(join(data, "wafer.kv")))
}

async function run(config: Config): Promise<void> {
  const log = createLog((line) => console.error(line), config.logLevel)
  const runtime = await currentRuntime()
  const node = await createNode({
    store: await openStore(config, runtime),
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
  console.log(usage)
} else {
  try {
    await run(readConfig(args, process.env))
  } catch (error) {
    console.error(error instanceof ConfigError ? `${error.message}\n\n${usage}` : error)
    process.exitCode = 1
  }
}
