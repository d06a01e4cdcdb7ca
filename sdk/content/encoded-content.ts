import { create, toBinary } from "@bufbuild/protobuf"
import { Compression as WireCompression, EncodedContentSchema } from "@wafer/proto"
import { concat } from "../bytes.ts"
import { compress, type Compression, decompress } from "./compression.ts"
import type { Codec, CodecContext, ContentTypeId, DecodedContent, TypedContent } from "./content.ts"
import { formatContentType, sameContentType } from "./content-type.ts"
import { asWaferError, WaferError } from "../error.ts"
import { decodeProto, encodeParts, required } from "../protocol/wire.ts"

export type { Compression } from "./compression.ts"

/** How content is written. */
export interface EncodeOptions {
  /** Packs the content; nothing is packed when absent. */
  readonly compression?: Compression
  /**
   * Content above this many bytes is left as it is: official clients cannot read packed content that
   * inflates to more than 1000 bytes, which is the default.
   */
  readonly compressUpTo?: number
}

/** How content is read. */
export interface DecodeOptions {
  /** The most that packed content may inflate to, in bytes; 1 MiB when absent. */
  readonly maxBytes?: number
}

// Official clients before 11.3.11 hang on shorter packed content.
const compressFrom = 10
const compressUpToDefault = 1000

// A reply to a reply to a reply: each level costs memory and stack, and nobody reads the ninth.
const maxNesting = 8

/**
 * The bytes of a message's payload: `value` as `codec` writes it, with its type and fallback.
 * Contents inside it are written by the codec of `codecs` that has their type.
 *
 * @throws WaferError `unknown-content-type` when a content inside has a type without codec.
 *
 * @example
 * ```ts
 * const payload = await encodeContent("gm", text, [text])
 * const { value } = await decodeContent(payload, [text])
 * ```
 */
export async function encodeContent<T>(
  value: NoInfer<T>,
  codec: Codec<T>,
  codecs: readonly Codec<unknown>[],
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  const { parameters, content } = codec.encode(
    value,
    contextOf([codec, ...codecs]),
  )
  const fallback = codec.fallback?.(value)
  const typed = { type: codec.type, parameters, content, ...(fallback ? { fallback } : {}) }
  const { compression, compressUpTo = compressUpToDefault } = options
  if (
    compression === undefined || content.length < compressFrom || content.length > compressUpTo
  ) return write(typed)
  return write({ ...typed, content: await compress(content, compression) }, compression)
}

/** The bytes of a content that travels inside another one, or sealed beside it: without fallback. */
export function encodeInnerContent<T>(
  value: NoInfer<T>,
  codec: Codec<T>,
  codecs: readonly Codec<unknown>[],
): Uint8Array {
  return contextOf([codec, ...codecs]).encode(value, codec.type)
}

/**
 * Reads the bytes of a message's payload with the first codec that fits: same authority and type, and
 * not of a lesser major version. What no codec can read comes back with its `error` and fallback.
 *
 * @throws WaferError `malformed` when the bytes are no content, or content that names no type.
 */
export async function decodeContent(
  bytes: Uint8Array,
  codecs: readonly Codec<unknown>[],
  options: DecodeOptions = {},
): Promise<DecodedContent> {
  return await decodeContentNow(bytes, codecs, options)
}

/** As `decodeContent`, and without a promise unless the content is packed: most is not. */
export function decodeContentNow(
  bytes: Uint8Array,
  codecs: readonly Codec<unknown>[],
  options: DecodeOptions = {},
): DecodedContent | Promise<DecodedContent> {
  const { compression, ...typed } = read(bytes)
  return compression === undefined
    ? interpret(typed, codecs, 0)
    : unpack(typed, compression, codecs, options)
}

async function unpack(
  typed: TypedContent,
  compression: WireCompression,
  codecs: readonly Codec<unknown>[],
  options: DecodeOptions,
): Promise<DecodedContent> {
  try {
    const content = await decompress(typed.content, formatOf(compression), options.maxBytes)
    return interpret({ ...typed, content }, codecs, 0)
  } catch (error) {
    return refused(typed, error)
  }
}

function interpret(
  encoded: TypedContent,
  codecs: readonly Codec<unknown>[],
  depth: number,
): DecodedContent {
  const codec = findCodec(encoded.type, codecs)
  try {
    if (codec === undefined) throw unknownType(encoded.type)
    return { ...shown(encoded), value: codec.decode(encoded, contextOf(codecs, depth)) }
  } catch (error) {
    return refused(encoded, error)
  }
}

function findCodec(
  type: ContentTypeId,
  codecs: readonly Codec<unknown>[],
): Codec<unknown> | undefined {
  return codecs.find((codec) =>
    sameContentType(codec.type, type) && codec.type.versionMajor >= type.versionMajor
  )
}

function contextOf(codecs: readonly Codec<unknown>[], depth = 0): CodecContext {
  const inner = depth + 1
  return {
    encode(value, type) {
      const codec = findCodec(type, codecs)
      if (codec === undefined) throw unknownType(type)
      return write({ type: codec.type, ...codec.encode(value, contextOf(codecs, inner)) })
    },
    decode(bytes) {
      if (inner > maxNesting) {
        throw new WaferError("invalid-content", `contents nested more than ${maxNesting} deep`)
      }
      const { compression, ...typed } = read(bytes)
      if (compression === undefined) return interpret(typed, codecs, inner)
      // Unpacking is asynchronous and codecs are not; no client packs what is inside another content.
      return refused(typed, new WaferError("invalid-content", "compressed content inside another"))
    },
  }
}

/** The wire's order is type, parameters, fallback, compression (5), content (4). */
function write(
  { content, fallback, parameters, type }: TypedContent,
  compression?: Compression,
): Uint8Array {
  // Two encodings one after the other are the encoding of both: so field 5 comes before field 4.
  const head = toBinary(
    EncodedContentSchema,
    create(EncodedContentSchema, {
      type,
      parameters: { ...parameters },
      ...(fallback === undefined ? {} : { fallback: fallback.toWellFormed() }),
      ...(compression === undefined ? {} : { compression: numberOf(compression) }),
    }),
  )
  return concat(head, encodeParts([[EncodedContentSchema.field.content.number, content]]))
}

function read(bytes: Uint8Array): TypedContent & { compression?: WireCompression } {
  const encoded = decodeProto(EncodedContentSchema, bytes, "the content of a message")
  const { parameters, fallback, compression, content } = encoded
  const { authorityId, typeId, versionMajor, versionMinor } = required(encoded.type, "content type")
  return {
    type: { authorityId, typeId, versionMajor, versionMinor },
    parameters,
    content,
    ...(fallback === undefined ? {} : { fallback }),
    ...(compression === undefined ? {} : { compression }),
  }
}

function numberOf(compression: Compression): WireCompression {
  return compression === "gzip" ? WireCompression.GZIP : WireCompression.DEFLATE
}

function formatOf(compression: WireCompression): Compression {
  if (compression === WireCompression.DEFLATE) return "deflate"
  if (compression === WireCompression.GZIP) return "gzip"
  throw new WaferError("invalid-content", `unknown compression ${compression}`)
}

function shown(encoded: TypedContent): Pick<DecodedContent, "type" | "fallback" | "encoded"> {
  const { type, fallback } = encoded
  return { type, ...(fallback === undefined ? {} : { fallback }), encoded }
}

function refused(encoded: TypedContent, cause: unknown): DecodedContent {
  return { ...shown(encoded), value: undefined, error: asWaferError(cause, "invalid-content") }
}

function unknownType(type: ContentTypeId): WaferError {
  return new WaferError("unknown-content-type", `unknown content type ${formatContentType(type)}`)
}
