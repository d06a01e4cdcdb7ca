import type { Kv } from "./store/deno-kv.ts"
import type { RequestInfo } from "./http/http.ts"

/** What a node needs from the runtime it runs on; the adapters are in runtime/. */
export interface Runtime {
  readonly name: "deno" | "bun" | "node"
  serveHttp(options: ServeOptions & { fetch: Fetch }): Promise<Server>
  /** A file by its path, a remote one by its URL; undefined is in memory. */
  openKv(location: string | undefined): Promise<Kv>
}

export type Fetch = (request: Request, info: RequestInfo) => Promise<Response>

export interface ServeOptions {
  readonly host: string
  /** 0 is any free port. */
  readonly port: number
}

export interface Server {
  readonly port: number
  /** Takes no new connection, and waits for the open ones. */
  stop(): Promise<void>
}
