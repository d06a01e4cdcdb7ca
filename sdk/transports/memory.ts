import { type ConnectRouter, createRouterTransport } from "@connectrpc/connect"
import type { Transport } from "../transport.ts"
import { connect } from "./connect.ts"

/**
 * A node in the same process, without a socket. `routes` is what the node registers on a Connect
 * router.
 *
 * @example
 * ```ts
 * const node = await createNode({ store: memoryStore() })
 * const client = await Client.create(signer, { transport: memory(node.routes) })
 * ```
 */
export function memory(routes: (router: ConnectRouter) => void): Transport {
  return connect(createRouterTransport(routes))
}
