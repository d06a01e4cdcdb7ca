import type { Kv } from "../kv.ts"
import type { Runtime } from "../runtime.ts"

export const deno: Runtime = {
  name: "deno",

  serveHttp({ host, port, fetch }) {
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {} },
      (request, { remoteAddr }) => fetch(request, { remoteAddress: remoteAddr.hostname }),
    )
    return Promise.resolve({ port: server.addr.port, stop: () => server.shutdown() })
  },

  async openKv(location) {
    return await Deno.openKv(location ?? ":memory:") as Kv
  },
}
