import { openKv } from "@deno/kv"
import type { Kv } from "../store/deno-kv.ts"
import type { Fetch, Runtime } from "../runtime.ts"

interface BunServer {
  readonly port: number
  requestIP(request: Request): { address: string } | null
  stop(force?: boolean): Promise<void>
}

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    idleTimeout: number
    maxRequestBodySize: number
    fetch(request: Request, server: BunServer): Promise<Response>
  }): BunServer
}

export const bun: Runtime = {
  name: "bun",

  serveHttp({ host, port, fetch }) {
    const server = Bun.serve({
      hostname: host,
      port,
      // Streams may be silent for long.
      idleTimeout: 0,
      // The gateway tells the limit in V1's words, which Bun would not.
      maxRequestBodySize: 2 ** 31,
      fetch: (request, server) => fetch(request, remoteOf(request, server)),
    })
    return Promise.resolve({ port: server.port, stop: () => server.stop() })
  },

  async openKv(location) {
    // The store writes bytes only, and Bun's own serializer would write a format of its own.
    const bytesOnly = (): never => {
      throw new TypeError("the store holds a value that is not bytes")
    }
    return await openKv(location ?? ":memory:", {
      encodeV8: bytesOnly,
      decodeV8: bytesOnly,
    }) as unknown as Kv
  },
}

function remoteOf(request: Request, server: BunServer): Parameters<Fetch>[1] {
  const remote = server.requestIP(request)
  return { holdsHeaders: true, ...(remote && { remoteAddress: remote.address }) }
}
