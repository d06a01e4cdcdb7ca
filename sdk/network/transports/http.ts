// The Connect protocol over fetch, as far as a node needs it: unary calls and server streams in
// protobuf. Written out because Connect's own client brings JSON along, for a quarter of the bundle.
// https://connectrpc.com/docs/protocol
import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf"
import { WaferError, type WaferErrorCode } from "../../error.ts"
import type { Transport } from "../transport.ts"
import { frame, frames } from "./frames.ts"
import { messageApi, type Rpc, type RpcOptions } from "./message-api.ts"
import { refusal } from "./refusal.ts"
import { unlessAborted, unreachable } from "./unreachable.ts"

/** How to reach a node over HTTP. */
export interface HttpOptions {
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

/**
 * A Wafer node over HTTP.
 *
 * @example
 * ```ts
 * const client = await Client.create(signer, { transport: http("http://localhost:5555") })
 * ```
 */
export function http(url: string | URL, options: HttpOptions = {}): Transport {
  return messageApi(connectRpc(String(url).replace(/\/+$/, ""), options.fetch ?? globalThis.fetch))
}

const codes: Record<string, WaferErrorCode> = {
  invalid_argument: "rejected",
  not_found: "rejected",
  out_of_range: "rejected",
  failed_precondition: "rejected",
  unauthenticated: "unauthenticated",
  permission_denied: "permission-denied",
  resource_exhausted: "rate-limited",
  unavailable: "unavailable",
  deadline_exceeded: "unavailable",
  aborted: "unavailable",
  unimplemented: "unimplemented",
}

// Beyond the largest message: whatever sends more is no node.
const maxFrame = 8 * 1024 * 1024

const flagCompressed = 1
const flagEnd = 2

function connectRpc(base: string, fetch: typeof globalThis.fetch): Rpc {
  async function post(
    { name, parent }: DescMethod,
    contentType: string,
    body: Uint8Array,
    { signal, token }: RpcOptions,
  ): Promise<Response> {
    const response = await unlessAborted(signal, () =>
      fetch(`${base}/${parent.typeName}/${name}`, {
        method: "POST",
        headers: {
          "content-type": contentType,
          "connect-protocol-version": "1",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: body as Uint8Array<ArrayBuffer>,
        ...(signal && { signal }),
      }))
    if (response.ok) return response
    const text = await unlessAborted(signal, () => response.text())
    throw refused(parsed(text), response)
  }

  return {
    async unary(method, input, options) {
      const body = toBinary(method.input, input)
      const response = await post(method, "application/proto", body, options)
      const bytes = await unlessAborted(options.signal, () => response.arrayBuffer())
      return read(method.output, new Uint8Array(bytes))
    },

    async *stream(method, input, { signal, onOpen }) {
      const left = new AbortController()
      const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
      try {
        const body = frame(0, toBinary(method.input, input))
        const response = await post(method, "application/connect+proto", body, { signal: either })
        onOpen?.()
        for await (const { flags, bytes } of frames(response.body!, maxFrame)) {
          if (flags & flagCompressed) throw new WaferError("node", "an unasked compression")
          if (flags & flagEnd) {
            const { error } = parsed(new TextDecoder().decode(bytes)) as { error?: ErrorJson }
            if (error) throw refused(error, response)
            return
          }
          yield read(method.output, bytes)
        }
        throw new WaferError("unavailable", "the stream broke off")
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        throw error instanceof WaferError ? error : unreachable(error)
      } finally {
        left.abort()
      }
    },
  }
}

interface ErrorJson {
  readonly code?: unknown
  readonly message?: unknown
}

function parsed(text: string): ErrorJson {
  try {
    const body = JSON.parse(text)
    return typeof body === "object" && body !== null ? body : {}
  } catch {
    return {}
  }
}

function refused({ code, message }: ErrorJson, response: Response): WaferError {
  return refusal(response, codes[String(code)], message)
}

function read<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes)
  } catch (cause) {
    throw new WaferError("node", `the node's answer is not a ${schema.name}`, { cause })
  }
}
