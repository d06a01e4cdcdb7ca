import {
  Code,
  ConnectError,
  createRouterTransport,
  type Transport as ConnectTransport,
} from "@connectrpc/connect"
import { WaferError, type WaferErrorCode } from "../../error.ts"
import type { Transport } from "../transport.ts"
import { messageApi, type Rpc, type RpcOptions } from "./message-api.ts"
import { retryAfterMs } from "./retry-after.ts"

/** Registers a node's services. It is called with a `ConnectRouter`, whose types are Connect's to document. */
// deno-lint-ignore no-explicit-any
export type Routes = (router: any) => void

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
export function memory(routes: Routes): Transport {
  return messageApi(routerRpc(createRouterTransport(routes)))
}

const codes: Partial<Record<Code, WaferErrorCode>> = {
  [Code.InvalidArgument]: "rejected",
  [Code.NotFound]: "rejected",
  [Code.OutOfRange]: "rejected",
  [Code.FailedPrecondition]: "rejected",
  [Code.Unauthenticated]: "unauthenticated",
  [Code.PermissionDenied]: "permission-denied",
  [Code.ResourceExhausted]: "rate-limited",
  [Code.Unavailable]: "unavailable",
  [Code.DeadlineExceeded]: "unavailable",
  [Code.Aborted]: "unavailable",
  [Code.Unimplemented]: "unimplemented",
}

function routerRpc(transport: ConnectTransport): Rpc {
  return {
    async unary(method, input, { signal, token }) {
      const header = token === undefined ? {} : { authorization: `Bearer ${token}` }
      try {
        return (await transport.unary(method, signal, undefined, header, input)).message
      } catch (error) {
        throw translated(error, signal)
      }
    },

    async *stream(method, input, { signal, onOpen }: RpcOptions) {
      // Leaving a Connect stream does not stop it: what ends it is its signal.
      const left = new AbortController()
      const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
      try {
        const inputs = (async function* () {
          yield await Promise.resolve(input)
        })()
        const { message } = await transport.stream(method, either, undefined, {}, inputs)
        onOpen?.()
        yield* message
      } catch (error) {
        throw translated(error, signal)
      } finally {
        left.abort()
      }
    },
  }
}

function translated(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  const { code, rawMessage, metadata } = ConnectError.from(error)
  const wait = retryAfterMs(metadata.get("retry-after"))
  return new WaferError(codes[code] ?? "node", rawMessage, {
    cause: error,
    ...(wait !== undefined && { retryAfterMs: wait }),
  })
}
