import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire"

/** Standard base64 with padding. */
export const encodeBase64: (bytes: Uint8Array) => string =
  "toBase64" in Uint8Array.prototype && typeof Uint8Array.prototype.toBase64 === "function"
    ? (bytes) => (bytes as Uint8Array & { toBase64(): string }).toBase64()
    : (bytes) => base64Encode(bytes)

const standard = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Bytes of standard base64 with padding, and of nothing else. */
export function decodeBase64(text: string): Uint8Array {
  if (!standard.test(text)) throw new Error("illegal base64 data")
  return base64Decode(text)
}
