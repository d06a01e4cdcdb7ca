import { Code, ConnectError } from "@connectrpc/connect"
import type { Compression } from "@connectrpc/connect/protocol"

/** gzip as Connect asks for it, with the streams that every runtime and every page has. */
export const gzip: Compression = {
  name: "gzip",

  compress: (bytes) => through(bytes, new CompressionStream("gzip"), Infinity),

  async decompress(bytes, readMaxBytes) {
    if (bytes.length === 0) return new Uint8Array()
    return await through(bytes, new DecompressionStream("gzip"), readMaxBytes)
  },
}

/** @throws ConnectError for bytes that are no gzip, and as soon as there are too many */
async function through(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new Blob([bytes as BlobPart]).stream()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of source.pipeThrough(transform)) {
      chunks.push(chunk)
      if ((size += chunk.length) > maxBytes) break
    }
  } catch (cause) {
    throw new ConnectError("the message is not gzip", Code.InvalidArgument, {}, [], cause)
  }
  if (size > maxBytes) {
    const message = `message is larger than configured readMaxBytes ${maxBytes} after decompression`
    throw new ConnectError(message, Code.ResourceExhausted)
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())
}
