import type { Kv } from "../store/deno-kv.ts"
import type { Runtime } from "../runtime.ts"

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (
      request: Request,
      info: { remoteAddr: { hostname: string } },
    ) => Response | Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
  openKv(path: string): Promise<Kv>
}

export const deno: Runtime = {
  name: "deno",

  serveHttp({ host, port, fetch }) {
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {} },
      (request, { remoteAddr }) => fetch(request, { remoteAddress: remoteAddr.hostname }),
    )
    return Promise.resolve({ port: server.addr.port, stop: () => server.shutdown() })
  },

  openKv: (location) => Deno.openKv(location ?? ":memory:"),
}
