import { asWaferError } from "../error.ts"
import { readAtMost } from "./read-at-most.ts"

/** How content may be packed: DEFLATE in its zlib wrapping (RFC 1950), or gzip (RFC 1952). */
export type Compression = "deflate" | "gzip"

/**
 * The most that content may inflate to when the caller names no limit, in bytes: what a node takes of
 * content that is not packed. Anybody can send a page full of bombs, and all of a page is held at once.
 */
export const defaultMaxBytes: number = 1024 * 1024

// DEFLATE packs at most 1032 to 1, so the size of a slice bounds how far past its limit a bomb gets.
const sliceBytes = 4096

/** The bytes, packed. */
export function compress(bytes: Uint8Array, compression: Compression): Promise<Uint8Array> {
  return readAtMost(
    sliced(bytes, bytes.length).pipeThrough(new CompressionStream(compression)),
    Infinity,
  )
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
    return await readAtMost(
      sliced(bytes, sliceBytes).pipeThrough(new DecompressionStream(compression)),
      maxBytes,
    )
  } catch (error) {
    throw asWaferError(error, "invalid-content")
  }
}

function sliced(bytes: Uint8Array, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(offset, offset += size))
    },
  })
}
