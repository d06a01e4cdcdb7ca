import { openKv } from "@deno/kv"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Kv } from "../store/deno-kv.ts"
import type { Runtime } from "../runtime.ts"
import { answer } from "./fetch-over-node.ts"

// Who does not come to the point gives its place to others.
const timeouts = {
  headersTimeout: 15_000,
  requestTimeout: 150_000,
  connectionsCheckingInterval: 5000,
}

export const node: Runtime = {
  name: "node",

  async serveHttp({ host, port, fetch }) {
    const server = createServer(timeouts, (incoming, outgoing) => {
      answer(incoming, outgoing, fetch, "http").catch(() => outgoing.destroy())
    })
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, resolve)
    })
    return {
      port: (server.address() as AddressInfo).port,
      stop: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeIdleConnections()
        }),
    }
  },

  async openKv(location) {
    return await openKv(location ?? ":memory:") as unknown as Kv
  },
}
