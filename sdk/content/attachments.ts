import { open, seal, sha256 } from "@wafer/crypto"
import { randomBytes, toHex } from "../bytes.ts"
import { type RemoteAttachment, requireHttps } from "../codecs/remote-attachment.ts"
import type { Codec, DecodedContent } from "./content.ts"
import { decodeContent, encodeInnerContent } from "./encoded-content.ts"
import { asWaferError, rethrowAs, WaferError } from "../error.ts"
import { readAtMost } from "./read-at-most.ts"

/** A sealed file that has no address yet. */
export interface SealedAttachment extends Omit<RemoteAttachment, "url" | "scheme" | "filename"> {
  /** What is to be uploaded. */
  readonly payload: Uint8Array
}

/** Seals a value of any codec under a fresh secret. */
export function sealAttachment<T>(
  value: NoInfer<T>,
  codec: Codec<T>,
  codecs: readonly Codec<unknown>[] = [],
): SealedAttachment {
  const [secret, salt, nonce] = [randomBytes(32), randomBytes(32), randomBytes(12)]
  const payload = seal(secret, salt, nonce, encodeInnerContent(value, codec, codecs))
  const contentDigest = toHex(sha256(payload))
  return { payload, contentDigest, salt, nonce, secret, contentLength: payload.length }
}

/**
 * Seals a value, hands the sealed bytes to `upload`, which answers where it put them, and returns
 * what to send.
 *
 * @example
 * ```ts
 * const file = { filename: "plan.pdf", mimeType: "application/pdf", data }
 * const remote = await uploadAttachment(file, attachment, async (payload) => {
 *   await fetch(url, { method: "PUT", body: payload })
 *   return url
 * })
 * await conversation.send(remote, remoteAttachment)
 * ```
 */
export async function uploadAttachment<T extends { readonly filename: string }>(
  value: NoInfer<T>,
  codec: Codec<T>,
  upload: (payload: Uint8Array) => Promise<string>,
  codecs: readonly Codec<unknown>[] = [],
): Promise<RemoteAttachment> {
  const { payload, ...sealed } = sealAttachment(value, codec, codecs)
  const url = await upload(payload)
  requireHttps(url)
  return { url, ...sealed, scheme: "https://", filename: value.filename }
}

/** How a remote attachment is fetched. */
export interface DownloadOptions {
  /** The most bytes to take, sealed or inflated; 100 MiB when absent. */
  readonly maxBytes?: number
  /** In place of the global `fetch`: for a proxy, or a cache. */
  readonly fetch?: (url: string, init: { readonly signal?: AbortSignal }) => Promise<Response>
  /** Ends the download, which then throws the signal's reason. */
  readonly signal?: AbortSignal
}

const defaultMaxBytes = 100 * 1024 * 1024

/**
 * Downloads a remote attachment, verifies and opens it. The value is what was sealed, such as an
 * `Attachment`, read by one of `codecs`.
 *
 * The sender chose the address, and fetching it shows them the reader's: `options.fetch` is the place
 * to go through a proxy.
 *
 * @throws WaferError `too-large` before more than `maxBytes` are taken, `unavailable` when the server
 *   does not hand it out, `invalid-content` when it is not at https or the server
 *   redirects elsewhere, `forged` when the bytes are not those that the sender sealed.
 */
export async function downloadAttachment(
  remote: RemoteAttachment,
  codecs: readonly Codec<unknown>[],
  options: DownloadOptions = {},
): Promise<DecodedContent> {
  const { fetch: load = fetch, maxBytes = defaultMaxBytes, signal } = options
  requireHttps(remote.url)
  if (remote.contentLength > maxBytes) {
    throw new WaferError("too-large", `the attachment is longer than ${maxBytes} bytes`)
  }
  try {
    const response = await load(remote.url, signal === undefined ? {} : { signal })
    const payload = await readBody(response, maxBytes)
    return await openAttachment(remote, payload, codecs, { maxBytes })
  } catch (error) {
    signal?.throwIfAborted()
    throw asWaferError(error, "unavailable")
  }
}

/**
 * Verifies and opens the sealed bytes of a remote attachment.
 *
 * @throws WaferError `forged` when they are not those that the sender sealed.
 */
export async function openAttachment(
  remote: Pick<RemoteAttachment, "contentDigest" | "salt" | "nonce" | "secret">,
  payload: Uint8Array,
  codecs: readonly Codec<unknown>[],
  options: { readonly maxBytes?: number } = {},
): Promise<DecodedContent> {
  // The digest decides alone: apps fill in contentLength as they like, and the digest implies it.
  const digest = toHex(sha256(payload))
  if (digest !== remote.contentDigest.toLowerCase()) {
    throw new WaferError("forged", `expected SHA-256 ${remote.contentDigest}, got ${digest}`)
  }
  const { secret, salt, nonce } = remote
  const plaintext = rethrowAs(
    "forged",
    "the attachment was not sealed with these keys",
    () => open(secret, salt, nonce, payload),
  )
  return await decodeContent(plaintext, codecs, options)
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  if (!response.ok) {
    await response.body?.cancel()
    throw new WaferError("unavailable", `${response.url} answered ${response.status}`)
  }
  // A redirect may have led elsewhere; a response of one's own making has no address.
  if (response.url !== "" && !response.url.startsWith("https://")) {
    await response.body?.cancel()
    throw new WaferError("invalid-content", `redirected to ${response.url}, not to https`)
  }
  return response.body === null ? new Uint8Array(0) : readAtMost(response.body, maxBytes)
}
