import { create, toBinary } from "@bufbuild/protobuf"
import {
  type Composite as WireComposite,
  type Composite_Part,
  Composite_PartSchema,
  CompositeSchema,
  type EncodedContent,
  EncodedContentSchema,
} from "@wafer/proto"
import type { Codec, CodecContext, ContentTypeId } from "../content/content.ts"
import { WaferError } from "../error.ts"
import { decodeProto } from "../protocol/wire.ts"

/** Several contents in one message; parts may be composites again. */
export interface Composite {
  /** In their order. */
  readonly parts: readonly (CompositePart | Composite)[]
}

/** One content of a composite. */
export interface CompositePart {
  /** What the content is. */
  readonly type: ContentTypeId
  /** The content; undefined when it could not be read. */
  readonly content: unknown
  /** Why a received content could not be read. */
  readonly error?: WaferError
}

/** Composites. The client needs the codecs of the parts too. */
export const composite: Codec<Composite> = {
  type: { authorityId: "xmtp.org", typeId: "composite", versionMajor: 1, versionMinor: 0 },
  encode: (value, context) => ({
    parameters: {},
    content: toBinary(CompositeSchema, toWire(value, context)),
  }),
  decode: ({ content }, context) =>
    fromWire(decodeProto(CompositeSchema, content, "a composite"), context),
  shouldPush: () => false,
}

function toWire({ parts }: Composite, context: CodecContext): WireComposite {
  return create(CompositeSchema, { parts: parts.map((part) => writePart(part, context)) })
}

function writePart(part: CompositePart | Composite, context: CodecContext): Composite_Part {
  return create(Composite_PartSchema, {
    element: "parts" in part
      ? { case: "composite", value: toWire(part, context) }
      : { case: "part", value: encodePart(part, context) },
  })
}

function encodePart({ type, content }: CompositePart, context: CodecContext): EncodedContent {
  return decodeProto(EncodedContentSchema, context.encode(content, type), "a part")
}

function fromWire({ parts }: WireComposite, context: CodecContext): Composite {
  return { parts: parts.map(({ element }) => readPart(element, context)) }
}

function readPart(
  element: Composite_Part["element"],
  context: CodecContext,
): CompositePart | Composite {
  if (element.case === "composite") return fromWire(element.value, context)
  if (element.case === undefined) {
    throw new WaferError("invalid-content", "composite with an empty part")
  }
  const { type, value, error } = context.decode(toBinary(EncodedContentSchema, element.value))
  return { type, content: value, ...(error === undefined ? {} : { error }) }
}
