import { concat } from "./bytes.ts"
import { WaferError } from "./error.ts"

/** How content may be packed: DEFLATE in its zlib wrapping (RFC 1950), or gzip (RFC 1952). */
export type Compression = "deflate" | "gzip"

/** The most that content may inflate to when the caller names no limit, in bytes. */
export const defaultMaxBytes: number = 16 * 1024 * 1024

// DEFLATE packs at most 1032 to 1: small slices bound how far past its limit a bomb can get.
const sliceBytes = 4096

/** The bytes, packed. */
export function compress(bytes: Uint8Array, compression: Compression): Promise<Uint8Array> {
  return collect(sliced(bytes).pipeThrough(new CompressionStream(compression)), Infinity)
}

/**
 * The bytes, unpacked, never more than `maxBytes`: it stops reading when the limit is passed.
 *
 * @throws WaferError `too-large` beyond the limit, `invalid-content` when the bytes are not of that format.
 */
export async function decompress(
  bytes: Uint8Array,
  compression: Compression,
  maxBytes: number = defaultMaxBytes,
): Promise<Uint8Array> {
  try {
    return await collect(
      sliced(bytes).pipeThrough(new DecompressionStream(compression)),
      maxBytes,
    )
  } catch (cause) {
    if (cause instanceof WaferError) throw cause
    throw new WaferError("invalid-content", `content is not ${compression}`, { cause })
  }
}

function sliced(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(offset, offset += sliceBytes))
    },
  })
}

async function collect(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length
    if (length > maxBytes) {
      await reader.cancel()
      throw new WaferError("too-large", `content inflates to more than ${maxBytes} bytes`)
    }
    chunks.push(next.value)
  }
  return concat(...chunks)
}
