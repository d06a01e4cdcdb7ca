import type { UniversalServerResponse } from "@connectrpc/connect/protocol"

type Late = Promise<UniversalServerResponse>

/** The flags of a frame that is neither compressed nor the end. */
const messageFlags = 0

/** The body of a stream whose headers shall leave now: most servers send them with a first chunk, be it empty. */
export async function* withEmptyChunk(late: Late): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(0)
  yield* (await late).body ?? []
}

/**
 * The same for a server that waits for a byte. In Connect and gRPC-Web the first byte of a body is the
 * flags of its first frame, and these are known before there is a frame: a message, as nothing is
 * compressed here. Only a stream that ends without any message has to be given an empty one.
 */
export async function* withFirstByte(late: Late, json: boolean): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(messageFlags)
  const { body } = await late
  let begun = false
  for await (const chunk of body ?? []) {
    if (begun || chunk.length === 0) {
      yield chunk
      continue
    }
    begun = true
    if (chunk[0] === messageFlags) {
      yield chunk.subarray(1)
    } else {
      yield Uint8Array.from(json ? [0, 0, 0, 2, 0x7b, 0x7d] : [0, 0, 0, 0])
      yield chunk
    }
  }
}
