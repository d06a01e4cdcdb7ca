import { WaferError } from "../error.ts"

/**
 * The whole of a stream of bytes. Stops reading as soon as it is longer than `maxBytes`.
 *
 * @throws WaferError `too-large` then; whatever the stream throws otherwise.
 */
export async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length
    if (length > maxBytes) {
      // Not awaited: a source that never settles must not hold up the refusal.
      reader.cancel().catch(() => {})
      throw new WaferError("too-large", `content is longer than ${maxBytes} bytes`)
    }
    chunks.push(next.value)
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}
