/** Names a kind of content: `authority/type:major.minor`. Codecs are found by authority and type. */
export interface ContentTypeId {
  readonly authorityId: string
  readonly typeId: string
  readonly versionMajor: number
  readonly versionMinor: number
}

/** What a codec makes of a value: named strings and bytes. */
export interface Content {
  readonly parameters: Readonly<Record<string, string>>
  readonly content: Uint8Array
}

/** Content as it travels inside a message: with its type and the text for those who lack the codec. */
export interface TypedContent extends Content {
  readonly type: ContentTypeId
  readonly fallback?: string
}

/** What a codec may ask of the client, for contents that hold other contents. */
export interface CodecContext {
  /** Encodes a value that travels inside another one, as `EncodedContent` bytes. */
  encode<T>(value: T, codec: Codec<T>): Uint8Array
  /** Decodes `EncodedContent` bytes with the codecs the client knows. */
  decode(
    encoded: Uint8Array,
  ): { readonly type: ContentTypeId; readonly value: unknown; readonly fallback?: string }
}

/** How one kind of content is written and read. A plain object is all it takes. */
export interface Codec<T> {
  readonly type: ContentTypeId
  encode(value: T, context: CodecContext): Content
  decode(content: TypedContent, context: CodecContext): T
  /** Shown by clients that do not have this codec. */
  fallback?(value: T): string | undefined
  /** Whether the message should wake the recipient's phone; true when absent. */
  shouldPush?(value: T): boolean
}
