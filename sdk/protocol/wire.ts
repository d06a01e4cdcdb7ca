import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf"
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import { WaferError } from "../error.ts"

/** Decodes a protobuf; `noun` names it in the error when the bytes are none. */
export function decodeProto<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  noun: string,
): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes)
  } catch (cause) {
    throw new WaferError("malformed", `${noun} is not a ${schema.name}`, { cause })
  }
}

/**
 * The members of a protobuf that have a length (strings, bytes and messages) as they travel, by their
 * numbers; the last one where several have the same. Throws `malformed`.
 */
export function decodeParts(bytes: Uint8Array, noun: string): Map<number, Uint8Array> {
  const parts = new Map<number, Uint8Array>()
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag()
      if (type === WireType.LengthDelimited) parts.set(number, reader.bytes())
      else reader.skip(type, number)
    }
  } catch (cause) {
    throw new WaferError("malformed", `${noun} is no protobuf`, { cause })
  }
  return parts
}

/** A protobuf of such members, in their order; those that are empty are left out. */
export function encodeParts(parts: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const [number, bytes] of parts) {
    if (bytes.length > 0) writer.tag(number, WireType.LengthDelimited).bytes(bytes)
  }
  return writer.finish()
}

/** `value`, or an error that says which part of which message is missing. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new WaferError("malformed", `missing ${name}`)
  return value
}
