import { tcp } from "@libp2p/tcp"

type Tcp = ReturnType<ReturnType<typeof tcp>>
type Connect = (address: unknown, options: { signal?: AbortSignal }) => Promise<unknown>

/**
 * The TCP transport, without the signal that it hands down to the socket. An aborted dial is closed
 * by the transport itself; the socket would report it a second time, when nobody listens any more,
 * and an error event without a listener ends the process.
 */
export function quietTcp(): (components: Parameters<ReturnType<typeof tcp>>[0]) => Tcp {
  return (components) => {
    const transport = tcp()(components)
    const inner = transport as unknown as { _connect: Connect }
    const connect = inner._connect.bind(transport)
    // The transport reads the signal by name and copies only what can be enumerated.
    inner._connect = (address, { signal, ...rest }) =>
      connect(address, Object.defineProperty(rest, "signal", { value: signal }))
    return transport
  }
}
