import type { WaferError } from "../error.ts"

/** Names a kind of content: `authority/type:major.minor`. Codecs are found by authority and type. */
export interface ContentTypeId {
  /** Who defines it, such as `xmtp.org`. */
  readonly authorityId: string
  /** What it is, such as `text`. */
  readonly typeId: string
  /** Readers of an older major version cannot read it. */
  readonly versionMajor: number
  /** Readers of an older minor version can. */
  readonly versionMinor: number
}

/** What a codec makes of a value: named strings and bytes. */
export interface Content {
  /** Written in their order. */
  readonly parameters: Readonly<Record<string, string>>
  /** The value itself, in whatever form the codec gives it. */
  readonly content: Uint8Array
}

/** Content as it travels inside a message: with its type and the text for those who lack the codec. */
export interface TypedContent extends Content {
  /** Which codec wrote it. */
  readonly type: ContentTypeId
  /** What to show without that codec. */
  readonly fallback?: string
}

/** Content that was read. When it could not be, `error` says why and the rest still holds. */
export interface DecodedContent {
  /** What the content says it is. */
  readonly type: ContentTypeId
  /** What the codec made of it; undefined when there is an `error`. */
  readonly value: unknown
  /** What the sender offers to those who cannot show the value. */
  readonly fallback?: string
  /** Code `unknown-content-type` when no codec fits, `invalid-content` when the codec refused it. */
  readonly error?: WaferError
  /** The content itself, decompressed, for those who read it in another way. */
  readonly encoded: TypedContent
}

/** What a codec may ask of the client, for contents that hold other contents. */
export interface CodecContext {
  /** Encodes a value that travels inside another one, as `EncodedContent` bytes without fallback. */
  encode(value: unknown, type: ContentTypeId): Uint8Array
  /** Decodes `EncodedContent` bytes with the codecs the client knows. */
  decode(encoded: Uint8Array): DecodedContent
}

/**
 * How one kind of content is written and read. A plain object is all it takes.
 *
 * @example
 * ```ts
 * const dice: Codec<number> = {
 *   type: { authorityId: "example.com", typeId: "dice", versionMajor: 1, versionMinor: 0 },
 *   encode: (pips) => ({ parameters: {}, content: new Uint8Array([pips]) }),
 *   decode: ({ content }) => content[0]!,
 *   fallback: (pips) => `Rolled a ${pips}`,
 * }
 * ```
 */
export interface Codec<T> {
  /** The kind and version that it writes; it reads this and older versions. */
  readonly type: ContentTypeId
  /** Writes a value. What it throws, sending throws. */
  encode(value: T, context: CodecContext): Content
  /** Reads what anybody may have written. What it throws becomes the message's error. */
  decode(content: TypedContent, context: CodecContext): T
  /** Shown by clients that do not have this codec. */
  fallback?(value: T): string | undefined
  /** Whether the message should wake the recipient's phone; true when absent. */
  shouldPush?(value: T): boolean
}
