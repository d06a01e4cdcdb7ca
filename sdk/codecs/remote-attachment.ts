import { fromHex, toHex, utf8 } from "../bytes.ts"
import type { Codec } from "../content/content.ts"
import { WaferError } from "../error.ts"
import { attachmentFallback } from "./attachment.ts"

/** A sealed file on a server that need not be trusted: where it is, how to open it and know it. */
export interface RemoteAttachment {
  /** Where the sealed bytes are; https only. */
  readonly url: string
  /** SHA-256 of the sealed bytes, lowercase hex. */
  readonly contentDigest: string
  /** 32 bytes. */
  readonly salt: Uint8Array
  /** 12 bytes. */
  readonly nonce: Uint8Array
  /** 32 bytes: whoever has them can read the file. */
  readonly secret: Uint8Array
  /** Always `https://`. */
  readonly scheme: string
  /** How many sealed bytes there are, as the sender says. */
  readonly contentLength: number
  /** Shown to people. Written by the sender, so not to be used as a path. */
  readonly filename: string
}

/** Remote attachments. The message holds the keys and the address, the file is elsewhere. */
export const remoteAttachment: Codec<RemoteAttachment> = {
  type: {
    authorityId: "xmtp.org",
    typeId: "remoteStaticAttachment",
    versionMajor: 1,
    versionMinor: 0,
  },
  encode(value) {
    requireHttps(value.url)
    return {
      parameters: {
        contentDigest: value.contentDigest,
        salt: toHex(value.salt),
        nonce: toHex(value.nonce),
        secret: toHex(value.secret),
        scheme: value.scheme,
        contentLength: String(value.contentLength),
        filename: value.filename,
      },
      content: utf8(value.url),
    }
  },
  decode({ parameters, content }) {
    const url = new TextDecoder().decode(content)
    requireHttps(url)
    const contentLength = Number(parameters.contentLength)
    if (!Number.isSafeInteger(contentLength) || contentLength < 0) {
      throw new WaferError("invalid-content", `contentLength ${parameters.contentLength}`)
    }
    return {
      url,
      contentDigest: toHex(hexParameter(parameters, "contentDigest", 32)),
      salt: hexParameter(parameters, "salt", 32),
      nonce: hexParameter(parameters, "nonce", 12),
      secret: hexParameter(parameters, "secret", 32),
      scheme: parameters.scheme ?? "https://",
      contentLength,
      filename: parameters.filename ?? "",
    }
  },
  fallback: ({ filename }) => attachmentFallback(filename),
}

/** An address without TLS would tell everybody on the way which file is read. */
export function requireHttps(url: string): void {
  if (!url.startsWith("https://")) {
    throw new WaferError("invalid-content", `remote attachment at ${url}, not at https`)
  }
}

function hexParameter(
  parameters: Readonly<Record<string, string>>,
  name: string,
  length: number,
): Uint8Array {
  const bytes = fromHex(parameters[name] ?? "")
  if (bytes?.length === length) return bytes
  throw new WaferError(
    "invalid-content",
    `remote attachment: ${name} is not ${length} bytes of hex`,
  )
}
