import { concat } from "../../bytes.ts"
import { WaferError } from "../../error.ts"

/** One message of a Connect stream. */
export interface Frame {
  readonly flags: number
  readonly bytes: Uint8Array
}

const prefixLength = 5

/** Flags, length in four bytes, big-endian, and the message. */
export function frame(flags: number, bytes: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(prefixLength)
  prefix[0] = flags
  new DataView(prefix.buffer).setUint32(1, bytes.length)
  return concat(prefix, bytes)
}

/** The frames of a stream, each as soon as it is whole. Throws `node` beyond `maxLength`. */
export async function* frames(
  body: ReadableStream<Uint8Array>,
  maxLength: number,
): AsyncGenerator<Frame> {
  const reader = body.getReader()
  let chunks: Uint8Array[] = []
  let available = 0

  /** The next `length` bytes, or undefined when the stream ends before. */
  async function take(length: number): Promise<Uint8Array | undefined> {
    while (available < length) {
      const { done, value } = await reader.read()
      if (done) return undefined
      chunks.push(value)
      available += value.length
    }
    const whole = chunks.length === 1 ? chunks[0]! : concat(...chunks)
    chunks = [whole.subarray(length)]
    available -= length
    return whole.subarray(0, length)
  }

  try {
    for (;;) {
      const prefix = await take(prefixLength)
      if (!prefix) return
      const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(1)
      if (length > maxLength) {
        throw new WaferError("node", `the node sent a message of ${length} bytes`)
      }
      const bytes = await take(length)
      if (!bytes) return
      yield { flags: prefix[0]!, bytes }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
