// A peer may ask for thousands of messages at once, and the engine would answer with all of them in
// one RPC. One larger than the receiver takes leaves a link that looks alive and carries nothing.
import type { RPC } from "@libp2p/gossipsub/message"

/** Bytes of message bodies in one RPC. */
export const MAX_RPC_BYTES = 1024 * 1024
/** A body this large travels alone: the largest envelope must fit the 1 MiB that Waku nodes take. */
const LARGE_BODY = 256 * 1024

/** The same messages and control in as many RPCs as it takes, control in the first. */
export function splitRpc(rpc: RPC): RPC[] {
  const groups: RPC.Message[][] = []
  let bytes = Infinity
  for (const message of rpc.messages) {
    const size = message.data?.length ?? 0
    if (bytes + size > MAX_RPC_BYTES || size > LARGE_BODY) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(message)
    bytes += size > LARGE_BODY ? Infinity : size
  }
  // Copies: the engine adds control to what it sends, and hands one object to many peers.
  const [first = [], ...rest] = groups
  const copy: RPC = { subscriptions: rpc.subscriptions, messages: first }
  if (rpc.control !== undefined) copy.control = { ...rpc.control }
  const largeFirst = rpc.control !== undefined && (first[0]?.data?.length ?? 0) > LARGE_BODY
  if (largeFirst) {
    return [
      { ...copy, messages: [] },
      ...groups.map((messages) => ({ subscriptions: [], messages })),
    ]
  }
  return [copy, ...rest.map((messages) => ({ subscriptions: [], messages }))]
}
