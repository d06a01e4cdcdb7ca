import { createConnectTransport } from "@connectrpc/connect-web"
import type { Transport } from "../transport.ts"
import { connect } from "./connect.ts"

/** How to reach a node over HTTP. */
export interface HttpOptions {
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

/**
 * A Wafer node over HTTP, in the Connect protocol.
 *
 * @example
 * ```ts
 * const client = await Client.create(signer, { transport: http("http://localhost:5555") })
 * ```
 */
export function http(url: string | URL, options: HttpOptions = {}): Transport {
  return connect(createConnectTransport({
    baseUrl: String(url).replace(/\/+$/, ""),
    useBinaryFormat: true,
    ...(options.fetch && { fetch: options.fetch }),
  }))
}
